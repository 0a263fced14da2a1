from names_of_all_scripts_are_kept import NamesOfAllScriptsAreKept, models
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
