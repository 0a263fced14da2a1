from typing import Any

from servers_are_taken_as_they_are_meant import ServersAreTakenAsTheyAreMeant
from servers_are_taken_as_they_are_meant.errors import ConfigurationError
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))


def called(**more: Any) -> tuple[str, str]:
    client = ServersAreTakenAsTheyAreMeant("secret", http_client=vendor.http, **more)
    urls = []
    for call in (client.things.list_a, client.things.list_b):
        call()
        assert vendor.last.headers["authorization"] == "Bearer secret"
        urls.append(str(vendor.last.url))
    return urls[0], urls[1]


assert called() == ("https://eu.example.com/v1.10/a", "https://eu.example.com/v9/b")
given = {"region": "us", "version": "2"}
assert called(server_variables=given) == (
    "https://us.example.com/v2/a",
    "https://us.example.com/v9/b",
)
given = {"region": "eu", "version": "1.10"}
assert called(server_variables=given) == called()
assert called(server="query") == ("https://q.example.com/a/a", "https://q.example.com/v9/b")
own = ("https://acme.example.com/a", "https://acme.example.com/v9/b")
assert called(server="own", server_variables={"tenant": "acme"}) == own
base = "https://test.example.com/api"
assert called(base_url=base) == (f"{base}/a", "https://test.example.com/v9/b")

client = ServersAreTakenAsTheyAreMeant(
    "secret",
    server="own",
    server_variables={"tenant": "acme"},
    http_client=vendor.http,
)
client.things.create_b()
assert str(vendor.last.url) == "https://acme.example.com/acme/b"

wrong: list[tuple[dict[str, Any], str]] = [
    ({"server": "own"}, "tenant"),
    ({"server": "own"}, "server_variables={'tenant': '...'}"),
    ({"server_variables": {"region": "mars"}}, "one of us, ap"),
    ({"server": "own", "server_variables": {"tenant": 1}}, "'tenant' must be a text"),
    ({"server": "own", "server_variables": {"zone": "eu"}}, "no server variable 'zone'"),
    ({"base_url": "https://q.example.com/a?k=v"}, "no user, query or fragment"),
]
for settings, told in wrong:
    try:
        called(**settings)
    except ConfigurationError as error:
        assert told in str(error), str(error)
    else:
        raise AssertionError(f"{settings} was taken")
try:
    ServersAreTakenAsTheyAreMeant("secret", http_client=vendor.http).things.create_b()
except ConfigurationError as error:
    assert "tenant" in str(error), str(error)
else:
    raise AssertionError("a variable that nobody knows was filled in")

proxied = ServersAreTakenAsTheyAreMeant("secret", base_url=base, http_client=vendor.http)
proxied.things.create_b()
assert str(vendor.last.url) == f"{base}/b"
proxied.things.list_d()
assert str(vendor.last.url) == "https://test.example.com/v8/d/d"
proxied.things.list_c()
assert str(vendor.last.url) == f"{base}/c"
try:
    ServersAreTakenAsTheyAreMeant("secret", http_client=vendor.http).things.list_c()
except ConfigurationError as error:
    assert "'version'" in str(error), str(error)
else:
    raise AssertionError("a variable that nobody knows was filled in")

# What leads to another host gets no key, even where the caller leads there.
for path in ("/evil.example.com", "//evil.example.com", "https://evil.example.com"):
    led = ServersAreTakenAsTheyAreMeant(
        "secret",
        server="own",
        server_variables={"tenant": "acme", "path": path},
        http_client=vendor.http,
    )
    try:
        led.things.create_d()
    except ConfigurationError as error:
        assert "is not on acme.example.com" in str(error), str(error)
        assert path == "/evil.example.com"
    else:
        assert vendor.last.url.host == "acme.example.com"
