from keys_that_nothing_asks_for_are_taken_and_not_demanded import (
    KeysThatNothingAsksForAreTakenAndNotDemanded,
)
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
KeysThatNothingAsksForAreTakenAndNotDemanded(http_client=vendor.http).things.list_a()
assert "x-api-key" not in vendor.last.headers
KeysThatNothingAsksForAreTakenAndNotDemanded("k", http_client=vendor.http).things.list_a()
assert vendor.last.headers["x-api-key"] == "k"
