"""Writing at places that are named by JSONPath, and moving values between JSON Pointers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .borrowed import IndexSelector, NameSelector, Selector, WildcardSelector, parse

__all__ = ["first_value", "move", "over", "put", "remove"]


def first_value(paths: Sequence[str], body: Any) -> Any:
    """What the first of the paths that selects something not null selects, or None."""
    found = (parse(path).first(body) for path in paths)
    return next((value for value in found if value is not None), None)


def put(body: Any, path: str, value: Any) -> Any:
    """The body with the value at that place, containers made on the way; `[*]` becomes one element.

    A place that cannot be written (a filter, a slice, `..`) leaves the body as it is.
    """
    steps = _steps(path)
    return body if steps is None else _put(body, steps, value)


def remove(body: Any, path: str) -> None:
    """Take away whatever the path selects, and each container that it leaves empty."""
    for node in reversed(parse(path).nodes(body)):
        _remove(body, node.location)


def move(body: Any, source: str, target: str) -> None:
    """Move what stands at a JSON Pointer, if anything does, to another one."""
    steps = _pointer_steps(source)
    holder = _at(body, steps[:-1])
    if isinstance(holder, dict) and steps[-1] in holder:
        value = holder[steps[-1]]
        _remove(body, tuple(steps))
        _put(body, _pointer_steps(target), value)


def over(defaults: Any, value: Any) -> Any:
    """The value with what it leaves out filled in from the defaults, object by object."""
    if not (isinstance(defaults, Mapping) and isinstance(value, Mapping)):
        return value
    filled = {name: over(defaults[name], value[name]) for name in defaults if name in value}
    return {**defaults, **value, **filled}


def _steps(path: str) -> list[str | int] | None:
    steps: list[str | int] = []
    for segment in parse(path).segments:
        step = _step(segment.selectors)
        if segment.descendant or step is None:
            return None
        steps.append(step)
    return steps


def _step(selectors: Sequence[Selector]) -> str | int | None:
    match selectors:
        case (NameSelector(name=name),):
            return name
        case (IndexSelector(index=index),) if index >= 0:
            return index
        case (WildcardSelector(),):
            return -1
    return None


def _put(body: Any, steps: Sequence[str | int], value: Any) -> Any:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        members = body if isinstance(body, dict) else {}
        members[step] = _put(members.get(step), rest, value)
        return members
    items = body if isinstance(body, list) else []
    if step == -1:  # each of them is one file or one job here: keep the first
        del items[1:]
        step = 0
    items.extend({} for _ in range(step + 1 - len(items)))
    items[step] = _put(items[step], rest, value)
    return items


def _remove(body: Any, location: Sequence[str | int]) -> None:
    while location:
        holder = _at(body, location[:-1])
        del holder[location[-1]]
        if holder:
            return
        location = location[:-1]


def _at(body: Any, location: Sequence[str | int]) -> Any:
    for step in location:
        known = step in body if isinstance(body, dict) else isinstance(body, list)
        if not known:
            return None
        body = body[step]
    return body


def _pointer_steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
