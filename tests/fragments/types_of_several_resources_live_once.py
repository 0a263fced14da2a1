from tests.answering import Vendor
from types_of_several_resources_live_once import TypesOfSeveralResourcesLiveOnce, models

vendor = Vendor({"both": {"kind": "x", "again": {}}, "own": {"n": 1}}, {"both": {"kind": "y"}})
client = TypesOfSeveralResourcesLiveOnce(http_client=vendor.http)
a, b = client.first.get_a(), client.second.get_b()
assert type(a.both) is type(b.both) is models.Both
assert a.both == models.Both(kind=models.Kind.X, again=models.Both())
assert a.own == models.OwnA(n=1)
modules = {
    kind.__name__: kind.__module__.rpartition(".")[2]
    for kind in (models.A, models.OwnA, models.Both)
}
assert modules == {"A": "first", "OwnA": "first", "Both": "shared"}
assert models.Unused(n=1).n == 1
