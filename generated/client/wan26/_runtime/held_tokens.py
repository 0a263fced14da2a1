"""The tokens of OAuth2 that a client holds, and those that are on their way."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from .errors import APIError
    from .logs import Veiled

__all__ = ["Fetch", "Tokens"]


class _Token(Struct, frozen=True):
    text: Veiled
    until: float | None  # on the monotonic clock; None: as long as the server takes it


class Fetch:
    """A token on its way: those who wait for it learn how that ended."""

    __slots__ = ("ended", "error", "text")

    def __init__(self) -> None:
        self.ended = False  # with neither of these where it was interrupted
        self.text: Veiled | None = None
        self.error: APIError | None = None


class Tokens:
    """The tokens of one client; of several calls that need the same one, one fetches it."""

    def __init__(self) -> None:
        self._held: dict[str, _Token] = {}
        self._fetching: dict[str, Fetch] = {}
        self._process = os.getpid()
        self._refused: deque[_Token] = deque(maxlen=8)  # a server says back what it refuses
        self._lock = threading.Lock()
        self.in_form: set[str] = set()  # token endpoints that take the secret in the body only

    def fresh(self, key: str, moment: float) -> Veiled | None:
        """The token that is held, unless it ends soon."""
        held = self._held.get(key)
        if held is None or (held.until is not None and held.until <= moment):
            return None
        return held.text

    def begin(self, key: str) -> tuple[Fetch, bool]:
        """The fetch that is under way, or a new one that is the caller's, who then calls `end`."""
        if self._process != os.getpid():  # what a parent process fetches does not end here
            self._process, self._lock, self._fetching = os.getpid(), threading.Lock(), {}
        with self._lock:
            running = self._fetching.get(key)
            if running is not None:
                return running, False
            self._fetching[key] = Fetch()
            return self._fetching[key], True

    def end(self, key: str, fetch: Fetch) -> None:
        """Let others go on, and fetch."""
        with self._lock:
            fetch.ended = True
            self._fetching.pop(key, None)

    def keep(self, key: str, text: Veiled, until: float | None) -> None:
        """Hold a token until that moment."""
        self._held[key] = _Token(text, until)

    def drop(self, header: str) -> None:
        """Forget the token of a header that the server refused."""
        for key, held in list(self._held.items()):
            if f"Bearer {held.text}" == header:
                self._refused.append(held)
                self._held.pop(key, None)

    def texts(self) -> list[str]:
        """The tokens, to be kept out of texts."""
        return [str(one.text) for one in (*self._held.values(), *self._refused)]
