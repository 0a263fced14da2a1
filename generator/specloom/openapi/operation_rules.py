"""Rules about operations: their ids, their paths' parameters, their security, and what links say of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.diagnostics import Location, Report
from specloom.openapi.suggestions import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specloom.openapi.walk import Part
    from specloom.source.references import Documents

__all__ = ["check_operations"]

_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    place: str
    at: Location


def check_operations(documents: Documents, parts: Sequence[Part], report: Report) -> None:
    """Report what is wrong with the operations among `parts` and with what refers to them."""
    operations = [
        part for part in parts if part.kind == "operation" and isinstance(part.value, dict)
    ]
    ids = _check_ids(operations, report)
    for part in parts:
        if part.kind == "pathItem" and isinstance(part.value, dict):
            _check_path(part, documents, report)
        elif part.kind == "link" and isinstance(part.value, dict):
            _check_link(part, ids, report)
    _check_security(documents, parts, report)
    _check_tags(documents, report)


def _check_ids(operations: Sequence[Part], report: Report) -> list[str]:
    first: dict[str, Location] = {}
    for part in operations:
        name = part.value.get("operationId")
        at = part.at.child("operationId")
        if not isinstance(name, str):
            continue
        if name in first:
            report.warning(
                "duplicate-operation-id",
                f"{quoted(name)} already names another operation",
                at,
                related=[("first used here", first[name])],
                hint="give one of the two another operationId",
            )
        first.setdefault(name, at)
    return list(first)


def _check_path(item: Part, documents: Documents, report: Report) -> None:
    # A callback's paths are expressions, and a webhook or a shared path item has no path.
    path = (
        item.at.pointer[-1]
        if item.at.pointer[:1] == ("paths",) and len(item.at.pointer) == 2
        else None
    )
    shared = list(_parameters(item.value, item.at, documents))
    _check_duplicates(shared, report)
    if isinstance(path, str):
        _check_template(path, item.at, report)
    methods = {key: value for key, value in item.value.items() if _is_operation(key, value)}
    own = {
        key: list(_parameters(value, item.at.child(key), documents))
        for key, value in methods.items()
    }
    for parameters in own.values():
        _check_duplicates(parameters, report)
    if not isinstance(path, str):
        return
    names = dict.fromkeys(_VARIABLE.findall(path))
    for method, parameters in own.items():
        _check_declared(path, method, names, [*parameters, *shared], item.at, report)
    for parameter in [*shared, *(one for parameters in own.values() for one in parameters)]:
        if parameter.place == "path" and parameter.name not in names:
            report.warning(
                "unused-path-parameter",
                f"the path {quoted(path)} has no {quoted(f'{{{parameter.name}}}')}",
                parameter.at,
                hint=did_you_mean(parameter.name, names),
            )


_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"})


def _is_operation(key: str, value: Any) -> bool:
    return key in _METHODS and isinstance(value, dict)


def _check_template(path: str, at: Location, report: Report) -> None:
    names = _VARIABLE.findall(path)
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            report.warning(
                "repeated-path-parameter",
                f"{quoted(f'{{{name}}}')} stands more than once in {quoted(path)}",
                at.at_key(),
            )


def _parameters(holder: dict[str, Any], at: Location, documents: Documents) -> Iterator[_Parameter]:
    """The parameters of a path or an operation that can be read; `at` is where each stands, not what it refers to."""
    listed = holder.get("parameters")
    for index in range(len(listed) if isinstance(listed, list) else 0):
        place = at.child("parameters", index)
        value = _referred(place, documents)
        if isinstance(value, dict) and isinstance(value.get("name"), str):
            yield _Parameter(value["name"], str(value.get("in")), place)


def _referred(at: Location, documents: Documents) -> Any:
    """The value at `at`, or where its references lead in the end."""
    seen = {at}
    value = documents.value(at)
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        found = documents.resolve(at, value["$ref"])
        if found is None or found in seen:
            break
        seen.add(found)
        at, value = found, documents.value(found)
    return value


def _check_duplicates(parameters: Sequence[_Parameter], report: Report) -> None:
    first: dict[tuple[str, str], Location] = {}
    for one in parameters:
        known = first.setdefault((one.name, one.place), one.at)
        if known != one.at:
            report.warning(
                "duplicate-parameter",
                f"the {one.place} parameter {quoted(one.name)} is declared twice",
                one.at,
                related=[("first declared here", known)],
            )


def _check_declared(
    path: str,
    method: str,
    names: dict[str, None],
    parameters: Sequence[_Parameter],
    at: Location,
    report: Report,
) -> None:
    declared = {one.name for one in parameters if one.place == "path"}
    for name in names:
        if name not in declared:
            elsewhere = next((one for one in parameters if one.name == name), None)
            report.warning(
                "undeclared-path-parameter",
                f"`{method}` of {quoted(path)} does not declare {quoted(name)}",
                at.child(method).at_key(),
                related=(
                    [(f"declared `in: {elsewhere.place}` here", elsewhere.at)] if elsewhere else []
                ),
                hint=did_you_mean(name, declared - names.keys())
                or f"add a parameter `name: {name}` with `in: path`; it is taken for a string",
            )


def _check_link(part: Part, ids: Sequence[str], report: Report) -> None:
    name = part.value.get("operationId")
    if isinstance(name, str) and name not in ids:
        report.warning(
            "unknown-operation-id",
            f"no operation is called {quoted(name)}",
            part.at.child("operationId"),
            hint=did_you_mean(name, ids),
        )


def _check_security(documents: Documents, parts: Sequence[Part], report: Report) -> None:
    root = documents.root.value
    components = root.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    names = list(schemes) if isinstance(schemes, dict) else []
    told: set[str] = set()  # once is enough: some documents name one in every operation
    for part in parts:
        if part.kind != "securityRequirement" or not isinstance(part.value, dict):
            continue
        for name in part.value:
            # Since 3.2 a requirement may name its scheme by a URI.
            known = name in names or ("/" in name and documents.resolve(part.at, name) is not None)
            if not known and name not in told and not name.startswith("x-"):
                told.add(name)
                report.warning(
                    "unknown-security-scheme",
                    f"there is no security scheme {quoted(name)}",
                    part.at.child(name).at_key(),
                    hint=did_you_mean(name, names)
                    or "declare it under `components/securitySchemes`",
                )


def _check_tags(documents: Documents, report: Report) -> None:
    tags, first = documents.root.value.get("tags"), dict[str, Location]()
    for index, tag in enumerate(tags if isinstance(tags, list) else ()):
        name = tag.get("name") if isinstance(tag, dict) else None
        if not isinstance(name, str):
            continue
        at = Location(documents.root.file, ("tags", index, "name"))
        if name in first:
            report.warning(
                "duplicate-tag",
                f"the tag {quoted(name)} is declared twice",
                at,
                related=[("first declared here", first[name])],
            )
        first.setdefault(name, at)
