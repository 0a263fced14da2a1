from typing import Any

from servers_are_chosen_and_filled_in import ServersAreChosenAndFilledIn
from servers_are_chosen_and_filled_in.errors import ConfigurationError
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))


def called(**more: Any) -> tuple[str, str]:
    client = ServersAreChosenAndFilledIn("secret", http_client=vendor.http, **more)
    urls = []
    for call in (client.things.list_a, client.things.list_files):
        call()
        assert vendor.last.headers["authorization"] == "Bearer secret"
        urls.append(str(vendor.last.url))
    return urls[0], urls[1]


files = "https://files.example.com/up/files"
assert called() == ("https://eu.example.com/v1/a", files)
variables = {"region": "us", "version": "v2"}
assert called(server_variables=variables) == ("https://us.example.com/v2/a", files)
assert called(server="test") == called(server=1) == ("https://test.example.com/a", files)
own = "https://own.example.com"
assert called(base_url=own) == (f"{own}/a", f"{own}/files")
wrong: list[tuple[dict[str, Any], str]] = [
    ({"server_variables": {"region": "mars"}}, "one of eu, us"),
    ({"server_variables": {"zone": "eu"}}, "no server variable 'zone'"),
    ({"server": "nowhere"}, "1 (test)"),
    ({"server": 2}, "base_url='https://.../v1'"),
    ({"server": 1, "base_url": own}, "takes the place"),
]
for given, told in wrong:
    try:
        called(**given)
    except ConfigurationError as error:
        assert told in str(error), str(error)
    else:
        raise AssertionError(f"{given} was taken")
