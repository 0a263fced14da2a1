import json

from json_within_a_text_is_looked_into import JsonWithinATextIsLookedInto, errors
from tests.answering import Vendor


def told(state: str, outcome: object) -> dict[str, object]:
    return {"id": "t1", "state": state, "outcome": outcome}


inner = {"urls": ["https://x/1.png", "https://x/2.png"]}
vendor = Vendor(
    told("busy", ""),
    told("busy", None),
    told("busy", "[not JSON"),
    told("done", json.dumps(inner)),
)
job = JsonWithinATextIsLookedInto(http_client=vendor.http).tasks.submit()
while job.refresh().state == "running":
    pass
result = job.result()
assert [file.url for file in result.files] == inner["urls"]
# What leads to the text itself gives the text.
assert result.value == json.dumps(inner)

failed = {"errors": [{"code": 17, "text": "too dark"}]}
vendor = Vendor(told("busy", ""), told("bad", json.dumps(failed)))
job = JsonWithinATextIsLookedInto(http_client=vendor.http).tasks.submit().refresh()
try:
    job.result()
except errors.JobFailedError as error:
    assert error.code == "17"
    assert "too dark" in str(error)
else:
    raise AssertionError("it has failed")
