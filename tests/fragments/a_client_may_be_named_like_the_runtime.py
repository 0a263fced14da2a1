from a_client_may_be_named_like_the_runtime import ClientApi
from tests.answering import Vendor

ClientApi(http_client=Vendor(None).http).client.list_things()
