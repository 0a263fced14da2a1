"""OpenAPI 3.0 and 3.1 in the spelling of 3.2.

Node by node: what stays keeps its pointer, so that a place in the upgraded document is a place in the file. Data
(examples, defaults, enums) and extensions are shared with the original, not copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specloom.openapi.grammar import Kind, children, guess_kind

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["upgrade"]

_BYTES = {"byte": ("contentEncoding", "base64"), "base64": ("contentEncoding", "base64")}
_BINARY = ("contentMediaType", "application/octet-stream")


def upgrade(value: Any) -> Any:
    """A document, or a file that one refers to, in 3.2's spelling; the original is left alone.

    A file that is no document is recognised by what it holds.
    """
    kind = guess_kind(value)
    if kind is None:
        return value
    done: dict[tuple[int, Kind], Any] = {}
    if kind.startswith("{"):
        return {name: _upgraded(member, kind[1:-1], done) for name, member in value.items()}
    return _upgraded(value, kind, done)


def _upgraded(value: Any, kind: Kind, done: dict[tuple[int, Kind], Any]) -> Any:
    if not isinstance(value, dict):
        return value
    # What several YAML aliases share stays shared, or a small text could grow beyond all bounds.
    key = (id(value), kind)
    if key in done:
        return done[key]
    copy = done[key] = dict(value)
    for steps, inner, held in children(kind, value):
        if isinstance(held, dict):
            _replace(copy, steps, _upgraded(held, inner, done), value)
    for change in _CHANGES.get(kind, ()):
        change(copy)
    return copy


def _replace(copy: dict[str, Any], steps: tuple[str | int, ...], value: Any, original: Any) -> None:
    """Put `value` at the one or two `steps`; a list or mapping in between is copied first."""
    if len(steps) == 1:
        copy[str(steps[0])] = value
        return
    outer, inner = str(steps[0]), steps[1]
    if copy[outer] is original[outer]:
        copy[outer] = original[outer].copy()
    copy[outer][inner] = value


def _allow_null(schema: dict[str, Any]) -> None:
    """`nullable` beside `type` is a type; alone it stays, because what it opens is told elsewhere (a `$ref`)."""
    kind = schema.get("type")
    if not isinstance(schema.get("nullable"), bool) or not isinstance(kind, str | list):
        return
    if not schema.pop("nullable"):
        return
    names = kind if isinstance(kind, list) else [kind]
    schema["type"] = names if "null" in names else [*names, "null"]
    enum = schema.get("enum")
    if isinstance(enum, list) and None not in enum:
        schema["enum"] = [*enum, None]


def _exclude_limits(schema: dict[str, Any]) -> None:
    for limit, exclusive in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):
        said = schema.get(exclusive)
        if said is True and limit in schema:
            schema[exclusive] = schema.pop(limit)
        elif isinstance(said, bool):
            del schema[exclusive]


def _list_examples(schema: dict[str, Any]) -> None:
    if "example" in schema and "examples" not in schema:
        schema["examples"] = [schema.pop("example")]


def _name_encoding(schema: dict[str, Any]) -> None:
    kind = schema.get("type")
    names = kind if isinstance(kind, list) else [kind]
    word = schema.get("format")
    if "string" not in names or not isinstance(word, str):
        return
    if word == "binary":
        key, value = _BINARY
    elif word in _BYTES:
        key, value = _BYTES[word]
    else:
        return
    del schema["format"]
    schema.setdefault(key, value)


def _name_node(xml: dict[str, Any]) -> None:
    is_attribute, is_wrapped = xml.pop("attribute", False), xml.pop("wrapped", False)
    if "nodeType" not in xml and (is_attribute is True or is_wrapped is True):
        xml["nodeType"] = "attribute" if is_attribute is True else "element"


_CHANGES: dict[Kind, tuple[Callable[[dict[str, Any]], None], ...]] = {
    "schema": (_allow_null, _exclude_limits, _list_examples, _name_encoding),
    "xml": (_name_node,),
}
