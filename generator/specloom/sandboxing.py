"""`specloom sandbox DOC`: the API of a document on this machine, without a client being written first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from specloom.model.api import Api

__all__ = ["MissingExtraError", "sandbox_options", "serve_api"]

_PROGRAM = "specloom sandbox"
_EXTRA = "specloom[sandbox]"


class MissingExtraError(Exception):
    """A package that a sandbox needs is not installed; the message says how it is."""


def sandbox_options() -> argparse.ArgumentParser:
    """Return the options that the sandbox of a woven client has too.

    Raises:
        MissingExtraError: The extra is not installed.
    """
    try:
        from specloom.targets.client.runtime.sandbox.command import parser
    except ModuleNotFoundError as error:
        message = f"the sandbox needs {error.name}: pip install '{_EXTRA}'"
        raise MissingExtraError(message) from error
    return parser(_PROGRAM, add_help=False)


def serve_api(api: Api, told: argparse.Namespace) -> int:
    """Serve an API until Ctrl-C: 0 if it ended quietly, 2 if it could not start."""
    from specloom.targets.client.runtime.sandbox.command import serve
    from specloom.targets.client.runtime.sandbox.serving import Sandbox
    from specloom.targets.client.sandbox import sandbox_data

    played = Sandbox.playing(sandbox_data(api), api.requests)
    played.extra = _EXTRA
    return serve(played, told, package=api.package, program=_PROGRAM)
