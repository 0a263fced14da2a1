"""Our extensions: each against its schema, in its place, rightly spelt; then what no schema can say.

What is wrong with an extension is an error: a client woven from it would poll in vain, or pay twice.
"""

from __future__ import annotations

import keyword
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from specloom.diagnostics import Report
from specloom.openapi.enum_rules import check_enum
from specloom.openapi.extension_schema import extension_names, faults, field_names
from specloom.openapi.job_rules import check_job
from specloom.openapi.operations import operations_by_id, operations_of
from specloom.openapi.pagination_rules import check_pagination
from specloom.openapi.price_rules import check_currency, check_price
from specloom.openapi.request_rules import check_advice, check_error_code, check_error_codes
from specloom.openapi.signature_rules import check_signature
from specloom.openapi.suggestions import did_you_mean, is_near, quoted
from specloom.openapi.tree import Tree
from specloom.openapi.walk import Part, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specloom.diagnostics import Diagnostic, Location
    from specloom.openapi.findings import Finding
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node
    from specloom.source.references import Documents

__all__ = ["check_extensions"]

# Where an extension means something; the others may stand anywhere.
_HOLDERS = {
    "x-job": ("operation", "on the operation that submits, or under `components/x-jobs`"),
    "x-price": ("operation", "on an operation"),
    "x-pagination": ("operation", "on an operation that lists"),
    "x-signature": ("operation", "on an operation"),
    "x-error-codes": ("document", "at the root of the document"),
    "x-limits": ("document", "at the root of the document"),
    "x-error-code": ("schema", "in the schema of a request, beside a rule"),
    "x-advice": ("schema", "in the schema of a request"),
    "x-enum-varnames": ("schema", "beside an `enum`"),
    "x-enum-descriptions": ("schema", "beside an `enum`"),
}

# Extensions of other tools whose names are like ours.
_OTHERS = frozenset({"x-enumDescriptions", "x-enum-names", "x-enumNames", "x-codes"})

_MOST_SUBMITS = 3  # that a finding in a shared life cycle names


def check_extensions(
    documents: Documents, report: Report, parts: Sequence[Part] | None = None
) -> None:
    """Report every fault of an extension of ours, wherever in the documents it stands.

    `parts` are those of the documents, where they were walked before.
    """
    sound: set[Location] = set()
    faulty: dict[Location, frozenset[str]] = {}
    objects = [part for part in parts or walk(documents) if isinstance(part.value, dict)]
    for part in objects:
        for name, at, value in _extensions(part, report):
            found = [*faults(name, value)]
            for fault in found:
                _report_fault(name, at, fault, documents, report)
            if not found:
                sound.add(at)
                _check_assumed(name, at, value, part, report)
                _check_name(name, at, value, report)
            elif name == "x-job" and isinstance(value, dict):
                # What is sound beside a fault is looked at all the same, so that all is said at once.
                faulty[at] = frozenset(str(fault.pointer[0]) for fault in found if fault.pointer)
    if sound or faulty:
        _check_meaning(Tree(documents), objects, sound, faulty, report)


def _extensions(part: Part, report: Report) -> Iterator[tuple[str, Location, object]]:
    names = extension_names()
    for key, value in part.value.items():
        at = part.at.child(key)
        if part.kind == "components" and key == "x-jobs":
            for name, shared in value.items() if isinstance(value, dict) else ():
                yield "x-job", at.child(name), shared
        elif key in names:
            kind, place = _HOLDERS.get(key, (part.kind, ""))
            if kind == part.kind:
                yield key, at, value
            else:
                report.warning(
                    "extension-place",
                    f"`{key}` has no meaning here",
                    at.at_key(),
                    hint=f"it stands {place}",
                )
        elif key[:2].lower() == "x-" and (near := _near_name(key, names)):
            report.warning(
                "extension-name",
                f"{quoted(key)} is not an extension of specloom, but nearly one",
                at.at_key(),
                hint=f"did you mean {quoted(near)}?",
            )


@cache
def _near_name(key: str, names: tuple[str, ...]) -> str:
    """The name of ours that `key` is a slip of; one letter in a short name, two in a long one."""
    if key in _OTHERS:
        return ""
    folded = key.lower().replace("_", "-")
    reach = 1 if len(folded) < 8 else 2
    return next((name for name in names if is_near(folded, name, reach)), "")


def _report_fault(
    name: str, at: Location, fault: Finding, documents: Documents, report: Report
) -> None:
    place = at.child(*fault.pointer)
    written = _unquoted(place, fault, documents)
    is_whole = not fault.pointer and fault.keyword in {"required", "minProperties"}
    is_key = fault.keyword in {"additionalProperties", "unevaluatedProperties", "propertyNames"}
    if is_key:
        message = f"{quoted(str(fault.pointer[-1]))} is not a key of `{name}`"
        report.error("extension-key", message, place.at_key(), hint=fault.hint)
    elif written:
        message = f"in `{name}`: this must be a string, not {quoted(written)}"
        report.error("extension-value", message, place, hint=f"put it in quotes: '{written}'")
    else:
        place = place.at_key() if fault.key or is_whole else place
        report.error("extension-value", f"in `{name}`: {fault.message}", place, hint=fault.hint)


def _unquoted(place: Location, fault: Finding, documents: Documents) -> str:
    """A number or a truth value as it is written where only a string may stand; `007` is none when it is read."""
    if fault.keyword != "type" or not fault.message.startswith("this must be a string, not "):
        return ""
    value = documents.value(place)
    is_meant = isinstance(value, int | float) and not fault.key
    return (documents.raw(place) or "") if is_meant else ""


def _check_assumed(name: str, at: Location, value: object, part: Part, report: Report) -> None:
    """`x-assumed` may say why field by field; the fields must be those of what it stands on."""
    if name == "x-assumed":
        holder, fields = part.value, [key for key in part.value if not key.startswith("x-")]
        _check_fields(at, value, [*fields, *_inner(holder)], report)
        return
    entries = (
        value.items() if name == "x-error-codes" and isinstance(value, dict) else [("", value)]
    )
    for key, entry in entries:
        if isinstance(entry, dict) and "x-assumed" in entry:
            inner = at.child(key, "x-assumed") if key else at.child("x-assumed")
            _check_fields(inner, entry["x-assumed"], [*field_names(name), *_inner(entry)], report)


def _inner(holder: dict[str, object]) -> list[str]:
    """The fields inside the fields of `holder`, as `x-assumed` names them: `schema.minimum`."""
    return [
        f"{key}.{inner}"
        for key, value in holder.items()
        if isinstance(value, dict) and not key.startswith("x-")
        for inner in value
    ]


def _check_fields(at: Location, assumed: object, known: list[str], report: Report) -> None:
    for field in assumed if isinstance(assumed, dict) else ():
        if field not in known:
            report.error(
                "assumed-field",
                f"{quoted(field)} is not a field of what `x-assumed` stands on",
                at.child(field).at_key(),
                hint=did_you_mean(field, known),
            )


def _check_name(name: str, at: Location, value: object, report: Report) -> None:
    if (
        name == "x-name"
        and isinstance(value, str)
        and (not value.isidentifier() or keyword.iskeyword(value))
    ):
        report.error(
            "name-identifier",
            f"{quoted(value)} cannot be a name in Python",
            at,
            hint="letters, digits and underscores, no digit first, no keyword",
        )


def _check_meaning(
    tree: Tree,
    parts: list[Part],
    sound: set[Location],
    faulty: dict[Location, frozenset[str]],
    report: Report,
) -> None:
    """What a schema cannot say; only of extensions that are sound by theirs, and of the sound fields of an x-job."""
    by_id = operations_by_id(tree)
    shared: dict[Diagnostic, list[Operation]] = {}
    for operation in operations_of(tree):
        held = {key: node for key, node in operation.node.items() if node.at in sound}
        job = operation.node.get("x-job")
        if job is not None and (job.at in sound or job.at in faulty):
            own = Report()
            check_job(job, operation, by_id, own, without=faulty.get(job.at, frozenset()))
            _divide(own, job, operation, report, shared)
        if "x-price" in held:
            check_price(held["x-price"], operation, report)
        if "x-signature" in held:
            check_signature(held["x-signature"], operation, report)
        if "x-pagination" in held:
            check_pagination(held["x-pagination"], operation, report)
        if "x-price" in held and "x-job" in held:
            check_currency(held["x-price"], held["x-job"], report)
    _report_shared(shared, report)
    codes = tree.root.get("x-error-codes")
    if codes is not None and codes.at in sound:
        check_error_codes(codes, report)
    for part in parts:
        if part.kind == "schema" and any(key.startswith("x-") for key in part.value):
            node = tree.node(part.at)
            held = {key: inner for key, inner in node.items() if inner.at in sound}
            check_enum(node, held, report)
            check_error_code(held.get("x-error-code"), codes, report)
            check_advice(held.get("x-advice"), node, report)


def _divide(
    found: Report,
    job: Node,
    operation: Operation,
    report: Report,
    shared: dict[Diagnostic, list[Operation]],
) -> None:
    """Report what is found at an `x-job`, and gather what is found in a shared one by the submits it is wrong for."""
    steps = len(job.at.pointer)
    for one in found.diagnostics:
        if (one.at.file, one.at.pointer[:steps]) == (job.at.file, job.at.pointer):
            report.add(one)
        else:
            shared.setdefault(one, []).append(operation)


def _report_shared(shared: dict[Diagnostic, list[Operation]], report: Report) -> None:
    for one, operations in shared.items():
        submits = [("for this submit", each.node.at.at_key()) for each in operations]
        report.add(replace(one, related=(*one.related, *submits[:_MOST_SUBMITS])))
