import datetime
from typing import Any, assert_type

from dates_and_bytes_are_python_s_own import DatesAndBytesArePythonSOwn
from msgspec import UnsetType
from tests.answering import Vendor

noon = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)
wire = {"at": "2024-02-29T12:00:00Z", "day": "2024-02-29", "data": "AAEC", "old": "AAEC"}
vendor = Vendor(
    {**wire, "url": "AAEC", "id": "7d9e3a52-6f3c-4f0e-9f0b-0d0c5d1f8f10", "days": ["2024-02-29"]},
    {"at": "yesterday", "day": "29.2.24", "data": "?"},
    "2024-02-29T12:00:00Z",
)
client = DatesAndBytesArePythonSOwn(http_client=vendor.http)
thing = client.things.replace("1", at=noon, day=noon.date(), data=bytes(range(3)), old=b"\0\1\2")
assert vendor.body == wire
assert_type(thing.at, datetime.datetime | UnsetType)
assert (thing.at, thing.day) == (noon, noon.date())
assert (thing.data, thing.old) == (b"\0\1\2", b"\0\1\2")
assert thing.id == "7d9e3a52-6f3c-4f0e-9f0b-0d0c5d1f8f10"
assert thing.days == [noon.date()]
# A date that is none is kept as it came.
odd: Any = client.things.replace("1")
assert (odd.at, odd.day, odd.data) == ("yesterday", "29.2.24", "?")
assert client.things.get_now() == noon
# In another alphabet than base64's, the text stays as it is written.
assert_type(thing.url, str | UnsetType)
assert thing.url == "AAEC"
client.things.replace("1", url="-_8")
assert vendor.body == {"url": "-_8"}
