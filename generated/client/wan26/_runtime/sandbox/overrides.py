"""What the document only assumes, set otherwise: other paths, other places, an envelope."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from .description import (
        CostPaths,
        Description,
        ErrorPaths,
        LifeCycle,
        Listing,
        Operation,
        Progress,
        Result,
        Step,
        VendorCode,
    )

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

    def own(self, operation: str) -> Layout:
        """The same with what was set for the life cycle of one of several submits alone."""
        prefix = f"{operation}."
        keys = (key for key in self._assumed if key.startswith(f"{prefix}job."))
        mine = {key.removeprefix(prefix): self._assumed[key] for key in keys}
        if not mine:
            return self
        told = copy.copy(self)
        told._assumed = {**self._assumed, **mine}
        return told

    def place(self, key: str, paths: tuple[str, ...]) -> Place:
        """Where what the key names stands: at the document's paths, or where it was set to."""
        told = self._assumed.get(key)
        told = told[0] if isinstance(told, list | tuple) else told
        return Place(paths=paths, outer=told)

    def error_places(self, key: str, paths: ErrorPaths) -> tuple[Place, Place]:
        """The places of code and message under `error` or `job.error`."""
        code = self.place(f"{key}.code", tuple(paths.code))
        return code, self.place(f"{key}.message", tuple(paths.message))

    def life(self, life: LifeCycle) -> LifeCycle:
        """The life cycle with all its places counted from the root of the whole body."""
        if self.envelope is None and not any(key.startswith("job.") for key in self._assumed):
            return life
        return Overlaid(self.envelope, self._assumed).life(life)

    def leftovers(self, life: LifeCycle) -> tuple[str, ...]:
        """The document's own places of what was set to stand elsewhere, in the whole body."""
        own = Overlaid(self.envelope, {}).life(life)
        places: Mapping[str, tuple[str, ...]] = {
            "job.id": tuple(own.id),
            "job.status": tuple(own.status),
            "job.result.files": tuple(own.result.files),
            "job.result.value": tuple(filter(None, [own.result.value])),
            "job.error.code": tuple(own.error.code),
            "job.error.message": tuple(own.error.message),
            "job.cost.amount": tuple(filter(None, [own.cost.amount] if own.cost else [])),
            "job.cost.discount": tuple(filter(None, [own.cost.discount] if own.cost else [])),
        }
        return tuple(
            path for key, paths in places.items() if key in self._assumed for path in paths
        )

    def chosen(self, life: LifeCycle) -> tuple[str, ...]:
        """The places of ids and states that were set: they count whatever the schemas say."""
        told = Overlaid(self.envelope, self._assumed).life(life)
        by_key = {"job.id": told.id, "job.status": told.status}
        return tuple(
            path for key, paths in by_key.items() if key in self._assumed for path in paths
        )

    def is_set(self, *keys: str) -> bool:
        """Whether any of these was set."""
        return any(key in self._assumed for key in keys)

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


class Overlaid:
    """Life cycles with places in an envelope, and with those that were set."""

    def __init__(self, envelope: str | None, assumed: Mapping[str, Any]) -> None:
        self._envelope, self._assumed = envelope, assumed

    def life(self, life: LifeCycle) -> LifeCycle:
        """The life cycle, overlaid."""
        return replace(
            life,
            id=self._paths("job.id", life.id),
            refused=self._inside(life.refused),
            status=self._paths("job.status", life.status),
            states=self._states(life),
            rules=[replace(rule, when=self._inside(rule.when)) for rule in life.rules],
            poll=self._step(life.poll),
            cancel=life.cancel and self._step(life.cancel),
            listing=life.listing and self._listing(life.listing),
            result=self._result(life.result),
            error=replace(
                life.error,
                code=self._paths("job.error.code", life.error.code),
                message=self._paths("job.error.message", life.error.message),
            ),
            progress=life.progress and self._progress(life.progress),
            cost=life.cost and self._cost(life.cost),
        )

    def _inside(self, path: str | None) -> str | None:
        if path is None or self._envelope is None or path[:2] not in ("$", "$.", "$["):
            return path
        return self._envelope + path[1:]

    def _paths(self, key: str, paths: Sequence[str]) -> tuple[str, ...]:
        told = self._assumed.get(key)
        if told is None:
            return tuple(str(self._inside(path)) for path in paths)
        return tuple(map(str, told)) if isinstance(told, list | tuple) else (str(told),)

    def _path(self, key: str, path: str | None) -> str | None:
        return next(iter(self._paths(key, () if path is None else (path,))), None)

    def _states(self, life: LifeCycle) -> Mapping[str, Sequence[Any]]:
        states = dict(life.states)
        for key, told in self._assumed.items():
            if key.startswith("job.states."):
                words = tuple(told) if isinstance(told, list | tuple) else (told,)
                states[key.removeprefix("job.states.")] = words
        return states

    def _step(self, step: Step) -> Step:
        parameters = {
            name: self._inside(source) if isinstance(source, str) else source
            for name, source in step.parameters.items()
        }
        return replace(step, parameters=parameters, url=self._inside(step.url) or "")

    def _result(self, result: Result) -> Result:
        expires = result.expires
        return replace(
            result,
            value=self._path("job.result.value", result.value),
            files=self._paths("job.result.files", result.files),
            step=result.step and self._step(result.step),
            expires=self._inside(expires) if isinstance(expires, str) else expires,
        )

    def _listing(self, listing: Listing) -> Listing:
        return replace(listing, ids=str(self._inside(listing.ids)), step=self._step(listing.step))

    def _progress(self, progress: Progress) -> Progress:
        of = progress.of
        of = str(self._inside(of)) if isinstance(of, str) else of
        return replace(progress, value=str(self._inside(progress.value)), of=of)

    def _cost(self, cost: CostPaths) -> CostPaths:
        return replace(
            cost,
            amount=self._path("job.cost.amount", cost.amount),
            discount=self._path("job.cost.discount", cost.discount),
            reserved=self._inside(cost.reserved),
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
        "job.result.optional",
        "job.idempotency.known",
    )
    yield from ("limits.submits-per-second", "limits.polls-per-second")
    yield from ("error.code", "error.message", "envelope")
    for code in description.error_codes:
        yield from (f"errors.{code}.kind", f"errors.{code}.status")
