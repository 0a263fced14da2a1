"""The modules of models, as the templates print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.types import (
    Constant,
    Declaration,
    Enumeration,
    Field,
    Record,
    Union,
)
from specloom.python.docstrings import WIDTH
from specloom.python.spelling import (
    Code,
    Spelling,
    alone,
    docstring,
    identifier,
    literal,
    note,
    sentence,
)
from specloom.targets.client.imports import import_key, words_of
from specloom.targets.excerpts import mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api

_MAPPING = 17  # columns before a value of a discriminator, and the comma behind it
# Fields whose names msgspec turns into camelCase as anybody would.
_PLAIN = re.compile(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A value of an enumeration."""

    name: Code
    value: Code
    doc: Code | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A line of a record: `name: annotation = default`."""

    name: Code
    annotation: Code
    default: Code | None
    doc: Code | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeView:
    """A declared type; `kind` chooses the shape that the template prints."""

    kind: Code
    name: Code
    doc: Code
    head: Code
    members: tuple[MemberView, ...] = ()
    fields: tuple[FieldView, ...] = ()
    union: Code | None = None
    variants: Code | None = None
    extra: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleView:
    """A module of models with what it imports."""

    doc: Code
    imports: tuple[Code, ...]
    types: tuple[TypeView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    """Which types a module of models has: as they are imported, and as one text."""

    name: Code
    imported: tuple[Code, ...]
    listed: Code


def module_view(api: Api, module: str) -> ModuleView:
    """The types of an API as their module writes them: all that the excerpt of that module holds."""
    spelling = Spelling(mentions(api), module)
    views = tuple(_type(declared, spelling) for declared in api.types)
    title = "Types that several resources use." if module == "shared" else f"The types of {module}."
    return ModuleView(doc=docstring(title, 0), imports=tuple(_imports(views)), types=views)


def index(api: Api) -> list[IndexView]:
    """The modules of models: one for each resource that has types of its own, and the shared one."""
    modules: dict[str, list[Code]] = {}
    for declared in api.types:
        modules.setdefault(declared.module, []).append(identifier(declared.name))
    return [
        IndexView(
            name=identifier(module),
            imported=tuple(sorted(names, key=import_key)),
            listed=_listed(module, names),
        )
        for module, names in sorted(modules.items())
    ]


def _listed(module: str, types: list[Code]) -> Code:
    """The names of a module's types, in brackets, which black opens, where its line has no room for them."""
    names = literal(" ".join(types))
    has_room = len(f"    {literal(module)}: {names},") <= WIDTH
    return names if has_room or names.startswith("(") else Code(f"({names})")


def _type(declared: Declaration, spelling: Spelling) -> TypeView:
    match declared:
        case Record():
            return _record(declared, spelling)
        case Enumeration():
            return _enumeration(declared)
        case Union():
            return _union(declared, spelling)


def _record(declared: Record, spelling: Spelling) -> TypeView:
    rename = _rename(declared)
    fields = (_field(one, spelling) for one in declared.fields)
    return TypeView(
        kind=Code("record"),
        name=identifier(declared.name),
        doc=docstring(sentence(declared.doc) or f"{declared.wire_name}."),
        head=Code(f"runtime.Model, kw_only=True{rename}"),
        fields=tuple(fields),
        extra=spelling.annotation(declared.extra) if declared.extra is not None else None,
    )


def _rename(declared: Record) -> str:
    """How the names on the wire are made of the fields' own: by a rule where all follow it, else one by one."""
    renamed = {one.name: one.wire_name for one in declared.fields if one.name != one.wire_name}
    if not renamed:
        return ""
    if all(_PLAIN.fullmatch(one.name) for one in declared.fields):
        for rule, is_pascal in (("camel", False), ("pascal", True)):
            if all(_joined(one.name, is_pascal) == one.wire_name for one in declared.fields):
                return f", rename={literal(rule)}"
    return f", rename={literal(renamed)}"


def _joined(name: str, is_pascal: bool) -> str:
    """A name as msgspec's rules `camel` and `pascal` make it of one that is `_PLAIN`."""
    first, *rest = name.split("_")
    return "".join([first.capitalize() if is_pascal else first, *map(str.capitalize, rest)])


def _field(one: Field, spelling: Spelling) -> FieldView:
    annotation = spelling.annotation(one.type)
    default: Code | None = None
    if one.required and one.read_only:
        default = Code("runtime.RECEIVED")
    elif one.required and isinstance(one.type, Constant):
        value = one.type.value
        written = alone(value) if isinstance(value, str) else literal(value)
        default = Code(f"runtime.constant({written})")
    elif not one.required or one.write_only:
        default = Code("UNSET")
        annotation = spelling.optional(annotation)
    notes = [sentence(one.doc), "Deprecated." if one.deprecated else "", _said_default(one)]
    doc = " ".join(note for note in notes if note)
    return FieldView(
        name=identifier(one.name),
        annotation=annotation,
        default=default,
        doc=note(doc) if doc else None,
    )


def _said_default(one: Field) -> str:
    return f"Default: {one.default}." if isinstance(one.default, str | int | float) else ""


def _enumeration(declared: Enumeration) -> TypeView:
    parent = "OpenEnum" if declared.kind == "string" else "OpenIntEnum"
    return TypeView(
        kind=Code("enumeration"),
        name=identifier(declared.name),
        doc=docstring(sentence(declared.doc) or f"{declared.wire_name}."),
        head=Code(f"runtime.{parent}"),
        members=tuple(
            MemberView(
                name=identifier(member.name),
                value=literal(member.value),
                doc=note(sentence(member.doc)) if member.doc else None,
            )
            for member in declared.members
        ),
    )


def _union(declared: Union, spelling: Spelling) -> TypeView:
    spelled = [spelling.annotation(variant) for variant in declared.variants]
    checked = Spelling(spelling.types, circling=spelling.module)
    late = ", ".join(spelled)
    arguments = [literal(declared.name), f"lambda: ({late},)"]
    if declared.discriminator is not None:
        told = declared.discriminator
        mapping = ", ".join(
            _late(literal(value), spelling.annotation(kind)) for value, kind in told.mapping
        )
        default = (
            f", lambda: {spelling.annotation(told.default)}" if told.default is not None else ""
        )
        arguments.append(f"Discriminator({literal(told.wire_name)}, {{{mapping}}}{default})")
    return TypeView(
        kind=Code("union"),
        name=identifier(declared.name),
        doc=note(sentence(declared.doc) or f"{declared.wire_name}.", 0),
        head=Code(""),
        # Read by type checkers alone, and qualified: a name may stand before what it names.
        union=Code(" | ".join(checked.annotation(one) for one in declared.variants)),
        variants=Code(", ".join(arguments)),
    )


def _late(value: Code, annotation: Code) -> str:
    """A variant under its value; one that finds no room beside it stands in brackets, which black opens."""
    written = f"{value}: lambda: {annotation}"
    return written if len(written) <= WIDTH - _MAPPING else f"{value}: lambda: ({annotation})"


def _imports(views: tuple[TypeView, ...]) -> Iterator[Code]:
    """The import lines of a module of models, in isort's order."""
    texts = [
        text
        for view in views
        for text in (
            *(one.annotation for one in view.fields),
            view.union or "",
            view.variants or "",
            view.extra or "",
        )
    ]
    said = words_of(texts)
    if any(view.extra for view in views):
        said.add("Any")
    if any(view.kind == "union" for view in views):
        said |= {"TYPE_CHECKING", "TypeAlias", "union"}
    if "datetime" in said:
        yield Code("import datetime")
    typing = [name for name in ("TYPE_CHECKING", "Any", "Literal", "TypeAlias") if name in said]
    if typing:
        yield Code(f"from typing import {', '.join(typing)}")
    if typing or "datetime" in said:
        yield Code("")
    if "models" in said:
        yield Code("from .. import models")
    if any(view.kind in {"record", "enumeration"} for view in views):
        yield Code("from .._runtime import models as runtime")
    if "UnsetType" in said or any(one.default == "UNSET" for view in views for one in view.fields):
        yield Code(
            "from .._runtime.models import UNSET" + (", UnsetType" if "UnsetType" in said else "")
        )
    if "union" in said:
        yield Code(
            "from .._runtime.unions import "
            + ("Discriminator, union" if "Discriminator" in said else "union")
        )
