import inspect

from defaults_are_told_and_not_sent import UNSET, DefaultsAreToldAndNotSent, models
from tests.answering import Vendor

vendor = Vendor({})
client = DefaultsAreToldAndNotSent(http_client=vendor.http)
thing = client.things.replace("1")
assert vendor.body == {}
assert vendor.target == "/things/1"
# Nor is a default taken for what the server did not say.
assert thing.size is UNSET
told = inspect.getdoc(client.things.replace) or ""
assert "Default: 20." in told
assert "How big. Default: 3." in told
assert "Deprecated." in told
assert "How faded. Deprecated." in inspect.getsource(models.Thing)
client.things.replace("1", limit=5, size=3)
assert vendor.target == "/things/1?limit=5"
assert vendor.body == {"size": 3}
