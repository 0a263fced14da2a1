"""The sandbox of Kitchen sink: the API on this machine, for no money."""

from __future__ import annotations

from pathlib import Path

from .._runtime.sandbox import serving

__all__ = ["Sandbox"]


class Sandbox(serving.Sandbox):
    """A server that plays Kitchen sink; see `python -m kitchen_sink.sandbox --help`."""

    data = Path(__file__).with_name("api.json")
    schemas = Path(__file__).parent.with_name("_schemas.json")
