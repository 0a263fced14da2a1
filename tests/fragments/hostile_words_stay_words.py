import ast
import inspect
from pathlib import Path
from typing import Any

import hostile_words_stay_words as package
from hostile_words_stay_words import errors, models
from tests.answering import Vendor

said = '"""\\\n{{ }}\u2028\u202e'
vendor = Vendor({"'''": said, "__import__('os').abort()": "x", "a\nb": "\u202e"})
client: Any = package.HostileWordsStayWords(http_client=vendor.http)
(method,) = [name for name in vars(type(client.evil)) if not name.startswith("_")]
made = getattr(client.evil, method)("1", "2", a_b="q")
assert vendor.target.startswith("/1/a")
assert said in [getattr(made, name) for name in made.__struct_fields__]
assert made.extra == {"a\nb": "\u202e"}
assert made.import_os_abort == "x"
told = inspect.getdoc(getattr(type(client.evil), method)) or ""
assert "{{ 7 * 7 }} {% raw %}" in told
assert "import os" in told
assert [member.value for member in models.EvilWords] == [
    '"""',
    "\\",
    "\n",
    "{{ 1 }}",
    "\u202e",
    "'",
    "a'b\"c",
]
(code,) = [kind for kind in vars(errors).values() if getattr(kind, "code", None) == '"""']
assert code.__name__.isidentifier()

# Nothing of the document became a statement, a name outside of the package, or text that hides.
folder = Path(package.__file__ or "").parent
for path in folder.rglob("*"):
    assert path.is_relative_to(folder)
    assert path.name.isprintable()
for module in folder.rglob("*.py"):
    text = module.read_text("utf-8")
    assert all(line.isprintable() or not line for line in text.split("\n")), module
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    names = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
    assert "abort" not in text or "__import__" not in names
    if "_runtime" not in module.parts:
        imported = {
            alias.name
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert "os" not in imported
