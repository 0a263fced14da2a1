from odd_paths_and_methods_are_called_too import OddPathsAndMethodsAreCalledToo
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = OddPathsAndMethodsAreCalledToo(http_client=vendor.http)
client.pets.list()
assert vendor.target == "/v1/pets"
client.pets.get_own("7")
assert vendor.target == "/v1/7/pets"
client.pets.purge()
assert vendor.last.method == "PURGE"
# Nobody can send the other two.
assert not hasattr(client.pets, "nothing")
assert not hasattr(client.pets, "not_one")
