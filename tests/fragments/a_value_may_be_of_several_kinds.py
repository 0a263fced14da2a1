import datetime
from typing import assert_type

from a_value_may_be_of_several_kinds import AValueMayBeOfSeveralKinds, models
from msgspec import UnsetType
from tests.answering import Vendor

vendor = Vendor(
    {
        "stop": ["a", "b"],
        "limit": None,
        "ratio": "auto",
        "either": [1, 2],
        "when": "2024-02-29T12:00:00Z",
        "content": [{"text": "x"}],
    },
    {"stop": 3, "limit": "7", "ratio": 0.5, "either": ["x"], "when": "soon", "content": "x"},
)
client = AValueMayBeOfSeveralKinds(http_client=vendor.http)
thing = client.things.replace("1", stop="a", limit=None, ratio=1, content=[models.Part(text="y")])
assert vendor.body == {"stop": "a", "limit": None, "ratio": 1, "content": [{"text": "y"}]}
assert_type(thing.stop, str | int | list[str] | UnsetType)
assert_type(thing.limit, int | str | UnsetType | None)
assert thing.stop == ["a", "b"]
assert thing.limit is None
assert thing.ratio == "auto"
assert thing.either == [1, 2]
assert thing.when == datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)
assert thing.content == [models.Part(text="x")]

thing = client.things.replace("1", stop=["a"], content={"text": "z"}, limit="x", either=["q"])
assert vendor.body == {"stop": ["a"], "content": {"text": "z"}, "limit": "x", "either": ["q"]}
assert (thing.stop, thing.limit, thing.ratio) == (3, "7", 0.5)
assert (thing.either, thing.when, thing.content) == (["x"], "soon", "x")
