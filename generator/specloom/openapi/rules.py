"""Our own rules over the documents: what openapi-spec-validator does not say, or says without a place.

Errors are few: what is not OpenAPI 3.x cannot be read. All else is a warning; a client is written all the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from specloom.diagnostics import Location, Report
from specloom.openapi.grammar import GRAMMAR, Field, holds_reference, known_keys
from specloom.openapi.operation_rules import check_operations
from specloom.openapi.suggestions import closest, did_you_mean, is_slip, quoted
from specloom.openapi.walk import Part, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specloom.source.references import Documents

__all__ = ["VERSIONS", "check_openapi", "check_rules", "openapi_version", "text_of"]

VERSIONS = ("3.0", "3.1", "3.2")

_VERSION = re.compile(r"(3\.[012])(\.\d+)?(-.+)?")
_STATUS = re.compile(r"[1-5](\d\d|XX)|default")
_VARIABLE = re.compile(r"\{([^{}]*)\}")

# What else a file may be: a key that tells it, and its name.
_OTHERS = {
    "asyncapi": "an AsyncAPI document",
    "arazzo": "an Arazzo document",
    "overlay": "an OpenAPI Overlay",
    "raml": "a RAML document",
    "smithy": "a Smithy model",
    "apiVersion": "a Kubernetes manifest",
    "resourceType": "a FHIR resource",
    "$schema": "a JSON Schema",
    "properties": "a JSON Schema",
    "$defs": "a JSON Schema",
}


def text_of(documents: Documents, at: Location) -> str | None:
    """The scalar at `at` as its author wrote it: `1.10` for `version: 1.10`; None for a mapping or list."""
    try:
        value = documents.value(at)
        return value if isinstance(value, str) else documents.raw(at)
    except KeyError:
        return None


def openapi_version(documents: Documents) -> str | None:
    """`3.0`, `3.1` or `3.2`, as the root document says; None if it is no such document."""
    root = documents.root
    if not isinstance(root.value, dict) or "openapi" not in root.value:
        return None
    match = _VERSION.fullmatch(text_of(documents, Location(root.file, ("openapi",))) or "")
    return match[1] if match else None


def check_openapi(documents: Documents, report: Report) -> bool:
    """Whether the root document is OpenAPI of a known version; an error says what it is instead."""
    root = documents.root
    at = Location(root.file)
    value = root.value if isinstance(root.value, dict) else {}
    if "openapi" in value:
        if openapi_version(documents) is not None:
            return True
        written = text_of(documents, at.child("openapi"))
        report.error(
            "openapi-version",
            f"{quoted(written) if written else 'this'} is not a version of OpenAPI that can be read",
            at.child("openapi"),
            hint=_version_hint(written or ""),
        )
    elif "swagger" in value:
        report.error(
            "swagger-2",
            "this is Swagger 2.0, the predecessor of OpenAPI 3",
            at.child("swagger").at_key(),
            hint="convert it once: `npx swagger2openapi --outfile openapi.yaml FILE`,"
            " or open it in editor.swagger.io and choose Edit, Convert to OpenAPI 3",
        )
    else:
        _report_not_openapi(value, at, report)
    return False


def _version_hint(written: str) -> str:
    if written.startswith("2"):
        return "convert Swagger 2.0 to OpenAPI 3 first, for example with `npx swagger2openapi`"
    return "say `openapi: 3.1.0`; 3.0, 3.1 and 3.2 can be read"


def _report_not_openapi(value: dict[str, Any], at: Location, report: Report) -> None:
    near = closest("openapi", [key for key in value if key[:1].lower() == "o"])
    if near:
        at, hint = at.child(near).at_key(), f"is {quoted(near)} meant to be `openapi`?"
    elif {"info", "item"} <= value.keys():
        hint = "this looks like a Postman collection; export it as OpenAPI"
    else:
        known = next((name for key, name in _OTHERS.items() if key in value), "")
        what = f"this looks like {known}; " if known else ""
        hint = f"{what}an OpenAPI document begins with a line such as `openapi: 3.1.0`"
    report.error(
        "not-openapi", "this is not an OpenAPI document: it has no `openapi` key", at, hint=hint
    )


def check_rules(documents: Documents, report: Report, parts: Sequence[Part] | None = None) -> None:
    """Report everything that our own rules find. Without a version that can be read, only that is reported.

    `parts` are those of the documents, where they were walked before.
    """
    if not check_openapi(documents, report):
        return
    version = openapi_version(documents) or VERSIONS[-1]
    parts = list(walk(documents)) if parts is None else parts
    for part in parts:
        _check_keys(part, version, report)
        _check_texts(part, documents, report)
        _check_part(part, documents, report)
    check_operations(documents, parts, report)


def _check_keys(part: Part, version: str, report: Report) -> None:
    known = known_keys(part.kind, version)
    if known is None or not isinstance(part.value, dict) or part.value.keys() <= known:
        return
    if holds_reference(part.kind, part.value):
        return
    for key in part.value:
        # Since 3.1 a schema may hold keywords of other dialects, so that only a slip of the pen is told.
        is_free = part.kind == "schema" and version != "3.0" and key not in GRAMMAR["schema"]
        if key in known or key.startswith("x-") or (is_free and not is_slip(key, known)):
            continue
        report.warning(
            "unknown-key",
            f"{quoted(key)} is not a key of {_called(part.kind)} in OpenAPI {version}",
            part.at.child(key).at_key(),
            hint=_key_hint(key, GRAMMAR[part.kind].get(key), known, version),
        )


def _key_hint(key: str, field: Field | None, known: frozenset[str], version: str) -> str:
    if key == "nullable":
        return "since 3.1 null is a type: `type: [string, 'null']`; this is read all the same"
    if field is not None and field.since > version:
        return f"it came with OpenAPI {field.since}; it is read all the same"
    return did_you_mean(key, known) or "a key of your own begins with `x-`"


_NAMES = {
    "document": "an OpenAPI document",
    "pathItem": "a path",
    "mediaType": "a media type",
    "requestBody": "a request body",
    "serverVariable": "a server variable",
    "securityScheme": "a security scheme",
    "externalDocs": "`externalDocs`",
    "oauthFlows": "`flows`",
    "oauthFlow": "an OAuth flow",
    "xml": "`xml`",
    "info": "`info`",
    "components": "`components`",
}


def _called(kind: str) -> str:
    return _NAMES.get(kind, f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}")


def _check_texts(part: Part, documents: Documents, report: Report) -> None:
    if part.kind == "string":
        _check_text(part.at, part.value, documents, report)
    elif (
        part.kind == "schema"
        and isinstance(part.value, dict)
        and part.value.get("type") == "string"
    ):
        for at, value in _constants(part):
            _check_text(at, value, documents, report)


def _constants(part: Part) -> Iterator[tuple[Location, Any]]:
    enum = part.value.get("enum")
    for index, value in enumerate(enum if isinstance(enum, list) else ()):
        yield part.at.child("enum", index), value
    for key in ("const", "default"):
        if key in part.value:
            yield part.at.child(key), part.value[key]


def _check_text(at: Location, value: Any, documents: Documents, report: Report) -> None:
    if isinstance(value, bool | int | float):
        written = text_of(documents, at) or str(value)
        kind = "boolean" if isinstance(value, bool) else "number"
        report.warning(
            "number-for-string",
            f"a string belongs here, and YAML reads {quoted(written)} as a {kind}",
            at,
            hint=f"put it in quotes: '{written}'; it is taken as written",
        )


def _check_part(part: Part, documents: Documents, report: Report) -> None:
    if not isinstance(part.value, dict):
        return
    if part.kind == "responses":
        _check_statuses(part, report)
    elif part.kind == "paths":
        _check_paths(part, report)
    elif part.kind == "schema":
        _check_required(part, report)
        _check_mapping(part, documents, report)
    elif part.kind == "server":
        _check_server(part, report)
    elif part.kind == "serverVariable":
        _check_variable(part, documents, report)


def _check_statuses(part: Part, report: Report) -> None:
    for key in part.value:
        if not key.startswith("x-") and not _STATUS.fullmatch(key):
            upper = key.upper()
            report.warning(
                "response-status",
                f"{quoted(key)} is not a status code",
                part.at.child(key).at_key(),
                hint=(
                    did_you_mean(key, [upper])
                    if _STATUS.fullmatch(upper)
                    else "a status is three digits, a range such as `4XX`, or `default`"
                ),
            )


def _check_paths(part: Part, report: Report) -> None:
    shapes: dict[str, str] = {}
    for path in part.value:
        at = part.at.child(path).at_key()
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            report.warning(
                "path-without-slash", f"the path {quoted(path)} does not begin with `/`", at
            )
        if "?" in path or "#" in path:
            report.warning(
                "path-with-query",
                f"the path {quoted(path)} holds a query or a fragment",
                at,
                hint="declare what stands behind the `?` as parameters with `in: query`",
            )
        shape = _VARIABLE.sub("{}", path)
        if shape in shapes:
            report.warning(
                "ambiguous-path",
                f"{quoted(path)} and {quoted(shapes[shape])} match the same URLs",
                at,
                related=[("the other one", part.at.child(shapes[shape]).at_key())],
            )
        shapes.setdefault(shape, path)


def _check_required(part: Part, report: Report) -> None:
    required, properties = part.value.get("required"), part.value.get("properties")
    if not isinstance(required, list) or not isinstance(properties, dict):
        return
    for index, name in enumerate(required):
        if isinstance(name, str) and name not in properties:
            spare = [other for other in properties if other not in required]
            if near := did_you_mean(name, spare):
                report.warning(
                    "required-property",
                    f"{quoted(name)} is required and is not among the properties",
                    part.at.child("required", index),
                    hint=near,
                )


def _check_mapping(part: Part, documents: Documents, report: Report) -> None:
    discriminator = part.value.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if not isinstance(mapping, dict):
        return
    components = documents.root.value.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    names = list(schemas) if isinstance(schemas, dict) else []
    for word, target in mapping.items():
        at = part.at.child("discriminator", "mapping", word)
        if (
            isinstance(target, str)
            and target not in names
            and documents.resolve(at, target) is None
        ):
            report.warning(
                "discriminator-mapping",
                f"{quoted(target)} is neither the name of a schema nor a reference to one",
                at,
                hint=did_you_mean(target.rpartition("/")[2], names),
            )


def _check_server(part: Part, report: Report) -> None:
    written, variables = part.value.get("url"), part.value.get("variables")
    url = written if isinstance(written, str) else ""
    declared = list(variables) if isinstance(variables, dict) else []
    for name in _VARIABLE.findall(url):
        if name not in declared:
            report.warning(
                "server-variable",
                f"the variable {quoted(name)} of this URL is not declared",
                part.at.child("url"),
                hint=did_you_mean(name, declared) or "declare it under `variables`, with a default",
            )
    if re.search("[?#]", _VARIABLE.sub("", url)):
        report.warning(
            "server-with-query",
            f"the URL {quoted(url)} of a server holds a query or a fragment, which is not sent",
            part.at.child("url"),
            hint="declare what stands behind the `?` as parameters with `in: query`",
        )


def _check_variable(part: Part, documents: Documents, report: Report) -> None:
    enum = part.value.get("enum")
    if not isinstance(enum, list) or not enum or "default" not in part.value:
        return
    default = text_of(documents, part.at.child("default"))
    values = [text_of(documents, part.at.child("enum", index)) for index in range(len(enum))]
    if default is not None and default not in values:
        known = [value for value in values if value is not None]
        report.warning(
            "server-variable",
            f"the default {quoted(default)} of this variable is not among its values",
            part.at.child("default"),
            hint=did_you_mean(default, known) or "add it to `enum`; a client takes it all the same",
        )
