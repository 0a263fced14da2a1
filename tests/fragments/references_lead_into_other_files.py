from references_lead_into_other_files import ReferencesLeadIntoOtherFiles, models
from tests.answering import Vendor

vendor = Vendor({"name": "tom", "mate": {"name": "kit"}, "home": {"street": "a"}}, [{"name": "x"}])
client = ReferencesLeadIntoOtherFiles(http_client=vendor.http)
cat = client.cats.replace("1", name="tom", mate=models.Cat(name="kit"))
assert vendor.body == {"name": "tom", "mate": {"name": "kit"}}
assert cat.mate == models.Cat(name="kit")
assert cat.home == models.Places(street="a")
assert client.cats.list() == [models.Cat(name="x")]
