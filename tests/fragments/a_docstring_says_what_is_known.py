import inspect

from a_docstring_says_what_is_known.resources.things import Things

doc = str(inspect.getdoc(Things.list))
# The summary is not said twice, HTML is not shown, and an argument of which nothing is known has no line.
assert doc.startswith("List all things.\n\nUse `kind` to choose, or read the guide."), doc
assert doc.count("List all things") == 1
assert "<" not in doc
assert doc.endswith("Parameters:\n    kind: What kind of thing."), doc
assert "size" not in doc
# What is longer than anybody reads stands in the docs.
assert "the last of many" not in doc
assert "# A heading" not in doc
assert "docs/things.md" in doc
assert inspect.getdoc(Things.list_plain) == "GET /plain."
