"""Drawn values as a user passes them: models, enums, dates, files, at the arguments of a typed signature."""

from __future__ import annotations

import base64
import collections.abc
import datetime
import decimal
import enum
import inspect
import io
import types
import typing
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

MOMENTS = (datetime.datetime, datetime.date, datetime.time)


class Place(str):
    """Stands for an argument: where it turns up says what the argument means on the wire."""


def argument_places(function: Callable[..., Any]) -> dict[str, Place]:
    """A place for each argument of a woven method."""
    named = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
    return {
        name: Place(name)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind in named and name != "self"
    }


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The types of the arguments; `Any` for those that cannot be told at run time."""
    scope = {**vars(typing), **function.__globals__}
    found: dict[str, Any] = {}
    for name, text in function.__annotations__.items():
        try:
            found[name] = eval(text, scope) if isinstance(text, str) else text
        except (NameError, AttributeError, TypeError):
            found[name] = Any
    return found


class Arguments:
    """Finds the arguments of a call for what a case has drawn."""

    def __init__(self, hints: dict[str, Any], package: Any, random: Random) -> None:
        self.hints, self.package, self.random = hints, package, random

    def of(
        self,
        function: Callable[..., Any],
        seen: tuple[str, Any, dict[str, Any]],
        case: dict[str, Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """Keywords for a method.

        Raises:
            LookupError: a drawn value has no argument, or an argument no value.
        """
        _, operation, recorded = seen
        given: dict[str, Any] = {}
        spelled = recorded.get("parameters") or {}
        for parameter in case["parameters"]:
            key = f"{parameter['in']}.{parameter['name']}"
            at = spelled.get(key, spelled.get(parameter["name"]))
            if not isinstance(at, Place):
                if (
                    parameter["ignored"] or at == parameter["value"]
                ):  # or the only value it may have
                    continue
                raise LookupError(f"no argument for {parameter['in']} {parameter['name']}")
            given[at] = self.as_user(parameter["value"], self.hints.get(at, Any))
        if case["bodies"] and operation.body is not None:
            told = case["bodies"].get(operation.body.content_type)
            if told is None:
                raise LookupError(f"nothing was drawn for a body of {operation.body.content_type}")
            self._fill(recorded.get("body"), told["value"], given, result)
        elif case["bodies"]:
            raise LookupError("the method takes no body")
        for name, parameter in inspect.signature(function).parameters.items():
            is_named = name not in {"self", "options"}
            if is_named and parameter.default is parameter.empty and name not in given:
                raise LookupError(f"nothing was drawn for the argument {name}")
        return given

    def _fill(self, shape: Any, value: Any, given: dict[str, Any], result: dict[str, Any]) -> None:
        if isinstance(shape, Place):
            given[shape] = self.as_user(value, self.hints.get(shape, Any))
        elif isinstance(shape, dict) and isinstance(value, dict):
            for name, item in value.items():
                if name in shape:
                    self._fill(shape[name], item, given, result)
                else:
                    given.setdefault("extra_body", {})[name] = item
                    result.setdefault("extra_body", []).append(name)
        elif shape != value:
            raise LookupError(f"the body is always {shape!r}")

    def as_user(self, value: Any, hint: Any) -> Any:
        """A value of JSON as a user passes it under a type."""
        candidates = [one for one in _flattened(hint) if self._takes(one, value)]
        if not candidates:
            return value
        models = [one for one in candidates if _is_model(one)]
        if models and self.random.random() < 0.7:
            return self._model(value, models[0])
        rest = [one for one in candidates if not _is_model(one)] or candidates
        return self._as(value, rest[0])

    def _takes(self, hint: Any, value: Any) -> bool:
        origin = typing.get_origin(hint) or hint
        if value is None:
            return origin is types.NoneType or origin is None
        if _is_model(hint):
            return isinstance(value, dict) and self._fits(hint, value)
        if origin is Any or not isinstance(origin, type):
            return origin is Any
        if issubclass(origin, enum.Enum):
            return value in [member.value for member in origin]
        if issubclass(origin, (*MOMENTS, uuid.UUID, decimal.Decimal)):
            return isinstance(value, str | int | float)
        if origin is bytes:
            return isinstance(value, str | bytes)
        if issubclass(origin, collections.abc.Mapping):
            return isinstance(value, dict)
        if issubclass(origin, collections.abc.Sequence) and origin is not str:
            return isinstance(value, list)
        return isinstance(value, origin)

    def _fits(self, model: Any, value: dict[str, Any]) -> bool:
        import msgspec

        fields = {field.encode_name: field for field in msgspec.structs.fields(model)}
        required = {name for name, field in fields.items() if field.required}
        return value.keys() <= fields.keys() and required <= value.keys()

    def _as(self, value: Any, hint: Any) -> Any:
        origin = typing.get_origin(hint) or hint
        if isinstance(value, list):
            return self._list(value, hint)
        if isinstance(value, dict) and not _is_model(hint):
            args = typing.get_args(hint)
            inner = args[1] if len(args) == 2 else Any
            return {key: self.as_user(item, inner) for key, item in value.items()}
        if isinstance(value, dict):
            return self._model(value, hint)
        if isinstance(value, bytes):
            return io.BytesIO(value) if self.random.random() < 0.5 else value
        if not isinstance(origin, type):
            return value
        if issubclass(origin, enum.Enum):
            return origin(value)
        return _plain(value, origin)

    def _list(self, value: list[Any], hint: Any) -> Any:
        inners = [one for one in typing.get_args(hint) if one is not Ellipsis] or [Any]
        if typing.get_origin(hint) is tuple and len(inners) == len(value):
            pairs = zip(value, inners, strict=True)
            return tuple(self.as_user(item, inner) for item, inner in pairs)
        return [self.as_user(item, inners[0]) for item in value]

    def _model(self, value: dict[str, Any], model: Any) -> Any:
        import msgspec

        fields = {field.encode_name: field for field in msgspec.structs.fields(model)}
        members = {
            fields[name].name: self.as_user(item, fields[name].type) for name, item in value.items()
        }
        try:
            return model(**members)
        except TypeError:  # a constant that the model fills in by itself
            return value


def _plain(value: Any, kind: type[Any]) -> Any:
    """A value without parts as Python's own type for it."""
    if kind is bytes and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except ValueError:  # a pattern wanted it otherwise
            return value
    if isinstance(value, str) and issubclass(kind, MOMENTS):
        return kind.fromisoformat(value)
    if kind is uuid.UUID:
        return uuid.UUID(value)
    return decimal.Decimal(value) if kind is decimal.Decimal else value


def _is_model(hint: Any) -> bool:
    return isinstance(hint, type) and hasattr(hint, "__struct_fields__")


def _flattened(hint: Any) -> Iterator[Any]:
    """The alternatives of a type; those of a woven union too."""
    origin = typing.get_origin(hint)
    if origin in {typing.Union, types.UnionType}:
        for one in typing.get_args(hint):
            yield from _flattened(one)
    elif origin is typing.Annotated:
        yield from _flattened(typing.get_args(hint)[0])
    elif isinstance(hint, type) and type(hint).__name__ == "UnionMarker":
        for one in vars(hint)["variants"]():
            yield from _flattened(one)
    else:
        yield hint
