from typing import assert_type

from names_that_python_keeps_for_itself_are_changed import (
    NamesThatPythonKeepsForItselfAreChanged,
    models,
)
from tests.answering import Vendor

received = {
    "extra": "e",
    "raw": "r",
    "2nd": 2,
    "models": {"int": 1, "Literal": "None"},
    "datetime": "2024-02-29T12:00:00Z",
    "__class__": "c",
    "None": "n",
}
vendor = Vendor(received, [received], {"int": 3}, {"a": "b"}, "2024-02-29T12:00:00Z")
client = NamesThatPythonKeepsForItselfAreChanged(http_client=vendor.http)
made = client.class_.import_(
    class_="c",
    list_=[1],
    str_="s",
    from_="f",
    self_="me",
    timeout_=3,
    options_="o",
    p1st="1",
    top=5,
    models="m",
    timeout=9.0,
)
assert vendor.body == {"class": "c", "list": [1], "str": "s"}
assert vendor.plain_target == "/imports?from=f&self=me&timeout=3&1st=1&$top=5&models=m"
assert vendor.last.headers["options"] == "o"
assert isinstance(made, models.List)
assert (made.extra_, made.raw_, made.n2nd, made.none) == ("e", "r", 2, "n")
assert made.class_ == "c"
assert made.extra == {}
assert isinstance(made.models_, models.Any_)
assert (made.models_.int_, made.models_.literal) == (1, models.Literal_.NONE)
assert [member.name for member in models.Literal_][:3] == ["NAME", "VALUE", "MRO"]
assert_type(client.class_.list(), list[models.List])
assert client.class_.models_().int_ == 3
assert client.class_.dict() == {"a": "b"}
assert client.jobs_.datetime_().year == 2024
