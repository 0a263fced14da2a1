import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

import httpx2
from tests.answering import Reply, Vendor
from tokens_of_oauth_are_fetched_once_and_renewed import (
    AsyncTokensOfOauthAreFetchedOnceAndRenewed,
    TokensOfOauthAreFetchedOnceAndRenewed,
)
from tokens_of_oauth_are_fetched_once_and_renewed.errors import AuthenticationError

WORDS = "the secret/1"


class Server:
    """Gives the tokens t1, t2, ... and takes none but the last."""

    def __init__(self, *, lives: int = 3600, takes_basic: bool = True) -> None:
        self.given = 0
        self.refused: set[str] = set()
        self.seen: list[httpx2.Request] = []
        self.lives = lives
        self.takes_basic = takes_basic

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        if request.url.path == "/token":
            if not self.takes_basic and "authorization" in request.headers:
                return httpx2.Response(401, json={"error": "invalid_client"})
            self.given += 1
            token = {"access_token": f"t{self.given}", "expires_in": self.lives}
            return httpx2.Response(200, json=token)
        refused = request.headers["authorization"] in self.refused
        return httpx2.Response(401 if refused else 204)


def client_of(server: Server, **more: Any) -> TokensOfOauthAreFetchedOnceAndRenewed:
    return TokensOfOauthAreFetchedOnceAndRenewed(
        client_id="me",
        client_secret=WORDS,
        http_client=httpx2.Client(transport=httpx2.MockTransport(server)),
        **more,
    )


server = Server()
client = client_of(server)
client.things.list_a()
client.things.list_a()
asked = server.seen[0]
assert str(asked.url) == "https://api.example.com/token"
assert asked.headers["authorization"] == "Basic bWU6dGhlK3NlY3JldCUyRjE="
assert parse_qs(asked.content.decode()) == {
    "grant_type": ["client_credentials"],
    "scope": ["read write"],
}
assert [one.headers["authorization"] for one in server.seen[1:]] == ["Bearer t1"] * 2
server.refused = {"Bearer t1"}
client.things.list_a()
assert server.seen[-1].headers["authorization"] == "Bearer t2"
server.refused |= {"Bearer t2", "Bearer t3"}
try:
    client.things.list_a()
except AuthenticationError:
    assert server.given == 3
else:
    raise AssertionError("a refused token was taken")

short = Server(lives=0)
client = client_of(short, scopes=[])
client.things.list_a()
client.things.list_a()
assert short.given == 2
assert "scope" not in parse_qs(short.seen[0].content.decode())

form = Server(takes_basic=False)
client_of(form).things.list_a()
assert parse_qs(form.seen[1].content.decode())["client_secret"] == [WORDS]

ready = Server()
TokensOfOauthAreFetchedOnceAndRenewed(
    "ready", http_client=httpx2.Client(transport=httpx2.MockTransport(ready))
).things.list_a()
assert ready.seen[0].headers["authorization"] == "Bearer ready"

told = {"error": "invalid_client", "error_description": f"who is {WORDS}?"}
vendor = Vendor(Reply(status=401, body=json.dumps(told).encode()))
client = TokensOfOauthAreFetchedOnceAndRenewed(
    client_id="me", client_secret=WORDS, http_client=vendor.http
)
try:
    client.things.list_a()
except AuthenticationError as error:
    assert "invalid_client" in str(error)
    assert WORDS not in f"{error} {error.raw!r} {client!r} {client._session.settings!r}"
else:
    raise AssertionError("there was no token")

together = Server()


async def later(request: httpx2.Request) -> httpx2.Response:
    await asyncio.sleep(0)  # the others have their turn while the token is fetched
    return together(request)


async def at_once() -> None:
    async with AsyncTokensOfOauthAreFetchedOnceAndRenewed(
        client_id="me",
        client_secret=WORDS,
        http_client=httpx2.AsyncClient(transport=httpx2.MockTransport(later)),
    ) as client:
        await asyncio.gather(*(client.things.list_a() for _ in range(5)))


asyncio.run(at_once())
assert together.given == 1


def told_of(body: str) -> Vendor:
    """A vendor that answers so to who asks for a token, and then takes any."""
    return Vendor(Reply(body=body.encode()), Reply(status=204))


for seconds in (
    "1" + "0" * 400,
    "1e999",
    "-1e999",
    "NaN",
    '"soon"',
    "[]",
    "true",
    '"1' + "0" * 400 + '"',
):
    vendor = told_of(f'{{"access_token": "odd", "expires_in": {seconds}}}')
    client = TokensOfOauthAreFetchedOnceAndRenewed(
        client_id="me", client_secret=WORDS, http_client=vendor.http
    )
    client.things.list_a()
    client.things.list_a()
    assert [one.url.path for one in vendor.requests] == ["/token", "/v1/a", "/v1/a"], seconds

for text in ('""', '" "', '"a\\n"', "null", "1"):
    vendor = told_of(f'{{"access_token": {text}, "expires_in": 60}}')
    client = TokensOfOauthAreFetchedOnceAndRenewed(
        client_id="me", client_secret=WORDS, http_client=vendor.http
    )
    try:
        client.things.list_a()
    except AuthenticationError as error:
        assert "gave none" in str(error), str(error)
        assert len(vendor.requests) == 1
    else:
        raise AssertionError(f"{text} was taken for a token")
