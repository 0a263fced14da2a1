from urllib.parse import parse_qsl

from forms_are_written_by_their_encoding import FormsAreWrittenByTheirEncoding, errors
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
orders = FormsAreWrittenByTheirEncoding(http_client=vendor.http).orders
orders.create(
    name="a b&c",
    tags=["x", "y"],
    sizes=[1, 2],
    address={"city": "Köln", "lines": ["1", "2"]},
    lines=[{"sku": "a", "count": 1}, {"sku": "b"}],
    about={"k": "v"},
    meta={"k": "v"},
    paid=True,
    price=1e-7,
)
assert vendor.last.headers["content-type"] == "application/x-www-form-urlencoded"
assert b"name=a+b%26c" in vendor.last.content
assert parse_qsl(vendor.last.content.decode("ascii")) == [
    ("kind", "order"),
    ("name", "a b&c"),
    ("tags", "x"),
    ("tags", "y"),
    ("sizes", "1|2"),
    ("address[city]", "Köln"),
    ("address[lines][0]", "1"),
    ("address[lines][1]", "2"),
    ("lines[0][sku]", "a"),
    ("lines[0][count]", "1"),
    ("lines[1][sku]", "b"),
    ("about", '{"k":"v"}'),
    ("meta", '{"k":"v"}'),
    ("paid", "true"),
    ("price", "0.0000001"),
]
try:
    orders.create(name="n" * 21)
    raise AssertionError("nothing was found")
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/name"]
