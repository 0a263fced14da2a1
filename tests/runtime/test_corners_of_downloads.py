"""Odd servers of files: what is on disk in the end is the file, or nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specloom.targets.client.runtime.errors import DownloadError

from .loopback import FakeClock, Loopback, answer
from .test_downloading import FILE, KEY, MP4, WHOLE, Saver, cdn, cut, save, server, target
from .test_sidecars import beside
from .videos_api import VideosClient

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["cdn", "save", "server", "target"]  # fixtures

AT = 4000


def spanned(content: bytes) -> bytes:
    """What claims to be the rest of the file."""
    span = f"bytes {AT}-{len(MP4) - 1}/{len(MP4)}"
    return answer(206, content, content_type="video/mp4", etag='"v1"', content_range=span)


def test_where_the_rest_is_refused_the_file_is_asked_for_anew(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = [cut(AT), answer(416, {}), WHOLE]
    save(server.url, target)
    assert target.read_bytes() == MP4
    assert [one.headers.get("range") for one in cdn.received] == [None, f"bytes={AT}-", None]


def test_a_rest_that_is_too_long_is_thrown_away_with_the_beginning(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = [cut(AT), spanned(MP4[AT:] + b"more"), WHOLE]
    save(server.url, target)
    assert target.read_bytes() == MP4
    assert [one.headers.get("range") for one in cdn.received] == [None, f"bytes={AT}-", None]


def test_a_file_that_is_always_too_long_is_no_file(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = [cut(AT), spanned(MP4[AT:] + b"more"), cut(AT), answer(404, {})]
    with pytest.raises(DownloadError):
        save(server.url, target)
    assert not target.exists()


def test_a_sidecar_writes_fractions_as_they_are(
    server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = WHOLE
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        client.videos.generate(prompt="x", extra_body={"scale": 0.5, "tags": ["a", 1.5]}).save(
            target, sidecar=True
        )
    request = beside(target)["request"]
    assert (request["scale"], request["tags"]) == (0.5, ["a", 1.5])
