"""Settings that cannot work are refused at once, and the nearest one wins."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import ConfigurationError

from .videos_api import API, VideosClient

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-0123456789abcdef"
SERVER = "https://api.example"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "CONFIG"):
        monkeypatch.delenv(f"VIDEOS_{name}", raising=False)


def test_an_argument_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    api = replace(API, assumed={**API.assumed, "base_url": "http://127.0.0.1:9"})
    config = tmp_path / "videos.toml"
    config.write_text("[assumed]\nbase_url = 'https://file.example'")
    settings: dict[str, Any] = {"api": api, "api_key": KEY, "config": config}
    assert VideosClient(**settings).base_url == "https://file.example"
    monkeypatch.setenv("VIDEOS_BASE_URL", "https://environment.example")
    assert VideosClient(**settings).base_url == "https://environment.example"
    given = {"base_url": "https://argument.example"}
    assert VideosClient(**settings, assumed=given).base_url == "https://argument.example"


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"timeout": 0}, "timeout must be"),
        ({"timeout": "5"}, "timeout must be"),
        ({"timeout": True}, "timeout must be"),
        ({"timeout": float("nan")}, "timeout must be"),
        ({"max_retries": 1.5}, "max_retries must be"),
        ({"max_retries": None}, "max_retries must be"),
        ({"assumed": ["submit.path"]}, "assumed, if it is given"),
        ({"prices": "cheap"}, "prices, if it is given"),
        ({"config": 5}, "config, if it is given"),
        ({"base_url": b"https://x"}, "base_url, if it is given"),
        ({"prices": {"1080P": Decimal("NaN")}}, "the price of"),
        ({"prices": {"1080P": Decimal("Infinity")}}, "the price of"),
        ({"base_url": "https://exa\nmple.com"}, "control character"),
        ({"base_url": "https://exa mple.com"}, "a space"),
    ],
)
def test_settings_of_a_wrong_kind_are_refused(given: dict[str, Any], match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        VideosClient(**{"api_key": KEY, "base_url": SERVER, **given})


def test_no_limit_is_a_timeout() -> None:
    client = VideosClient(api_key=KEY, base_url=SERVER, timeout=None, max_retries=-1)
    assert (client._session.timeout, client._session.max_retries) == (None, 0)


@pytest.mark.parametrize(
    "assumed",
    [
        {"get.path": "/v2/videos"},
        {"get.path": "/v2/videos/{task}"},
        {"submit.path": "/v2/{id}"},
        {"job.states.queued": ["failed"]},
        {"job.states.queued": ["x"], "job.states.failed": ["y", "x"]},
        {"errors.095.kind": "vendor"},
    ],
)
def test_what_cannot_work_is_not_assumed(assumed: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="assumed value"):
        VideosClient(api_key=KEY, base_url=SERVER, assumed=assumed)


def test_words_may_be_swapped() -> None:
    assumed = {"job.states.queued": ["failed"], "job.states.failed": ["in_queue"]}
    assert VideosClient(api_key=KEY, base_url=SERVER, assumed=assumed).base_url == SERVER


@pytest.mark.parametrize("duration", [-5, "many", float("nan"), object()])
def test_a_quantity_that_is_none_has_no_amount(duration: Any) -> None:
    client = VideosClient(api_key="sandbox", prices={"1080P": "0.15"})
    estimate = client.videos.estimate(duration=duration)
    assert (estimate.quantity, estimate.amount) == (None, None)
