"""Servers of a document: picked by number, name or address, with variables, and none by guess."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.addresses import same_origin
from specloom.targets.client.runtime.errors import ConfigurationError
from specloom.targets.client.runtime.operations import Operation, Server, Variable
from specloom.targets.client.runtime.settings import Settings, read_settings

from .loopback import FakeClock, Loopback, answer
from .videos_api import API, AsyncVideosClient, VideosClient
from .videos_api.videos import GET, SUBMIT

KEY = "sk-0123456789abcdef"
REGION = Variable("region", "eu", ("eu", "us"))
SERVERS = (
    Server("https://one.example"),
    Server("https://{region}.two.example/{base}", name="two", variables=(REGION,)),
    Server("https://{tenant}.three.example", variables=(Variable("tenant", "main"),)),
)
MANY = replace(API, servers=SERVERS)
BASE = "https://api.example/v1"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "CONFIG"):
        monkeypatch.delenv(f"VIDEOS_{name}", raising=False)


def settings(**given: Any) -> Settings:
    return read_settings(given.pop("api", MANY), **{"api_key": KEY, **given})


def refused(**given: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        settings(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "url"),
    [
        (None, "https://one.example"),
        (0, "https://one.example"),
        (2, "https://main.three.example"),
        ("https://one.example", "https://one.example"),
        ("https://{tenant}.three.example", "https://main.three.example"),
    ],
)
def test_a_server_is_picked_by_its_number_or_its_address(wanted: Any, url: str) -> None:
    assert settings(server=wanted).base_url == url


def test_a_server_is_picked_by_its_name_and_filled_with_variables() -> None:
    given = {"region": "us", "base": "v2"}
    for wanted in ("two", SERVERS[1].url):
        found = settings(server=wanted, server_variables=given)
        assert found.base_url == "https://us.two.example/v2"


@pytest.mark.parametrize("wanted", [3, -1, True, "four", 1.0])
def test_another_server_is_refused_and_the_known_ones_are_told(wanted: Any) -> None:
    told = refused(server=wanted)
    assert repr(wanted) in told
    assert "0 (https://one.example), 1 (two)" in told


@pytest.mark.parametrize(
    ("server", "variables", "told"),
    [
        ("two", {"base": "v2", "region": "mars"}, "'region' must be one of eu, us, not 'mars'"),
        (2, {"tenant": 7}, "'tenant' must be a text, not 7"),
        (2, {"town": "x"}, "Videos has no server variable 'town'"),
        ("two", {}, "does not say what the server variable 'base' is"),
    ],
)
def test_what_is_no_value_of_a_variable_is_refused(
    server: Any, variables: dict[str, Any], told: str
) -> None:
    assert told in refused(server=server, server_variables=variables)


def test_an_unknown_variable_is_told_with_the_known_ones() -> None:
    assert "known are: region, tenant" in refused(server_variables={"town": "x"})
    assert "known are: none" in refused(api=API, server_variables={"town": "x"})


def test_a_listed_default_counts_though_the_list_forgot_it() -> None:
    odd = Server("https://{zone}.example", variables=(Variable("zone", "a", ("b", "c")),))
    api = replace(API, servers=(odd,))
    assert settings(api=api).base_url == "https://a.example"
    assert settings(api=api, server_variables={"zone": "a"}).base_url == "https://a.example"


@pytest.mark.parametrize("given", [{"server": 0}, {"server_variables": {"region": "us"}}])
def test_a_base_url_leaves_no_place_for_a_server(given: dict[str, Any]) -> None:
    assert "base_url takes the place of" in refused(base_url=BASE, **given)


def at(server: Server, **given: Any) -> str:
    """Where an operation with a server of its own is called."""
    operation: Operation[Any] = replace(GET, server=server)
    return settings(**given).url_of(operation)


def test_an_operation_may_have_a_server_of_its_own() -> None:
    own = Server("https://{region}.files.example", variables=(REGION,))
    assert at(own) == "https://eu.files.example"
    # Whoever names a base URL means it for all: no key travels past it.
    assert at(own, base_url=BASE) == BASE


def test_a_relative_server_is_on_the_host_of_the_apis() -> None:
    beside = Server("../v2/{region}", variables=(REGION,))
    assert at(beside, base_url=BASE) == "https://api.example/v2/eu"
    assert at(Server("/files"), base_url=BASE) == "https://api.example/files"
    assert at(Server("files")) == "https://one.example/files"


def test_a_variable_leads_no_key_to_another_host() -> None:
    root = Server("/{base}", variables=(Variable("base", "v1"),))
    assert at(root, server_variables={"base": "v2"}) == "https://one.example/v2"
    with pytest.raises(ConfigurationError, match=r"evil\.example is not on one\.example"):
        at(root, server_variables={"base": "/evil.example"})


def test_what_is_no_url_is_of_no_origin() -> None:
    assert not same_origin("https://[half", BASE)
    assert not same_origin("https://api.example:99999", BASE)


@pytest.mark.parametrize("kind", [VideosClient, AsyncVideosClient])
def test_an_option_that_does_not_exist_is_told_with_the_one_that_was_meant(kind: Any) -> None:
    with pytest.raises(TypeError, match=r"unexpected argument 'max_retires'.*max_retries"):
        kind(api_key=KEY, base_url=BASE, max_retires=3)


def test_a_submit_goes_to_the_operations_own_server() -> None:
    with Loopback() as server, Loopback() as other:
        other["POST /v1/videos"] = answer(200, {"id": "t1", "status": "in_queue"})
        api = replace(API, servers=(Server(server.url),))
        with VideosClient(api=api, api_key=KEY, clock=FakeClock()) as client:
            job = client.videos.submit_as(replace(SUBMIT, server=Server(other.url)))
        assert (job.id, server.received, other.submits) == ("t1", [], 1)
