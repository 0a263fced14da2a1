import base64

from credentials_go_as_each_scheme_says import CredentialsGoAsEachSchemeSays
from credentials_go_as_each_scheme_says.errors import ConfigurationError
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = CredentialsGoAsEachSchemeSays(
    username="ann", password="pass:word", session_id="s 1", http_client=vendor.http
)
client.things.list_a()
word, _, told = vendor.last.headers["authorization"].partition(" ")
assert (word, base64.b64decode(told)) == ("Basic", b"ann:pass:word")
assert "cookie" not in vendor.last.headers
client.things.list_maybe()
assert vendor.last.headers["cookie"] == "sid=s%201"
for call in (client.things.list_open, client.things.list_signed):
    call()
    assert not {"authorization", "cookie", "x-key"} & set(vendor.last.headers)

pair = CredentialsGoAsEachSchemeSays(app_id="7&8", app_key="k", http_client=vendor.http)
pair.things.list_a()
assert (vendor.target, vendor.last.headers["x-key"]) == ("/a?app_id=7%268", "k")
pair.things.list_maybe()
assert "cookie" not in vendor.last.headers

half = CredentialsGoAsEachSchemeSays(app_key="secret-of-mine", http_client=vendor.http)
half.things.list_maybe()
try:
    half.things.list_a()
except ConfigurationError as error:
    said = str(error)
    assert "username" in said, said
    assert "CREDENTIALS_GO_AS_EACH_SCHEME_SAYS_APP_ID" in said, said
    assert "secret-of-mine" not in said
else:
    raise AssertionError("half of a pair was enough")
try:
    CredentialsGoAsEachSchemeSays()
except ConfigurationError as error:
    assert "nothing to authenticate with" in str(error)
else:
    raise AssertionError("no key was enough")
