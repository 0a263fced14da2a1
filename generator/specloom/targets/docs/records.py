"""What answers hold, field by field: records opened up along the paths of their fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.types import (
    Field,
    ListOf,
    Named,
    OneOf,
    Record,
    Scalar,
    Type,
    Union,
)
from specloom.targets.docs.markdown import Markdown, anchor, code, join, link, table, text, words
from specloom.targets.docs.prose import prose
from specloom.targets.docs.signatures import returned, spelling
from specloom.targets.docs.wording import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation

_DEEPEST = 3  # records in records; deeper ones are named only
_MOST = 60  # lines of one table


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFields:
    """An answer's record with the fields that lie in it; `more` are fields that were left out."""

    heading: Markdown
    doc: Markdown
    fields: Markdown
    more: int
    reference: Markdown


def records_of(api: Api, kinds: list[Type]) -> tuple[RecordFields, ...]:
    """The records that bodies of these types are, each once."""
    records = (_record(api, kind) for kind in kinds)
    found = {record.name: record for record in records if record is not None}
    return tuple(_opened(api, record) for record in found.values())


def record_link(api: Api, kind: Type) -> Markdown:
    """A link to the record's table on the page; empty if the type is no record."""
    record = _record(api, kind)
    if record is None:
        return Markdown("")
    made = link(code(record.name), f"#{anchor(f'what {record.name} holds')}")
    return Markdown(f"list of {made}") if isinstance(kind, ListOf) else made


def model_link(name: str) -> Markdown:
    """A link to a model in the Python reference."""
    return link(code(name), f"reference.md#{anchor(f'models.{name}')}")


def _record(api: Api, kind: Type) -> Record | None:
    """The record behind a type: itself, the items of a list, the one choice beside null."""
    match kind:
        case Named(name=name):
            declared = api.declaration(name)
            return declared if isinstance(declared, Record) else None
        case ListOf(item=item):
            return _record(api, item)
        case OneOf(variants=variants):
            rest = [one for one in variants if one != Scalar("null")]
            return _record(api, rest[0]) if len(rest) == 1 else None
        case _:
            return None


def _opened(api: Api, record: Record) -> RecordFields:
    found = list(_within(api, record, "", (record.name,)))
    rows = ((code(path), _type(api, one.type), _told(one)) for path, one in found[:_MOST])
    return RecordFields(
        heading=Markdown(f"What {code(record.name)} holds"),
        doc=prose(record.doc, 4),
        fields=table(("field", "type", "what it is"), rows),
        more=max(0, len(found) - _MOST),
        reference=model_link(record.name),
    )


def _within(
    api: Api, record: Record, prefix: str, above: tuple[str, ...]
) -> Iterator[tuple[str, Field]]:
    """The fields of a record and of those in it, each with the path that leads to it."""
    for one in record.fields:
        path = f"{prefix}{one.name}"
        yield path, one
        inner = _record(api, one.type)
        if inner is not None and inner.name not in above and len(above) <= _DEEPEST:
            step = f"{path}[]." if isinstance(one.type, ListOf) else f"{path}."
            yield from _within(api, inner, step, (*above, inner.name))


def _type(api: Api, kind: Type) -> Markdown:
    return code(spelling(api).annotation(kind).replace("models.", ""))


def _told(one: Field) -> Markdown:
    renamed = (
        Markdown(f"On the wire: {code(one.wire_name)}.")
        if one.name != one.wire_name
        else Markdown("")
    )
    allowed = limits(one.limits)
    return join(
        [
            words(one.doc),
            Markdown(f"({allowed})") if allowed else Markdown(""),
            renamed,
            text("Deprecated.") if one.deprecated else Markdown(""),
            link(text("Assumed."), "assumptions.md") if one.assumed else Markdown(""),
        ]
    )


def field_rows(api: Api, record: Record) -> Iterator[tuple[Markdown, ...]]:
    """The fields of a record alone, for the Python reference."""
    for one in record.fields:
        always = text("always") if one.required else Markdown("")
        yield code(one.name), _type(api, one.type), always, _told(one)


def variants(api: Api, declared: Union) -> Markdown:
    """What a union stands for."""
    return join((_type(api, kind) for kind in declared.variants), " or ")


def returned_record(api: Api, operation: Operation) -> Record | None:
    """The record that a call's good answer is."""
    kind = returned(operation)
    return _record(api, kind) if kind is not None else None
