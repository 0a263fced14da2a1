import inspect

from parameters_are_shared_and_overridden import ParametersAreSharedAndOverridden
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = ParametersAreSharedAndOverridden(http_client=vendor.http)
# The operation's own `limit` is another than the path's; `user` is asked for in two places.
client.posts.list("ann", limit="many", user_query="bob")
assert vendor.target == "/users/ann/posts?limit=many&user=bob"
client.posts.delete("ann b/c", limit=3)
assert vendor.target == "/users/ann%20b%2Fc/posts?limit=3"
limit = inspect.signature(client.posts.list).parameters["limit"]
assert limit.default is inspect.Parameter.empty
