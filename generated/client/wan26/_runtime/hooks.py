"""Hooks: what a program may be told of every request, every answer and every state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from .exchanging import Broken, Response, Sending
    from .records import Update

__all__ = ["NO_HOOKS", "Hooks"]


class Hooks(Struct, frozen=True, kw_only=True):
    """Functions that are told what happens; in the async client they may be coroutine functions.

    What one raises goes on to the caller: before a request nothing is sent, and after the answer
    of a submit the note says how to resume the job.

    Attributes:
        on_request: before each request, tokens and downloads included.
        on_response: after each answer.
        on_failure: after each request that got no whole answer.
        on_state: when a job has come into another state.
    """

    on_request: Callable[[Sending], object] | None = None
    on_response: Callable[[Response], object] | None = None
    on_failure: Callable[[Broken], object] | None = None
    on_state: Callable[[Update], object] | None = None


NO_HOOKS = Hooks()
