from names_of_all_scripts_are_kept import NamesOfAllScriptsAreKept, models
from names_of_all_scripts_are_kept.errors import InvalidRequestError
from tests.answering import Vendor

wire = {"имя": "a", "数量": 2, "größe": 1.5, "😀": "x", "¡-!": "y"}
vendor = Vendor(wire)
client = NamesOfAllScriptsAreKept(http_client=vendor.http)
order = client.заказы.обновить_заказ("1", имя="a", 数量=2, größe=1.5, field="x", field_2="y")
assert vendor.body == wire
assert vendor.plain_target == "/заказы/1"
assert isinstance(order, models.Заказ)
assert (order.имя, order.数量, order.größe, order.field, order.field_2) == ("a", 2, 1.5, "x", "y")
# A script without capitals has one name for a class, its method and the data of both.
client.订单.订单_()
assert vendor.plain_target == "/b"
# Names that are spelled alike in capitals have data of their own.
client.alike.sira()
assert vendor.plain_target == "/sira"
client.alike.sıra()
assert vendor.plain_target == "/s\u0131ra"
# The rules of such a schema hold too.
client.sizes.create(wert=2)
try:
    client.sizes.create(wert=0)
except InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/wert"]
else:
    raise AssertionError("1 is the least")
