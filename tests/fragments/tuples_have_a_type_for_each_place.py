from typing import Any, assert_type

from msgspec import UnsetType
from tests.answering import Vendor
from tuples_have_a_type_for_each_place import TuplesHaveATypeForEachPlace, models

vendor = Vendor(
    {
        "place": [1.5, 2],
        "named": ["a", {"place": [0, 0]}],
        "path": ["a", 1, 2],
        "grid": [[1, 2], []],
        "free": [1, "x"],
    },
    {"place": [1.5, 2, 3], "grid": [["?"]]},
)
client = TuplesHaveATypeForEachPlace(http_client=vendor.http)
thing = client.things.replace("1", place=(1, 2), named=("b", models.Thing()), grid=[[3], (4,)])
assert vendor.body == {"place": [1, 2], "named": ["b", {}], "grid": [[3], [4]]}
assert_type(thing.place, tuple[float, float] | UnsetType)
assert_type(thing.path, list[str | int] | UnsetType)
assert_type(thing.grid, list[list[int]] | UnsetType)
assert thing.place == (1.5, 2)
assert isinstance(thing.named, tuple)
assert thing.named[1].place == (0, 0)
assert thing.path == ["a", 1, 2]
assert thing.grid == [[1, 2], []]
assert thing.free == [1, "x"]
# A list that is longer than the document says is kept as it came.
odd: Any = client.things.replace("1")
assert list(odd.place) == [1.5, 2, 3]
assert odd.grid == [["?"]]
