from tags_make_resources import TagsMakeResources
from tests.answering import Vendor

vendor = Vendor("x")
client = TagsMakeResources(http_client=vendor.http)
# The first tag counts; without any, the first word of the path.
assert client.big_things.list_a() == "x"
assert client.big_things.list_b() == "x"
assert client.widgets.get_all() == "x"
# Windows keeps that name for a device, and has no file `con.py`.
assert client.con_.list_c() == "x"
assert not hasattr(client, "second")
assert type(client.big_things).__doc__ == "Things that are big."
