"""How the model is written as Python: types, literals, docstrings.

Everything that comes from a document passes through here on its way into a module and leaves as `Code`, the only text
that a template prints. Nothing else makes `Code` from a document's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from specloom.model.choices import is_nullable, without_null
from specloom.model.types import (
    Anything,
    Binary,
    Constant,
    Declaration,
    Enumeration,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Record,
    Scalar,
    TupleOf,
    Type,
    Union,
    names_in,
)
from specloom.python.confusables import escaped_confusables
from specloom.python.docstrings import columns, docstring_text, escape, without_headings

_SCALARS = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "bytes": "bytes",
    "date": "datetime.date",
    "date-time": "datetime.datetime",
}


class Code(str):
    """Text that is Python already: a template prints this and nothing else."""

    __slots__ = ()


def identifier(name: str) -> Code:
    """A name that `specloom.model.names` decided, dotted or not. Raises ValueError if it is no identifier."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise ValueError(f"{name!r} is no identifier")
    return Code(name)


def literal(value: Any) -> Code:
    """A value as a Python literal, with double quotes as black writes them; unprintable characters are escaped."""
    if isinstance(value, bool) or value is None:
        return Code(repr(value))
    if isinstance(value, str):
        return Code(_pieces(str(value)))
    if isinstance(value, int | float):
        return Code(_number(value))
    if isinstance(value, Mapping):
        return Code(f"{{{', '.join(_member(key, member) for key, member in value.items())}}}")
    if isinstance(value, list):
        return Code(f"[{', '.join(literal(member) for member in value)}]")
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return Code(f"({', '.join(literal(member) for member in value)}{comma})")
    raise TypeError(f"{type(value).__name__} has no literal")


def alone(text: str) -> Code:
    """A string as the only argument of a call, whose own brackets hold its pieces."""
    written = literal(text)
    return Code(written[1:-1]) if written[0] == "(" else written


def listed(names: Iterable[str]) -> Code:
    """A list of names, none of them in pieces: type checkers read it (`__all__`)."""
    return Code(f"[{', '.join(_quoted(identifier(name)) for name in names)}]")


def _member(key: Any, value: Any) -> str:
    """A pair of a mapping; a word that finds no room beside its key stands in brackets, which black opens."""
    name, written = literal(key), literal(value)
    has_room = not isinstance(value, str) or len(name) + len(written) <= _LONGEST
    return f"{name}: {written if has_room or written[0] == '(' else f'({written})'}"


_LONGEST = 66  # characters of a string on one line, deep inside a call


def _pieces(text: str) -> str:
    """A long text as pieces that stand beneath each other; Python joins them."""
    if _columns(text) <= _LONGEST:
        return _quoted(text)
    pieces = [""]
    for word in _words(text):
        if pieces[-1] and _columns(pieces[-1] + word) > _LONGEST:
            pieces.append("")
        pieces[-1] += word
    return f"({' '.join(_quoted(piece) for piece in pieces)})" if len(pieces) > 1 else _quoted(text)


def _words(text: str) -> Iterator[str]:
    """Words with the space behind them; one that finds no room on a line, such as an address, is cut."""
    for word in re.findall(r"\S+\s*|\s+", text):
        if _columns(word) <= _LONGEST:
            yield word
            continue
        room = _LONGEST // max(map(_columns, set(word)))
        yield from (word[start : start + room] for start in range(0, len(word), room))


def _columns(text: str) -> int:
    """How wide the text is as a literal, its quotes aside."""
    return columns(_quoted(text)) - 2


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return f'float("{value!r}")'
    return repr(value)


def _quoted(text: str) -> str:
    """A string as `repr` writes it, in double quotes; what looks like ASCII and is not stands as an escape."""
    written = repr(text)
    if written.startswith("'") and '"' not in text:
        written = f'"{written[1:-1]}"'
    doubtful = escaped_confusables(written)
    if not doubtful:
        return written
    return "".join(escape(char) if at in doubtful else char for at, char in enumerate(written))


def docstring(text: str, indent: int = 4) -> Code:
    """`text` as a docstring whose lines stand `indent` columns in; no text can end it or leave it."""
    return Code(docstring_text(text, indent))


def note(text: str, indent: int = 4) -> Code:
    """`text` as a string beneath an attribute: as `docstring`, without a summary."""
    return Code(docstring_text(text, indent, summary=False))


def sentence(text: str) -> str:
    """A document's text with a full stop, where it ends with a letter or digit, and without sections of its own."""
    stripped = without_headings(text).strip()
    return stripped if not stripped or stripped[-1] in ".!?:;…" else f"{stripped}."


@dataclass(frozen=True, slots=True)
class Spelling:
    """Types as annotations. `module` is the module of models that is being written, or "" outside of them.

    `circling` is that module where a union is spelled for type checkers: one that leads back to itself must do so by
    its own name, in quotes, and not through `models`.
    """

    types: Mapping[str, Declaration]
    module: str = ""
    circling: str = ""
    shadowed: frozenset[str] = field(default_factory=frozenset)

    def annotation(self, kind: Type) -> Code:
        """The type of a value that was received or is kept."""
        return Code(self._spell(kind))

    def argument(self, kind: Type) -> Code:
        """The type of a value that a caller gives: wider, so that plain strings, mappings and sequences do."""
        return Code(_joined(self._argument_parts(kind)))

    def optional(self, annotation: str) -> Code:
        """An annotation that allows `UNSET` too; null stays last."""
        if annotation == "Any":
            return Code(annotation)
        if annotation == "None":
            return Code("UnsetType | None")
        rest = annotation.removesuffix(" | None")
        return Code(f"{rest} | UnsetType{annotation[len(rest) :]}")

    def _spell(self, kind: Type) -> str:
        match kind:
            case Scalar(kind=name):
                return self._builtin(_SCALARS[name])
            case Constant(value=value):
                return (
                    self._builtin("float")
                    if isinstance(value, float)
                    else f"Literal[{literal(value)}]"
                )
            case ListOf(item=item):
                return f"{self._builtin('list')}[{self._inside(item)}]"
            case TupleOf(items=items, rest=rest):
                return self._tuple(items, rest)
            case MapOf(value=value):
                return f"{self._builtin('dict')}[{self._builtin('str')}, {self._inside(value)}]"
            case OneOf(variants=variants):
                return _joined(self._spell(variant) for variant in _null_last(variants))
            case Named(name=name):
                return self._reference(name)
            case Binary():
                return self._builtin("bytes")
            case Anything():
                return "Any"

    def _tuple(self, items: tuple[Type, ...], rest: Type | None) -> str:
        if (
            rest is not None or not items
        ):  # a fixed start with a free rest has no annotation of its own
            parts = (*items, *([rest] if rest is not None else []))
            inner = _joined(self._spell(part) for part in parts) if parts else "Any"
            return f"{self._builtin('list')}[{inner}]"
        return f"{self._builtin('tuple')}[{', '.join(self._inside(item) for item in items)}]"

    def _inside(self, kind: Type) -> str:
        """A type in the brackets of another one."""
        unions = (self.types[name] for name in names_in(kind) if self.circling)
        if any(isinstance(one, Union) and one.module == self.circling for one in unions):
            return f'"{Spelling(self.types, self.circling).annotation(kind)}"'
        return self._spell(kind)

    def _argument_parts(self, kind: Type) -> list[str]:
        match kind:
            case OneOf(variants=variants):
                return [
                    part
                    for variant in _null_last(variants)
                    for part in self._argument_parts(variant)
                ]
            case ListOf(item=item):
                return [f"Sequence[{_joined(self._argument_parts(item))}]"]
            case TupleOf():
                return [self._spell(kind)]
            case Binary():
                return ["FileContent", "Upload"]
            case MapOf(value=value):
                return [f"Mapping[{self._builtin('str')}, {_joined(self._argument_parts(value))}]"]
            case Named(name=name):
                return [self._reference(name), *self._wider(self.types[name])]
            case _:
                return [self._spell(kind)]

    def _wider(self, declared: Declaration) -> list[str]:
        """What else may be given for a declared type."""
        if isinstance(declared, Enumeration):
            return [self._builtin("str") if declared.kind == "string" else self._builtin("int")]
        if isinstance(declared, Record):
            return ["Mapping[str, Any]"]
        has_record = any(self._is_record(variant) for variant in declared.variants)
        return ["Mapping[str, Any]"] if has_record else []

    def _is_record(self, kind: Type) -> bool:
        return isinstance(kind, Named) and isinstance(self.types.get(kind.name), Record | Union)

    def _reference(self, name: str) -> str:
        return name if self.module and self.types[name].module == self.module else f"models.{name}"

    def _builtin(self, name: str) -> str:
        return f"builtins.{name}" if name in self.shadowed else name


def _joined(parts: Iterable[str]) -> str:
    unique = list(dict.fromkeys(parts))
    if "Any" in unique:
        return "Any"
    return " | ".join(unique)


def _null_last(variants: tuple[Type, ...]) -> tuple[Type, ...]:
    return (*without_null(variants), *((Scalar("null"),) if is_nullable(OneOf(variants)) else ()))
