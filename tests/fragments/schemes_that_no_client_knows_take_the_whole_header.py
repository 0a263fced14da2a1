from schemes_that_no_client_knows_take_the_whole_header import (
    SchemesThatNoClientKnowsTakeTheWholeHeader,
)
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = SchemesThatNoClientKnowsTakeTheWholeHeader(
    seen='HOBA result="1"', nobody="Mine 2", http_client=vendor.http
)
client.things.list_a()
assert vendor.last.headers["authorization"] == 'HOBA result="1"'
client.things.list_b()
assert vendor.last.headers["authorization"] == "Mine 2"
