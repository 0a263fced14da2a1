from methods_of_your_own_are_called import MethodsOfYourOwnAreCalled, errors
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = MethodsOfYourOwnAreCalled(http_client=vendor.http)
client.things.copy("1")
assert (vendor.last.method, vendor.target) == ("COPY", "/things/1")
client.things.link("1")
assert vendor.last.method == "LINK"

broken = Vendor(Reply(status=503))
try:
    MethodsOfYourOwnAreCalled(http_client=broken.http).things.copy("1")
except errors.APIStatusError:
    assert len(broken.requests) == 1
else:
    raise AssertionError("503 is no success")
