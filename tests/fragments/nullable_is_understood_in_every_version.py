from typing import assert_type

from nullable_is_understood_in_every_version import NullableIsUnderstoodInEveryVersion, models
from tests.answering import Vendor

vendor = Vendor({"name": None, "twin": None})
client = NullableIsUnderstoodInEveryVersion(http_client=vendor.http)
thing = client.things.get()
# The word is one of 3.0; people write it in 3.1 as well.
assert_type(thing.name, str | None)
assert_type(thing.twin, models.Thing | None)
assert thing.name is None
assert thing.twin is None
