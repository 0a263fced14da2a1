"""Values that the document only assumes: read as the kind that each has to be, and put in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from msgspec import Struct
from msgspec.structs import replace

from .answers import WholePath
from .assumed import flatten
from .deferred import Deferred
from .effects import Caught
from .errors import ConfigurationError, printable
from .operations import (
    Api,
    CostPaths,
    ErrorPaths,
    Idempotency,
    LifeCycle,
    Limits,
    Operation,
    Result,
    Rule,
    State,
    VendorCode,
)
from .suggestions import suggest

if TYPE_CHECKING:
    from . import jsonpath
else:
    jsonpath = Deferred("jsonpath")

__all__ = ["Changes", "changed_api", "read", "read_value"]

T = TypeVar("T")

_KINDS = ("request", "server", "moderation", "account", "unknown")
_BRACES = re.compile(r"\{([^{}]*)\}")


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


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(key, value, "true or false")
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
    "job.result.optional": _flag,
    "job.error.code": _json_paths,
    "job.error.message": _json_paths,
    "job.cost.amount": _json_path,
    "job.cost.discount": _json_path,
    "job.cost.reserved": _json_path,
    "job.idempotency.known": _json_path,
    "limits.submits-per-second": _positive,
    "limits.polls-per-second": _positive,
}


def _check_braces(key: str, path: str, own: object) -> None:
    named = set(_BRACES.findall(own)) if isinstance(own, str) else set(_BRACES.findall(path))
    if set(_BRACES.findall(path)) != named:
        places = ", ".join(f"{{{name}}}" for name in sorted(named)) or "no place in braces"
        raise _refuse(key, path, f"a path with {places}, as {own!r} has")


def _reader(key: str) -> Callable[[str, Any], Any]:
    _, is_of_one, field = key.partition(".job.")
    key = f"job.{field}" if is_of_one else key
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


def _check_words(values: Mapping[str, Any]) -> None:
    """Refuse a word that stands for two states."""
    owners: dict[tuple[str, bool, Any], str] = {}
    for key, value in values.items():
        job, is_state, _ = key.partition("job.states.")
        if not is_state:
            continue
        for word in value if isinstance(value, list | tuple) else [value]:
            owner = owners.setdefault((job, isinstance(word, bool), word), key)
            if owner != key:
                raise _refuse(key, word, f"a word that {owner!r} does not have")


def read(api: Api, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check what a user sets; gives the values by their keys in the document.

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
    return values


def changed_api(api: Api, values: Mapping[str, Any]) -> Api:
    """The API with error paths, error codes and limits as set."""
    return replace(
        api,
        error=replace(api.error, **_picked(values, "error.", ErrorPaths)),
        limits=replace(api.limits, **_picked(values, "limits.", Limits)),
        error_codes={code: _code(values, code, one) for code, one in api.error_codes.items()},
    )


def _code(values: Mapping[str, Any], code: str, known: VendorCode) -> VendorCode:
    kind = values.get(f"errors.{code}.kind", known.kind)
    return replace(known, kind=kind, status=values.get(f"errors.{code}.status", known.status))


class Changes(Struct, frozen=True):
    """What the values that were set change of an operation."""

    api: Api
    values: Mapping[str, Any]

    def of(self, operation: Operation[T]) -> Operation[T]:
        """The operation with its path, its body's members and its life cycle as set."""
        path = self._of(operation.name, "path") or operation.path
        job = operation.job and self._own(operation.name)._life_cycle(operation.job)
        return replace(operation, path=path, job=job, moves=self._moves(operation.name))

    def _own(self, operation: str) -> Changes:
        """These with what was set for the life cycle of one of several submits alone."""
        prefix = f"{operation}."
        keys = (key for key in self.values if key.startswith(f"{prefix}job."))
        mine = {key.removeprefix(prefix): self.values[key] for key in keys}
        return Changes(self.api, {**self.values, **mine}) if mine else self

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

    def _life_cycle(self, job: LifeCycle) -> LifeCycle:
        get = self.values.get
        poll = job.poll.operation and self.of(job.poll.operation)
        cancel = job.cancel
        if cancel is not None and cancel.operation is not None:
            cancel = replace(cancel, operation=self.of(cancel.operation))
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
            idempotency=self._idempotency(job.idempotency),
            cost=replace(job.cost or CostPaths(), **cost) if cost else job.cost,
        )

    def _states(self, job: LifeCycle) -> dict[State, tuple[str | int | float | bool, ...]]:
        states = dict(job.states)
        for key, words in self.values.items():
            if key.startswith("job.states."):
                states[cast("State", key.removeprefix("job.states."))] = words
        return states

    def _idempotency(self, declared: Idempotency | None) -> Idempotency | None:
        known = self.values.get("job.idempotency.known")
        return declared if declared is None or known is None else replace(declared, known=known)

    def _result(self, result: Result | None) -> Result | None:
        changes = _picked(self.values, "job.result.", Result)
        if result is not None and result.operation is not None:
            changes["operation"] = self.of(result.operation)
        return replace(result or Result(), **changes) if changes else result


def _picked(values: Mapping[str, Any], prefix: str, kind: type[Any]) -> dict[str, Any]:
    """The set values of one group, under the names of the fields of `kind`."""
    fields = kind.__struct_fields__
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
