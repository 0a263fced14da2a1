from conditions_name_fields_too import ConditionsNameFieldsToo
from conditions_name_fields_too.errors import InvalidRequestError
from tests.answering import Vendor

vendor = Vendor(None)
client = ConditionsNameFieldsToo(http_client=vendor.http)
client.things.order(way="mail", street="Main St", note="ring", language="en")
assert vendor.body == {"way": "mail", "street": "Main St", "note": "ring", "language": "en"}
client.things.order(way="shop", shop=7)
for wrong in ({"way": "mail"}, {"way": "shop", "note": ""}, {"way": "shop", "surprisingly": 1}):
    try:
        client.things.order(way="", extra_body=wrong)
    except InvalidRequestError:
        continue
    raise AssertionError(wrong)
