"""JSON: values by the standard library; `json_nodes` finds their places when one is wanted."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from specloom.source import limits
from specloom.source.limits import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["mend_surrogates", "read_json"]

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s{}\[\],:"]+', re.DOTALL)
_SURROGATE = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
_LONG_NUMBER = re.compile(r"[0-9]{4301,}")
_NOT_A_NUMBER = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(-?Infinity|NaN)', re.DOTALL)


def mend_surrogates(text: str) -> str:
    """Replace escapes of half a character by U+FFFD; nothing changes its place."""
    return _SURROGATE.sub(lambda found: found[1] or r"\ufffd", text)


def read_json(text: str) -> tuple[Any, bool]:
    """Return the value of a text, and whether a key stands in an object twice.

    Raises:
        UnreadableError: The text is not JSON, is empty, or is more than will be read.
    """
    if not text.strip():
        raise UnreadableError("empty-document", "the file holds no document", 0)
    repeated: list[bool] = []

    def make(members: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(members)
        if len(made) != len(members):
            repeated.append(True)
        return made

    try:
        with limits.paused_collector():
            # Not strict: a raw tab in a string harms nobody.
            value = json.loads(
                text, object_pairs_hook=make, parse_constant=_refuse_constant, strict=False
            )
    except json.JSONDecodeError as error:
        raise _syntax(text, error) from None
    except RecursionError:
        raise _too_deep(text) from None
    except ValueError as error:
        raise _bad_number(text, str(error)) from None
    if _is_too_deep(value):
        raise _too_deep(text)
    return value, bool(repeated)


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(limits.DEPTH + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(parent: Any) -> Iterator[Any]:
    members = parent.values() if isinstance(parent, dict) else parent
    members = members if isinstance(parent, dict | list) else ()
    return (member for member in members if isinstance(member, dict | list))


def _too_deep(text: str) -> UnreadableError:
    depth = index = 0
    for token in _TOKEN.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if depth > limits.DEPTH:
            index = token.start()
            break
    return UnreadableError(
        "too-deep",
        f"more than {limits.DEPTH} levels lie inside each other here",
        index,
        hint="move inner parts to named components and refer to them by `$ref`",
    )


def _syntax(text: str, error: json.JSONDecodeError) -> UnreadableError:
    """What is wrong, the same in every version of Python: they place a comma too many differently."""
    before, rest = text[: error.pos].rstrip(), text[error.pos :].lstrip(", \t\r\n")
    comma = error.pos if text[error.pos : error.pos + 1] == "," else len(before) - 1
    if rest[:1] in {"}", "]"} and text[comma : comma + 1] == ",":
        return UnreadableError("json-syntax", "a comma too many", comma, hint="remove the comma")
    return UnreadableError("json-syntax", error.msg, error.pos, hint=_hint(text, error.pos))


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _bad_number(text: str, name: str) -> UnreadableError:
    if name in {"NaN", "Infinity", "-Infinity"}:
        place = next((found.start(1) for found in _NOT_A_NUMBER.finditer(text) if found[1]), 0)
        return UnreadableError(
            "json-syntax", f"`{name}` is not JSON", place, hint="write a number, null or a string"
        )
    long = _LONG_NUMBER.search(text)
    return UnreadableError(
        "json-syntax", "this number has too many digits", long.start() if long else 0
    )


def _hint(text: str, index: int) -> str:
    rest, before = text[index : index + 2], text[:index].rstrip()
    if rest in {"//", "/*"}:
        return "JSON has no comments"
    if rest[:1] == "'":
        return "strings stand in double quotes"
    if not before and rest[:1] not in {"{", "["}:
        return "give a YAML file the ending .yaml"
    return ""
