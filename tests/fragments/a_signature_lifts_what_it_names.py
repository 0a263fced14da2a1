from a_signature_lifts_what_it_names import ASignatureLiftsWhatItNames, models
from tests.answering import Vendor

vendor = Vendor({})
client = ASignatureLiftsWhatItNames(http_client=vendor.http)
client.things.make(prompt="p")
assert vendor.body == {"model": "m1", "input": {"kind": "text", "prompt": "p"}}
client.things.make(prompt="p", seed=1, tone="t", rest=models.OrderRest(x=1))
assert vendor.body == {
    "model": "m1",
    "input": {"kind": "text", "prompt": "p", "seed": 1},
    "style": {"tone": "t"},
    "rest": {"x": 1},
}
