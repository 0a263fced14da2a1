from names_that_a_class_keeps_for_itself_are_changed import (
    NamesThatAClassKeepsForItselfAreChanged,
    models,
)
from tests.answering import Vendor

words = {"staticmethod": "s", "any": "a", "literal": "l", "unset": "u", "unset_type": "t"}
wire = {"kind": "thing", **words, "word": "a", "number": 1, "more": 7}
client = NamesThatAClassKeepsForItselfAreChanged(http_client=Vendor(wire).http)
thing = client.things.replace("1", word=models.Word.count_)
# What a class says of its own fields is hidden by none of them.
assert (thing.staticmethod_, thing.Any_, thing.Literal_) == ("s", "a", "l")
assert (thing.UNSET_, thing.UnsetType_, thing.extra) == ("u", "t", {"more": 7})

# A member is a word or a number first, and can do what words and numbers can.
assert thing.word is models.Word.count_
assert (thing.word.count("a"), models.Word.index_.title()) == (1, "C")
assert models.Number.real_.real == models.Number.real_.value == 1
assert models.Number.to_bytes_.to_bytes(1, "big") == b"\2"
# Names that Python gives a meaning of its own name nothing else: the value does.
assert [word.name for word in models.Word] == [
    *("count_", "title_", "index_", "D", "E", "F", "G", "_1", "I_", "J")
]
assert [number.name for number in models.Number][2:] == ["from_bytes_", "VALUE_4"]
assert models.Word("never seen").known is False
