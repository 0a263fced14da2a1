from typing import Any, assert_type

from an_answer_may_be_nothing_text_or_bytes import AnAnswerMayBeNothingTextOrBytes, Download, models
from tests.answering import Reply, Vendor

vendor = Vendor(
    Reply(status=204),
    Reply(body="héllo".encode(), content_type="text/plain; charset=utf-8"),
    Reply(body=b"%PDF\xff", content_type="application/pdf"),
    Reply(body=b"\0\1", content_type="application/octet-stream"),
    Reply(status=202, body=b'{"ticket": 7}'),
    {"url": "x"},
    [1, {"a": None}],
)
client = AnAnswerMayBeNothingTextOrBytes(http_client=vendor.http)
client.things.remove_none()
text = client.things.get_text()
assert_type(text, str)
assert text == "héllo"
pdf = client.things.get_file()
assert_type(pdf, Download)
assert pdf.read() == b"%PDF\xff"
assert client.things.get_raw().read() == b"\0\1"
later = client.things.make_two()
assert_type(later, models.MakeTwoResponse | models.MakeTwoAcceptedResponse)
assert later == models.MakeTwoAcceptedResponse(ticket=7)
assert client.things.make_two() == models.MakeTwoResponse(url="x")
anything: Any = client.things.get_any()
assert anything == [1, {"a": None}]
