"""What the document only assumes, set otherwise: other paths, other places, an envelope."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .description import Description, ErrorPaths, LifeCycle, Operation, VendorCode

from .borrowed import ConfigurationError, flatten, read_config, read_value, suggest

__all__ = ["Layout", "Place", "SandboxError", "read_assumed"]


class SandboxError(Exception):
    """The sandbox cannot start as it was told to; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in an answer.

    The document's own `paths` count inside the envelope. `outer` is one that was set: it counts
    from the root of the body and takes their place.
    """

    paths: tuple[str, ...] = ()
    outer: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is any."""
        return self.outer is not None or bool(self.paths)


class Layout:
    """The description with what was set otherwise.

    Raises:
        SandboxError: a key that is not known, the message lists those that are; or a value of
            the wrong kind.
    """

    def __init__(self, description: Description, assumed: Mapping[str, Any]) -> None:
        self._assumed = dict(flatten(assumed))
        self._known = description.assumed
        _refuse_unknown(description, self._assumed)
        self.envelope: str | None = self._assumed.get("envelope")
        self.operations = tuple(self._operation(each) for each in description.operations)
        self.error_codes = {
            code: self._code(code, each) for code, each in description.error_codes.items()
        }

    def place(self, key: str, paths: tuple[str, ...]) -> Place:
        """Where what the key names stands: at the document's paths, or where it was set to."""
        told = self._assumed.get(key)
        told = told[0] if isinstance(told, list | tuple) else told
        return Place(paths=paths, outer=told)

    def error_places(self, key: str, paths: ErrorPaths) -> tuple[Place, Place]:
        """The places of code and message under `error` or `job.error`."""
        code = self.place(f"{key}.code", tuple(paths.code))
        return code, self.place(f"{key}.message", tuple(paths.message))

    def moves(self, operation: Operation) -> tuple[tuple[str, str], ...]:
        """JSON Pointers: where callers send members of the body, where the document has them."""
        names = (operation.name, operation.name.rpartition(".")[2])
        found: list[tuple[str, str]] = []
        for key, pointer in self._assumed.items():
            name, _, member = key.partition(".body.")
            if member and name in names:
                home = self._known.get(key) or "/" + member.replace(".", "/")
                found.append((str(pointer), str(home)))
        return tuple(found)

    def words(self, life: LifeCycle, state: str) -> tuple[Any, ...]:
        """The words for a state."""
        told = self._assumed.get(f"job.states.{state}")
        if told is None:
            return tuple(life.states.get(state, ()))
        return tuple(told) if isinstance(told, list | tuple) else (told,)

    def _operation(self, operation: Operation) -> Operation:
        short = operation.name.rpartition(".")[2]
        told = self._assumed.get(f"{operation.name}.path", self._assumed.get(f"{short}.path"))
        return operation if told is None else replace(operation, path=str(told))

    def _code(self, code: str, known: VendorCode) -> VendorCode:
        kind = self._assumed.get(f"errors.{code}.kind", known.kind)
        return replace(
            known, kind=kind, status=self._assumed.get(f"errors.{code}.status", known.status)
        )


def read_assumed(path: Path) -> dict[str, Any]:
    """The table `[assumed]` of a TOML file, its keys joined by dots.

    Raises:
        SandboxError: the file cannot be read, is no TOML, or holds what is no setting.
    """
    try:
        table = read_config(path).get("assumed", {})
    except ConfigurationError as error:
        raise SandboxError(error.message) from error
    return dict(flatten(table))


def _refuse_unknown(description: Description, assumed: Mapping[str, Any]) -> None:
    known = [*dict.fromkeys([*_known_keys(description), *description.assumed])]
    for key, value in assumed.items():
        if key in known or ".body." in key:
            _refuse_wrong(key, value)
            continue
        listed = ", ".join(known)
        raise SandboxError(f"unknown key {key!r}{suggest(key, known)} (known: {listed})")


def _refuse_wrong(key: str, value: Any) -> None:
    try:
        read_value(key, value)
    except ConfigurationError as error:
        raise SandboxError(error.message) from error


def _known_keys(description: Description) -> Iterator[str]:
    for operation in description.operations:
        yield f"{operation.name.rpartition('.')[2]}.path"
        yield f"{operation.name}.path"
        for state in operation.job.states if operation.job else ():
            yield f"job.states.{state}"
    yield from ("job.id", "job.status", "job.result.value", "job.result.files")
    yield from ("job.error.code", "job.error.message", "job.cost.amount", "job.cost.discount")
    # These are of no weight to a server, but stand in the same file for the client.
    yield from (
        "job.refused",
        "job.not-taken",
        "job.rules",
        "job.poll.interval",
        "job.poll.timeout",
        "job.result.expires",
    )
    yield from ("limits.submits-per-second", "limits.polls-per-second")
    yield from ("error.code", "error.message", "envelope")
    for code in description.error_codes:
        yield from (f"errors.{code}.kind", f"errors.{code}.status")
