from tests.answering import Reply, Vendor
from tokens_of_openid_are_fetched_where_the_provider_says import (
    TokensOfOpenidAreFetchedWhereTheProviderSays,
)
from tokens_of_openid_are_fetched_where_the_provider_says.errors import ConfigurationError

vendor = Vendor(
    {"token_endpoint": "https://tokens.example.com/t"}, {"access_token": "t"}, Reply(status=204)
)
client = TokensOfOpenidAreFetchedWhereTheProviderSays(
    client_id="me", client_secret="secret", http_client=vendor.http
)
client.things.list_a()
client.things.list_a()
discovery, token, *calls = vendor.requests
assert str(discovery.url) == "https://login.example.com/.well-known/openid-configuration"
assert "authorization" not in discovery.headers
assert str(token.url) == "https://tokens.example.com/t"
assert [one.headers["authorization"] for one in calls] == ["Bearer t", "Bearer t"]

open_one = Vendor({"token_endpoint": "http://tokens.example.com/t"}, {"access_token": "t"})
client = TokensOfOpenidAreFetchedWhereTheProviderSays(
    client_id="me", client_secret="secret", http_client=open_one.http
)
try:
    client.things.list_a()
except ConfigurationError as error:
    assert "plain HTTP" in str(error)
else:
    raise AssertionError("the secret travelled in the open")
assert len(open_one.requests) == 1
