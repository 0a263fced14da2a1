"""Drawn values as the functions of openapi-python-client take them: models, enums, dates, files."""

from __future__ import annotations

import datetime
import enum
import inspect
import io
import re
import types
import typing
import uuid
from typing import Any


class UnpassableError(Exception):
    """A drawn value has no argument, or the argument's type does not take it."""


def arguments_of(function: Any, case: dict[str, Any], package: Any) -> dict[str, Any]:
    """Keywords of `sync_detailed` for a drawn case, the client aside.

    Raises:
        UnpassableError: what is required cannot be passed.
    """
    hints = typing.get_type_hints(function)
    names = {_bare(name): name for name in hints if name not in ("client", "return")}
    given: dict[str, Any] = {}
    for told in case["parameters"]:
        name = _name_of(told, names)
        if name is None:
            if told["required"] and not told["ignored"]:
                raise UnpassableError(f"no argument for {told['in']} {told['name']}")
            continue
        given[name] = passed(told["value"], hints[name], package)
    if "body" in hints and case["bodies"]:
        given["body"] = _body(case, hints["body"], package)
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is parameter.empty and name not in given and name != "client":
            raise UnpassableError(f"nothing was drawn for {name}")
    return given


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _name_of(told: dict[str, Any], names: dict[str, str]) -> str | None:
    """Its names are the wire's in snake case, with `field_` before or the place behind, where they clash."""
    bare = _bare(told["name"])
    tries = [bare + told["in"], *(f"{before}{bare}" for before in ("", "field"))]
    return next((names[one] for one in tries if one in names), None)


def _body(case: dict[str, Any], hint: Any, package: Any) -> Any:
    reasons = []
    for kind, drawn in case["bodies"].items():
        try:
            return passed(drawn["value"], hint, package)
        except UnpassableError as error:
            reasons.append(f"{kind}: {error}")
    raise UnpassableError("; ".join(reasons))


def passed(value: Any, hint: Any, package: Any) -> Any:
    """A value under a type; of several types the first that takes it.

    Raises:
        UnpassableError: none does.
    """
    members = typing.get_args(hint) if _is_union(hint) else (hint,)
    reason = ""
    for one in members:
        if getattr(one, "__name__", "") == "Unset":
            continue
        try:
            found, made = _as(value, one, package)
        except UnpassableError as error:
            reason = f": {error}"
            continue
        if found:
            return made
    raise UnpassableError(f"{hint} does not take {str(value)[:80]!r}{reason}")


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def _as(value: Any, hint: Any, package: Any) -> tuple[bool, Any]:
    origin = typing.get_origin(hint) or hint
    if hint is Any:
        return True, value
    if origin is list:
        item = (typing.get_args(hint) or (Any,))[0]
        return isinstance(value, list), (
            [passed(one, item, package) for one in value] if isinstance(value, list) else None
        )
    if origin is typing.Literal:
        return value in typing.get_args(hint), value
    if not isinstance(origin, type):
        return False, None
    if hasattr(origin, "from_dict"):
        return _as_model(value, origin)
    if issubclass(origin, enum.Enum):
        fits = value in [member.value for member in origin]
        return fits, origin(value) if fits else None
    return _as_plain(value, origin, package)


def _as_model(value: Any, model: Any) -> tuple[bool, Any]:
    if not isinstance(value, dict):
        return False, None
    try:
        return True, model.from_dict(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnpassableError(f"{type(error).__name__} {error}") from error


def _as_plain(value: Any, kind: type, package: Any) -> tuple[bool, Any]:
    if kind.__name__ == "File":
        content = value if isinstance(value, bytes) else str(value).encode()
        return True, package.types.File(payload=io.BytesIO(content), file_name="bench.bin")
    if kind is type(None):
        return value is None, None
    if kind is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        return fits, value
    if kind in (bool, int, str):
        return type(value) is kind, value
    readers: dict[Any, Any] = {
        datetime.datetime: datetime.datetime.fromisoformat,
        datetime.date: datetime.date.fromisoformat,
        uuid.UUID: uuid.UUID,
    }
    if kind not in readers or not isinstance(value, str):
        return False, None
    try:
        return True, readers[kind](value)
    except ValueError:
        return False, None
