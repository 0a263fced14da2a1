from typing import assert_type

from tests.answering import Reply, Vendor
from variants_are_named_after_what_tells_them_apart import (
    VariantsAreNamedAfterWhatTellsThemApart,
    models,
)
from variants_are_named_after_what_tells_them_apart.models import ItemLetter

answer = {"event": {"type": "order.made", "id": 1}, "only": {"b": "c"}, "I": {"l": "x", "O": 1}}
vendor = Vendor(answer, {"event": {"stars": 5}}, Reply(status=409, body=b'{"with": "a"}'))
client = VariantsAreNamedAfterWhatTellsThemApart(http_client=vendor.http)
item = client.things.get_item()
assert isinstance(item.event, models.ItemEventOrderMade)
assert isinstance(item.only, models.ItemOnly), "what stands beside null needs no further name"
assert isinstance(item.i, models.I_), "no name that reads like a digit"
assert_type(item.i, models.I_)
assert (item.i.l_, item.i.o) == ("x", 1)
assert [member.name for member in ItemLetter] == ["I_", "O_", "L", "A"]
assert isinstance(client.things.get_item().event, models.ItemEventWithStars)
for name in ("ItemEventGiftCard", "ItemEventListItem", "ItemEventWithoutType"):
    assert hasattr(models, name), name
assert hasattr(models, "GetItemError")
assert hasattr(models, "GetItemConflictError")
