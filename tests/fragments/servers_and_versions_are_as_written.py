from servers_and_versions_are_as_written import ServersAndVersionsAreAsWritten
from tests.answering import Vendor

vendor = Vendor("x")
client = ServersAndVersionsAreAsWritten(http_client=vendor.http)
assert client.base_url == "https://eu.example.com/v1.10"
assert client.things.get_a() == "x"
assert str(vendor.last.url) == "https://eu.example.com/v1.10/a"
assert "servers_and_versions_are_as_written/1.10 " in vendor.last.headers["user-agent"]
