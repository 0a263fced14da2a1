import asyncio
import datetime
from decimal import Decimal
from typing import Any, cast

from tests.answering import Reply, Vendor
from what_is_given_is_sent_or_refused import (
    UNSET,
    AsyncWhatIsGivenIsSentOrRefused,
    WhatIsGivenIsSentOrRefused,
    errors,
)

vendor = Vendor(Reply(status=204))
things = WhatIsGivenIsSentOrRefused(http_client=vendor.http).things


def query(**given: Any) -> str:
    things.list(**given)
    return vendor.target.partition("?")[2]


def problems(**given: Any) -> list[str]:
    sent = len(vendor.requests)
    try:
        things.list(**given)
    except errors.InvalidRequestError as error:
        assert len(vendor.requests) == sent
        return sorted(str(problem) for problem in error.problems)
    raise AssertionError("nothing was found")


# A fragment is no part of what is sent.
things.remove(1, kind="a", tags=["b"], json=[], x_who="")
assert vendor.target == "/things/1?kind=a&tags=b&json=%5B%5D"
assert vendor.last.headers["x-who"] == ""

# What has to be there is missed, also where nothing is left of what was given.
nothing = cast("Any", None)
try:
    things.remove(1, kind=nothing, tags=[], json=[], x_who=cast("Any", UNSET))
    raise AssertionError("nothing was found")
except errors.InvalidRequestError as found:
    told = sorted(str(problem) for problem in found.problems)
    assert told == ["X-Who: is required", "kind: is required", "tags: is required"], told
things.remove(1, kind=nothing, tags=[], json=["a"], x_who="a", check=False)
assert vendor.target == "/things/1?json=%5B%22a%22%5D"
things.remove(
    1,
    kind=nothing,
    tags=[],
    json=[],
    x_who=nothing,
    extra_query={"kind": "a", "tags": "b"},
    extra_headers={"x-who": "w"},
)
assert vendor.last.headers["x-who"] == "w"

# Types are rules.
found_types = problems(limit="abc", ratio="1", deep="yes", sizes=[1, "2"])
assert found_types == [
    "deep: must be a boolean, not a string",
    "limit: must be an integer, not a string",
    "ratio: must be a number, not a string",
    "sizes[1]: must be null or an integer, not a string",
], found_types
assert query(limit=1, ratio=2, deep=False, day=datetime.date(2024, 2, 29)) == (
    "limit=1&ratio=2&deep=false&day=2024-02-29"
)

try:
    things.list(ratio=float("nan"))
    raise AssertionError("that is no number")
except errors.InvalidRequestError as error:
    assert "nan" in str(error)
try:
    things.list(extra_headers={"X-More": cast("Any", 5)})
    raise AssertionError("that is no text")
except errors.InvalidRequestError as error:
    assert "X-More" in str(error)

# Null has no form in a style; in JSON it has.
assert query(sizes=[1, None, 2], joined=["a", None], box={"a": None, "b": "c"}) == (
    "sizes=1&sizes=2&joined=a&b=c"
)
assert query(sizes=[None], joined=[None], limit=None) == ""
assert query(filter=None) == "filter=null"
assert query(ratio=Decimal("0.12345678901234567890")) == "ratio=0.12345678901234567890"
assert query(where="a/b%20c%2") == "where=a/b%20c%252"

things.list(x_note="é", x_filter={"k": "é"})
assert dict(vendor.last.headers.raw)[b"X-Note"] == "é".encode("latin-1")
assert dict(vendor.last.headers.raw)[b"X-Filter"] == b'{"k":"\\u00e9"}'
things.list(x_note="", extra_headers={"X-More": "ü"})
assert dict(vendor.last.headers.raw)[b"X-Note"] == b""
assert dict(vendor.last.headers.raw)[b"X-More"] == "ü".encode("latin-1")

more = {"b": True, "n": None, "l": [1, False], "m": {"k": "v"}, "d": datetime.date(2024, 2, 29)}
assert query(extra_query=more) == "b=true&l=1&l=false&m%5Bk%5D=v&d=2024-02-29"


async def later() -> None:
    told = Vendor(Reply(status=204))
    await AsyncWhatIsGivenIsSentOrRefused(http_client=told.async_http).things.list(x_note="é")
    assert dict(told.last.headers.raw)[b"X-Note"] == "é".encode("latin-1")


asyncio.run(later())
