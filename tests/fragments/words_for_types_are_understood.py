import datetime

from tests.answering import Vendor
from words_for_types_are_understood import WordsForTypesAreUnderstood
from words_for_types_are_understood.errors import InvalidRequestError

vendor = Vendor(None)
client = WordsForTypesAreUnderstood(http_client=vendor.http)
moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
client.things.add(count=3, at=moment, what=object.__name__, least="abc")
assert vendor.body == {"count": 3, "at": "2026-01-01T00:00:00Z", "what": "object", "least": "abc"}
try:
    client.things.add(count=30, least="a")
except InvalidRequestError as error:
    assert sorted(problem.path for problem in error.problems) == ["/count", "/least"]
else:
    raise AssertionError("a word that is no type must not switch off the check")
