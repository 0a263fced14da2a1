"""Credentials of the rarer kinds: what travels is what was given, and what cannot be is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.answers import in_utf8, text_of
from specloom.targets.client.runtime.drivers import Clock
from specloom.targets.client.runtime.errors import ConfigurationError
from specloom.targets.client.runtime.operations import ApiKey, Authorization, Basic, OAuth2
from specloom.targets.client.runtime.settings import read_settings

from .desks import Desk, desk, server
from .videos_api import API, VideosClient

if TYPE_CHECKING:
    from .loopback import Loopback

__all__ = ["desk", "server"]  # fixtures

BASE = "https://api.example"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "CONFIG"):
        monkeypatch.delenv(f"VIDEOS_{name}", raising=False)


@pytest.mark.parametrize(
    ("scheme", "credentials", "header", "value"),
    [
        (Authorization(), {"authorization": "Key abcdef-012"}, "authorization", "Key abcdef-012"),
        (Basic(), {"username": "me", "password": "a:b-123456"}, "authorization", "Basic bWU6Y"),
        (ApiKey(name="k", place="cookie"), {"api_key": "abcdef-012"}, "cookie", "k=abcdef-012"),
        (OAuth2(), {"api_key": "abcdef-012"}, "authorization", "Bearer abcdef-012"),
    ],
)
def test_a_submit_carries_what_was_given(
    desk: Desk, server: Loopback, scheme: Any, credentials: dict[str, str], header: str, value: str
) -> None:
    api = replace(API, security=(scheme,))
    words = {"api_key": None, **credentials}
    client = desk.open(api=api, api_key=words.pop("api_key"), credentials=words)
    desk(client.videos.submit(prompt="x"))
    assert server.received[0].headers[header].startswith(value)


def test_a_user_with_a_colon_is_refused() -> None:
    api = replace(API, security=(Basic(),))
    words = {"username": "a:b", "password": "secret-0123"}
    with pytest.raises(ConfigurationError, match="username must have no colon"):
        VideosClient(api=api, base_url=BASE, credentials=words).videos.get("t1")


@pytest.mark.parametrize("scopes", ["read", 7, ["read", 7]])
def test_scopes_that_are_no_list_of_texts_are_refused(scopes: Any) -> None:
    api = replace(API, security=(OAuth2(),))
    with pytest.raises(ConfigurationError, match="scopes must be a list of texts"):
        read_settings(api, base_url=BASE, api_key="abcdef-012", scopes=scopes)


def test_a_text_is_read_in_its_charset_and_an_unknown_one_as_utf8() -> None:
    assert text_of("é".encode("latin-1"), "text/plain; charset=latin-1") == "é"
    assert text_of("é".encode(), "text/plain; charset=klingon") == "é"
    assert in_utf8("é".encode("latin-1"), "application/json; charset=latin-1") == "é".encode()
    assert in_utf8("é".encode(), "application/json; charset=latin-1") == "é".encode()


def test_chance_is_between_0_and_1_and_no_constant() -> None:
    drawn = {Clock().chance() for _ in range(8)}
    assert len(drawn) > 1
    assert all(0 <= one < 1 for one in drawn)
