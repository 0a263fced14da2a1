"""What the document only assumes, set anew at run time, without weaving again."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast, get_args

from . import jsonpath
from .answers import WholePath
from .effects import Caught
from .errors import ConfigurationError, printable
from .operations import (
    Api,
    CostPaths,
    ErrorPaths,
    LifeCycle,
    Limits,
    Operation,
    Result,
    Rule,
    State,
    VendorCode,
)

__all__ = ["Assumed", "flatten", "read_value", "suggest"]

T = TypeVar("T")

_KINDS = ("request", "server", "moderation", "account", "unknown")
_BRACES = re.compile(r"\{([^{}]*)\}")


def suggest(word: str, known: Mapping[str, Any] | list[str]) -> str:
    """`did you mean ...?`, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested tables under dotted names: TOML nests `submit.path = ...`."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _refuse(key: str, value: Any, wanted: str) -> ConfigurationError:
    given = printable(repr(value), 200)
    return ConfigurationError(f"assumed value {key!r} must be {wanted}, not {given}")


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _refuse(key, value, "a text")
    return value


def _route(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise _refuse(key, value, "a path that begins with '/'")
    return value


def _pointer(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise _refuse(key, value, "a JSON Pointer such as '/input/name'")
    return value


def _json_path(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _refuse(key, value, "a JSONPath such as '$.data.id'")
    with Caught(jsonpath.JSONPathError) as caught:
        jsonpath.parse(value)
    if caught.error is not None:
        raise _refuse(key, value, f"a JSONPath such as '$.data.id' ({caught.error})")
    return WholePath(value)


def _json_paths(key: str, value: Any) -> tuple[str, ...]:
    paths = value if isinstance(value, list | tuple) else [value]
    if not paths:
        raise _refuse(key, value, "a JSONPath or a list of them")
    return tuple(_json_path(key, path) for path in paths)


def _positive(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise _refuse(key, value, "a number above 0")
    return value


def _words(key: str, value: Any) -> tuple[str | int | float | bool, ...]:
    words = value if isinstance(value, list | tuple) else [value]
    if not words or not all(isinstance(word, str | int | float) for word in words):
        raise _refuse(key, value, "a word or a list of words")
    return tuple(words)


def _rules(key: str, value: Any) -> tuple[Rule, ...]:
    return tuple(_rule(key, one) for one in (value if isinstance(value, list | tuple) else [value]))


def _rule(key: str, value: Any) -> Rule:
    wanted = "a list of rules such as {'when': '$.error', 'state': 'failed'}"
    if not isinstance(value, Mapping) or not {"state"} < set(value) <= {"state", "code", "when"}:
        raise _refuse(key, value, wanted)
    if value["state"] not in get_args(State):
        raise _refuse(key, value, f"{wanted}; the states are {', '.join(get_args(State))}")
    return Rule(
        state=value["state"],
        code=_status(key, value["code"]) if "code" in value else None,
        when=_json_path(key, value["when"]) if "when" in value else None,
    )


def _status(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 100 <= value <= 599:
        raise _refuse(key, value, "an HTTP status")
    return value


def _statuses(key: str, value: Any) -> tuple[int, ...]:
    return tuple(
        _status(key, one) for one in (value if isinstance(value, list | tuple) else [value])
    )


def _kind(key: str, value: Any) -> str:
    if value not in _KINDS:
        raise _refuse(key, value, f"one of {', '.join(_KINDS)}")
    return str(value)


def _expiry(key: str, value: Any) -> float | str:
    return _json_path(key, value) if isinstance(value, str) else _positive(key, value)


_EXACT: dict[str, Callable[[str, Any], Any]] = {
    "base_url": _text,
    "envelope": _json_path,
    "error.code": _json_paths,
    "error.message": _json_paths,
    "job.id": _json_paths,
    "job.status": _json_paths,
    "job.refused": _json_path,
    "job.not-taken": _statuses,
    "job.rules": _rules,
    "job.poll.interval": _positive,
    "job.poll.timeout": _positive,
    "job.result.value": _json_path,
    "job.result.files": _json_paths,
    "job.result.expires": _expiry,
    "job.error.code": _json_paths,
    "job.error.message": _json_paths,
    "job.cost.amount": _json_path,
    "job.cost.discount": _json_path,
    "job.cost.reserved": _json_path,
    "limits.submits-per-second": _positive,
    "limits.polls-per-second": _positive,
}


def _check_braces(key: str, path: str, own: object) -> None:
    named = set(_BRACES.findall(own)) if isinstance(own, str) else set(_BRACES.findall(path))
    if set(_BRACES.findall(path)) != named:
        places = ", ".join(f"{{{name}}}" for name in sorted(named)) or "no place in braces"
        raise _refuse(key, path, f"a path with {places}, as {own!r} has")


def _check_words(values: Mapping[str, Any]) -> None:
    """Refuse a word that stands for two states."""
    owners: dict[tuple[bool, Any], str] = {}
    for key, value in values.items():
        if not key.startswith("job.states."):
            continue
        for word in value if isinstance(value, list | tuple) else [value]:
            owner = owners.setdefault((isinstance(word, bool), word), key)
            if owner != key:
                raise _refuse(key, word, f"a word that {owner!r} does not have")


def _reader(key: str) -> Callable[[str, Any], Any]:
    if key in _EXACT:
        return _EXACT[key]
    if key.startswith("job.states."):
        return _words
    if key.startswith("errors."):
        return _status if key.endswith(".status") else _kind
    return _pointer if ".body." in key else _route


def read_value(key: str, value: Any, shown_as: str = "") -> Any:
    """What is set for a known key, of the kind that belongs to it.

    Raises:
        ConfigurationError: it is of another kind.
    """
    return _reader(key)(shown_as or key, value)


@dataclass(frozen=True, slots=True)
class Assumed:
    """The values that a user has set, checked; nothing else of the document changes."""

    api: Api
    values: Mapping[str, Any]

    @classmethod
    def read(cls, api: Api, given: Mapping[str, Any]) -> Assumed:
        """Check what a user gives.

        Raises:
            ConfigurationError: a key that is not known, or a value of the wrong kind.
        """
        values: dict[str, Any] = {}
        for key, value in flatten(given):
            known = _known(api.assumed, key)
            values[known] = read_value(known, value, key)
            if known.endswith(".path") and ".body." not in known:
                _check_braces(key, values[known], api.assumed[known])
        _check_words({**api.assumed, **values})
        return cls(api, values)

    def changed_api(self) -> Api:
        """The API with error paths, error codes and limits as set."""
        changes = _picked(self.values, "error.", ErrorPaths)
        limits = _picked(self.values, "limits.", Limits)
        codes = {code: self._code(code, known) for code, known in self.api.error_codes.items()}
        return replace(
            self.api,
            error=replace(self.api.error, **changes),
            limits=replace(self.api.limits, **limits),
            error_codes=codes,
        )

    def changed(self, operation: Operation[T]) -> Operation[T]:
        """The operation with its path, its body's members and its life cycle as set."""
        path = self._of(operation.name, "path") or operation.path
        job = operation.job and self._life_cycle(operation.job)
        return replace(operation, path=path, job=job, moves=self._moves(operation.name))

    def _of(self, operation: str, last: str) -> Any:
        for name in (operation, operation.rpartition(".")[2]):
            if f"{name}.{last}" in self.values:
                return self.values[f"{name}.{last}"]
        return None

    def _moves(self, operation: str) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for name in (operation, operation.rpartition(".")[2]):
            prefix = f"{name}.body."
            for key, target in self.values.items():
                if key.startswith(prefix):
                    dotted = key.removeprefix(prefix).replace(".", "/")
                    found.append((str(self.api.assumed.get(key) or f"/{dotted}"), target))
        return tuple(dict.fromkeys(found))

    def _code(self, code: str, known: VendorCode) -> VendorCode:
        kind = self.values.get(f"errors.{code}.kind", known.kind)
        return replace(
            known, kind=kind, status=self.values.get(f"errors.{code}.status", known.status)
        )

    def _life_cycle(self, job: LifeCycle) -> LifeCycle:
        get = self.values.get
        poll = job.poll.operation and self.changed(job.poll.operation)
        cancel = job.cancel
        if cancel is not None and cancel.operation is not None:
            cancel = replace(cancel, operation=self.changed(cancel.operation))
        cost = _picked(self.values, "job.cost.", CostPaths)
        return replace(
            job,
            id=get("job.id", job.id),
            status=get("job.status", job.status),
            refused=get("job.refused", job.refused),
            not_taken=get("job.not-taken", job.not_taken),
            rules=get("job.rules", job.rules),
            interval=get("job.poll.interval", job.interval),
            timeout=get("job.poll.timeout", job.timeout),
            poll=replace(job.poll, operation=poll),
            cancel=cancel,
            states=self._states(job),
            result=self._result(job.result),
            error=replace(job.error, **_picked(self.values, "job.error.", ErrorPaths)),
            cost=replace(job.cost or CostPaths(), **cost) if cost else job.cost,
        )

    def _states(self, job: LifeCycle) -> dict[State, tuple[str | int | float | bool, ...]]:
        states = dict(job.states)
        for key, words in self.values.items():
            if key.startswith("job.states."):
                states[cast("State", key.removeprefix("job.states."))] = words
        return states

    def _result(self, result: Result | None) -> Result | None:
        changes = _picked(self.values, "job.result.", Result)
        if result is not None and result.operation is not None:
            changes["operation"] = self.changed(result.operation)
        return replace(result or Result(), **changes) if changes else result


def _picked(values: Mapping[str, Any], prefix: str, kind: type[Any]) -> dict[str, Any]:
    """The set values of one group, under the names of the fields of `kind`."""
    fields = kind.__dataclass_fields__
    named = {
        key.removeprefix(prefix).replace("-", "_"): value
        for key, value in values.items()
        if key.startswith(prefix)
    }
    return {name: value for name, value in named.items() if name in fields}


def _known(known: Mapping[str, Any], key: str) -> str:
    """The key as the document has it: operations may be named with or without their resource."""
    if key in known:
        return key
    longer = [name for name in known if name.endswith(f".{key}")]
    shorter = key.partition(".")[2]
    if len(longer) == 1 and longer[0].count(".") == key.count(".") + 1:
        return longer[0]
    if shorter in known and not shorter.startswith(("job.", "error", "limits.")):
        return shorter
    listed = ", ".join(known) or "none"
    raise ConfigurationError(
        f"there is no assumed value {printable(key)!r}{suggest(key, known)}",
        hint=f"known are: {listed}",
    )
