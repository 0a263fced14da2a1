from keys_go_where_the_document_says import KeysGoWhereTheDocumentSays
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = KeysGoWhereTheDocumentSays("secret", http_client=vendor.http)
client.things.list_a()
assert vendor.last.headers["x-api-key"] == "secret"
assert "authorization" not in vendor.last.headers
client.things.list_open()
assert "x-api-key" not in vendor.last.headers
