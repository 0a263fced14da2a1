import inspect
from typing import assert_type

from msgspec import UnsetType
from tests.answering import Vendor
from words_beside_a_reference_speak_of_the_place import (
    Size,
    WordsBesideAReferenceSpeakOfThePlace,
    errors,
    models,
)

vendor = Vendor({})
client = WordsBesideAReferenceSpeakOfThePlace(http_client=vendor.http)
thing = client.things.replace("1", inner="S", short="abc")
assert_type(thing.inner, Size | UnsetType)
assert_type(thing.outer, Size | UnsetType)

told = inspect.getsource(models.Thing)
assert "The size inside. Deprecated. Default: S." in told
assert "A size." in told
assert "The size inside." not in inspect.getsource(Size)
# Both say something of the length: both hold.
try:
    client.things.replace("1", short="abcd")
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/short"]
else:
    raise AssertionError("maxLength beside the reference is checked")
