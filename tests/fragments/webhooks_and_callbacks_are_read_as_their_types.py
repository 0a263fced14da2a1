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
assert webhooks.parse_bare("[1]") == [1]
try:
    webhooks.parse_thing_sold("<html>")
except errors.APIError as error:
    assert "not JSON" in str(error)
else:
    raise AssertionError("that was no JSON")
WebhooksAndCallbacksAreReadAsTheirTypes(http_client=Vendor(None).http).things.add()
