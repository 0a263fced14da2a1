from typing import Any

from tests.answering import Vendor
from unknown_words_of_an_enum_are_kept import (
    Color,
    Level,
    UnknownWordsOfAnEnumAreKept,
    errors,
    models,
)

vendor = Vendor(
    {"color": "dark-blue", "level": 10, "finish": None, "sizes": ["S", "M"], "mixed": 2.5},
    {"color": "ochre", "level": 3, "finish": "rough", "sizes": ["S", "XL"], "mixed": "manual"},
)
client = UnknownWordsOfAnEnumAreKept(http_client=vendor.http)

thing = client.things.replace(
    "1", color=Color.DARK_BLUE, level=Level.HIGH, sizes=["S"], mixed="auto"
)
assert vendor.body == {"color": "dark-blue", "level": 10, "sizes": ["S"], "mixed": "auto"}
assert thing.color is Color.DARK_BLUE
assert thing.level is Level.HIGH
assert thing.finish is None
assert thing.sizes == ["S", "M"]
assert thing.mixed == 2.5
assert [member.value for member in Color] == ["red", "dark-blue", ""]

thing = client.things.replace("1")
assert thing.color == "ochre"
assert isinstance(thing.color, Color)
assert not thing.color.known
assert thing.level == 3
assert thing.sizes == ["S", "XL"]
mixed: Any = thing.mixed
assert mixed == "manual"
# What was received goes back as it came; what the document does not know is told before sending.
try:
    client.things.replace("1", color=thing.color)
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/color"]
else:
    raise AssertionError("`ochre` is none of the colours")
client.things.replace("1", color=thing.color, check=False)
assert vendor.body == {"color": "ochre"}
assert models.Color is Color
