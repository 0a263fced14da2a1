import base64
from typing import Any

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

for user, password in (
    ("jörg", " pässwörd € "),
    ("ann", ""),
    ("a b", "\U0001f600:"),
):
    login = CredentialsGoAsEachSchemeSays(
        username=user, password=f"{password}\n", http_client=vendor.http
    )
    login.things.list_a()
    told = vendor.last.headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(told).decode("utf-8") == f"{user}:{password}"
    said = login._session.settings.redacted(f"you said Basic {told}")
    assert told not in said, said

anything = CredentialsGoAsEachSchemeSays(
    app_id="clé\n&=", app_key="k", session_id="é; a=b", http_client=vendor.http
)
anything.things.list_a()
assert vendor.target == "/a?app_id=cl%C3%A9%0A%26%3D"
anything.things.list_maybe()
assert vendor.last.headers["cookie"] == "sid=%C3%A9%3B%20a%3Db"
refused: list[dict[str, Any]] = [
    {"username": "ann", "password": "a\x00b"},
    {"username": "ann", "password": "half \ud800"},
    {"username": "a:b", "password": "x"},
    {"app_id": "\udc00", "app_key": "k"},
    {"app_id": "x", "app_key": "clé"},
]
for given in refused:
    try:
        CredentialsGoAsEachSchemeSays(**given)
    except ConfigurationError as error:
        assert not any(value in str(error) for value in given.values() if len(value) > 2)
    else:
        raise AssertionError(f"{given} was taken")
