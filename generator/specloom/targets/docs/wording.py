"""Values, limits, times and places of the model in words."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from specloom.model.types import ABSENT, Limits
from specloom.targets.docs.markdown import Markdown, code, join, text, visible

if TYPE_CHECKING:
    from specloom.model.api import Answer, Argument, Operation

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def plain(value: Any) -> str:
    """A value as a reader of JSON writes it, strings without their quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def value(given: Any) -> Markdown:
    """A value as a code span; lists are the values one after the other."""
    if given is ABSENT or given is None:
        return Markdown("")
    if isinstance(given, list | tuple) and given:
        return Markdown(", ".join(code(plain(one)) for one in given))
    return code(json.dumps(given)) if given in ("", [], {}) else code(plain(given))


def toml(given: Any) -> str:
    """A value as TOML: JSON's strings, numbers and lists are TOML's too, but for surrogate pairs."""
    return visible(json.dumps(given, ensure_ascii=False))


def seconds(amount: float) -> str:
    """A span of time in the largest unit that divides it: `15 minutes`."""
    size, unit = next(
        (one for one in _UNITS if amount >= one[0] and amount % one[0] == 0), (1, "second")
    )
    count = amount / size
    return f"{count:g} {unit}" + ("" if count == 1 else "s")


def number(amount: float) -> str:
    """A number without an exponent or a needless fraction."""
    return str(int(amount)) if float(amount).is_integer() else f"{amount:g}"


@lru_cache(maxsize=1000)
def limits(of: Limits) -> Markdown:
    """What is asked of a value beyond its type; empty where nothing is."""
    parts = [
        _range(of),
        _count(of.min_length, of.max_length, "character"),
        _count(of.min_items, of.max_items, "element"),
    ]
    parts.append(f"a multiple of {number(of.multiple_of)}" if of.multiple_of is not None else "")
    parts.append("each element once" if of.unique_items else "")
    said = [text(part) for part in parts if part]
    said += [Markdown(f"format {code(of.format)}")] if of.format else []
    said += [Markdown(f"matches {code(of.pattern)}")] if of.pattern else []
    return join(said, ", ")


def _range(of: Limits) -> str:
    low = number(of.minimum) if of.minimum is not None else ""
    high = number(of.maximum) if of.maximum is not None else ""
    above = f"more than {number(of.exclusive_minimum)}" if of.exclusive_minimum is not None else ""
    below = f"less than {number(of.exclusive_maximum)}" if of.exclusive_maximum is not None else ""
    if low and high:
        return f"{low} to {high}"
    parts = [f"{low} or more" if low else above, f"{high} or less" if high else below]
    return ", ".join(part for part in parts if part)


def _count(low: int | None, high: int | None, unit: str) -> str:
    """How many there may be: `1 or 2 elements`."""
    if not low and high is None:
        return ""
    if high is None:
        return f"at least {low} {unit}" + ("" if low == 1 else "s")
    if not low:
        return f"at most {high} {unit}" + ("" if high == 1 else "s")
    both = str(low) if low == high else f"{low} {'or' if high == low + 1 else 'to'} {high}"
    return f"{both} {unit}" + ("" if high == 1 else "s")


def place(argument: Argument) -> Markdown:
    """Where an argument goes in the request."""
    if argument.place != "body":
        return Markdown(f"{argument.place} parameter {code(argument.path[0])}")
    if not argument.path:
        return Markdown("the body, as a whole")
    return Markdown(f"body, at {code(pointer(argument.path))}")


def pointer(path: tuple[str, ...]) -> str:
    """A path in the body as a JSON Pointer."""
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in path)


def endpoint(operation: Operation) -> Markdown:
    """The method and the path of a call."""
    return code(f"{operation.method} {operation.path}")


def is_success(answer: Answer) -> bool:
    """Whether an answer's status says that the call went well."""
    return answer.status.startswith("2")


def status(answer: Answer) -> Markdown:
    """The status of an answer; `default` is every other one."""
    return Markdown("any other") if answer.status == "default" else text(answer.status)
