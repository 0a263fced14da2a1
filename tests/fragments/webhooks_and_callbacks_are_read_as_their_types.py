import datetime
from typing import assert_type

from tests.answering import Vendor
from webhooks_and_callbacks_are_read_as_their_types import (
    WebhooksAndCallbacksAreReadAsTheirTypes,
    errors,
    models,
    webhooks,
)

sale = webhooks.parse_thing_sold(b'{"id": 7, "at": "2026-01-02T03:04:05Z", "new": 1}')
assert isinstance(sale, models.Sale)
assert (sale.id, sale.extra) == (7, {"new": 1})
assert repr(webhooks.parse_thing_sold('{"id": "seven"}').id) == "'seven'"
done = webhooks.parse_add_thing_on_done("state=done&tags=a&tags=b")
assert (done.state, done.tags) == ("done", ["a", "b"])
assert (
    webhooks.parse_add_thing_on_done('{"state": "x"}', content_type="application/json").state == "x"
)
# The first method has the plain name, whatever is added behind it; a pinned name is kept for its own.
assert_type(webhooks.parse_asked_twice("7"), int)
assert_type(webhooks.parse_post_asked_twice('"x"'), str)
assert_type(webhooks.parse_fore_name("7"), int)
assert webhooks.parse_fore_name_2("[1]") == [1]
assert "Deprecated." in (webhooks.parse_asked_twice.__doc__ or "")
said = webhooks.parse_add_things_twice_on_it.__doc__ or ""
assert "callback `on it` of `things.add_twice`" in said, said
assert webhooks.parse_add_things_twice_on_it_put("[1]") == [1]
assert webhooks.parse_bare("[1]") == [1]
assert webhooks.parse_bare(b"<a>", content_type="application/xml") == "<a>"
assert webhooks.parse_bare(b"\xff\x00", content_type="image/png") == b"\xff\x00"
assert webhooks.parse_told_in_xml(b"<a>\xc3\xa9</a>") == "<a>é</a>"
assert webhooks.parse_told_in_xml(b"<a>\xe9</a>") == b"<a>\xe9</a>"
latin = "application/xml; charset=iso-8859-1"
assert webhooks.parse_told_in_xml(b"<a>\xe9</a>", content_type=latin) == "<a>é</a>"
assert webhooks.parse_told_in_text("17") == "17"
assert webhooks.parse_told_in_bytes(b"%PDF") == b"%PDF"

form = webhooks.parse_form_of_a_shop(
    "a=1&b=true&n=1.5&s=12&k=2&l=x&ids=3&ids=4&day=2026-01-02&payload=%7B%22id%22%3A7%7D"
    "&map=%7B%22x%22%3A1%7D&more=1"
)
assert (form.a, form.b, form.n, form.s, form.l_) == (1, True, 1.5, "12", ["x"])
assert (form.k, form.ids, form.day) == (models.FormK(2), [3, 4], datetime.date(2026, 1, 2))
assert isinstance(form.payload, models.Sale)
assert (form.payload.id, form.map, form.extra) == (7, {"x": 1}, {"more": "1"})
odd = webhooks.parse_form_of_a_shop("a=one&b=1&n=&ids=%5B1%2C2%5D&l=null&s=null&payload=x")
assert repr((odd.a, odd.b, odd.payload)) == "('one', '1', 'x')"
assert (odd.n, odd.ids, odd.l_, odd.s) == (None, [1, 2], ["null"], "null")

PARTS = (
    b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n5\r\n'
    b'--xx\r\ncontent-disposition: form-data; filename="about.json"; name=about\r\n'
    b'content-type: application/json\r\n\r\n{"id": 7}\r\n'
    b'--xx\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\na\r\n\r\nb\r\n'
    b"--xx--\r\n"
)
parts = webhooks.parse_parts_of_a_shop(PARTS, content_type="multipart/form-data; boundary=xx")
assert isinstance(parts.about, models.Sale)
assert (parts.a, parts.about.id, parts.file) == (5, 7, "a\r\n\r\nb")
binary = webhooks.parse_parts_of_a_shop(PARTS.replace(b"a\r\n\r\nb", b"\xff\x00"))
assert repr(binary.file) == repr(b"\xff\x00")
try:
    webhooks.parse_thing_sold("<html>")
except errors.APIError as error:
    assert "not JSON" in str(error)
else:
    raise AssertionError("that was no JSON")
WebhooksAndCallbacksAreReadAsTheirTypes(http_client=Vendor(None).http).things.add()
