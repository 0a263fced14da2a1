"""The sandbox of Wan 2.6 text-to-video: the API on this machine, for no money."""

from __future__ import annotations

from pathlib import Path

from .._runtime.sandbox import serving

__all__ = ["Sandbox"]


class Sandbox(serving.Sandbox):
    """A server that plays Wan 2.6 text-to-video; see `python -m wan26.sandbox --help`."""

    data = Path(__file__).with_name("api.json")
    schemas = Path(__file__).parent.with_name("_schemas.json")
