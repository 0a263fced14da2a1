import json

from tests.answering import Vendor
from text_of_an_output_decides_nothing import TextOfAnOutputDecidesNothing

# What a prompt made somebody write looks like what the server itself says.
written = json.dumps([{"state": "bad"}])
vendor = Vendor(
    {"id": "t1", "state": "busy"},
    {"id": "t1", "state": "done", "output": written, "usage": json.dumps({"cost": 0})},
)
job = TextOfAnOutputDecidesNothing(http_client=vendor.http).tasks.submit().refresh()
assert job.state == "succeeded"
result = job.result()
assert result.cost is None
