from tests.answering import Vendor
from what_no_client_has_yet_is_said import WhatNoClientHasYetIsSaid

vendor = Vendor(None)
client = WhatNoClientHasYetIsSaid(http_client=vendor.http)
client.things.add()
assert not hasattr(client.things, "copy")
