from pinned_names_are_kept_for_their_own import PinnedNamesAreKeptForTheirOwn
from tests.answering import Vendor

vendor = Vendor(None)
client = PinnedNamesAreKeptForTheirOwn(http_client=vendor.http)
# Whatever stands before them, and whatever would be called so by itself.
client.things.add(page=7, page_query="x", size=3, size_2="large", x_id=1)
assert vendor.body == {"size": "large", "s": 3}
assert vendor.target == "/things?page=x&p=7"
# A header is the same in capitals.
assert vendor.requests[-1].headers.get_list("x-id") == ["1"]
client.things_2.list_others()
