"""How the model is written as Python: types, literals, docstrings.

Everything that comes from a document passes through here on its way into a module and leaves as `Code`, the only text
that a template prints. Nothing else makes `Code` from a document's words.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping
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
)

WIDTH = 100

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
        members = ", ".join(f"{literal(key)}: {literal(member)}" for key, member in value.items())
        return Code(f"{{{members}}}")
    if isinstance(value, list):
        return Code(f"[{', '.join(literal(member) for member in value)}]")
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return Code(f"({', '.join(literal(member) for member in value)}{comma})")
    raise TypeError(f"{type(value).__name__} has no literal")


_LONGEST = 66  # characters of a string on one line, deep inside a call


def _pieces(text: str) -> str:
    """A long text as pieces that stand beneath each other; Python joins them."""
    if len(text) <= _LONGEST:
        return _quoted(text)
    pieces = [""]
    for word in re.findall(r"\S*\s*|\s+", text):
        if pieces[-1] and len(pieces[-1]) + len(word) > _LONGEST:
            pieces.append("")
        pieces[-1] += word
    return f"({' '.join(_quoted(piece) for piece in pieces)})" if len(pieces) > 1 else _quoted(text)


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return f'float("{value!r}")'
    return repr(value)


def _quoted(text: str) -> str:
    written = repr(text)
    if written.startswith("'") and '"' not in text:
        written = f'"{written[1:-1]}"'
    return written


def docstring(text: str, indent: int = 4) -> Code:
    """`text` as a docstring whose lines stand `indent` columns in; no text can end it or leave it.

    Paragraphs are wrapped, list items and indented lines stay.
    """
    lines = _wrapped(text, WIDTH - indent - 3)
    if len(lines) == 1 and indent + len(lines[0]) + 6 > WIDTH:
        # Black would draw the closing quotes to a single line, over the edge.
        lines = _wrapped(text, WIDTH - indent - 6)
    if not lines:
        lines = ["(Not described.)"]
    safe = [_inside_docstring(line) for line in lines]
    margin = " " * indent
    if len(safe) == 1 and indent + len(safe[0]) + 6 <= WIDTH:
        return Code(f'"""{_closed(safe[0])}"""')
    body = "\n".join(f"{margin}{line}" if line else "" for line in safe[1:])
    head = f'"""{safe[0]}'
    return Code(f'{head}\n{body}\n{margin}"""' if body else f'{head}\n{margin}"""')


def _closed(line: str) -> str:
    """A line that the closing quotes may follow."""
    return f"{line} " if line.endswith(('"', "\\")) else line


def _inside_docstring(line: str) -> str:
    escaped = line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "".join(char if _is_plain(char) else _escape(char) for char in escaped)


def _is_plain(char: str) -> bool:
    return char.isprintable()


def _escape(char: str) -> str:
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


_ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s")
_ENTRY = re.compile(r"^    \w+: ")
_SECTION = re.compile(r"^(Args|Returns|Raises|Example|Yields):$")


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text: paragraphs filled to `width`, other lines as they are, no blank lines at the ends."""
    text = (
        unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    )
    lines: list[str] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            lines.extend(_filled(" ".join(paragraph), width))
            paragraph.clear()

    for line in text.split("\n"):
        stripped = line.rstrip()
        if not stripped:
            close()
            lines.append("")
        elif (
            stripped.startswith(("    ", "```", "|", "#"))
            or _ITEM.match(stripped)
            or _SECTION.match(stripped)
        ):
            close()
            lines.extend(_filled(stripped, width))
        else:
            paragraph.append(stripped.strip())
    close()
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return [line for index, line in enumerate(lines) if line or lines[index - 1]]


def _filled(line: str, width: int) -> list[str]:
    margin = len(line) - len(line.lstrip())
    hanging = " " * (margin + (4 if _ENTRY.match(line) or _ITEM.match(line) else 0))
    return textwrap.wrap(
        line.strip(),
        width,
        initial_indent=" " * margin,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def sentence(text: str) -> str:
    """The text with a full stop, where it ends with a letter or digit."""
    stripped = text.strip()
    return stripped if not stripped or stripped[-1] in ".!?:;" else f"{stripped}."


@dataclass(frozen=True, slots=True)
class Spelling:
    """Types as annotations. `module` is the module of models that is being written, or "" outside of them."""

    types: Mapping[str, Declaration]
    module: str = ""
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
                return f"{self._builtin('list')}[{self._spell(item)}]"
            case TupleOf(items=items, rest=rest):
                return self._tuple(items, rest)
            case MapOf(value=value):
                return f"{self._builtin('dict')}[{self._builtin('str')}, {self._spell(value)}]"
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
        return f"{self._builtin('tuple')}[{', '.join(self._spell(item) for item in items)}]"

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
        if isinstance(declared, Union) and any(
            self._is_record(variant) for variant in declared.variants
        ):
            return ["Mapping[str, Any]"]
        return []

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
