"""OpenAPI's grammar as one table: which keys an object may have, and what each of them holds.

The table is that of OpenAPI 3.2; older versions are differences (`since`, `until`). Data (examples, defaults, enums)
and `x-` extensions are opaque, so that nothing which merely looks like OpenAPI inside them is taken for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["GRAMMAR", "Field", "Kind", "children", "guess_kind", "holds_reference", "known_keys"]

# What a key holds: a scalar (`string`, `boolean`, `number`, `integer`), `any` (data), the name of an object,
# `[X]` (a list of them) or `{X}` (a mapping whose keys are names).
Kind = str

_Step = TypeVar("_Step", str, int)


@dataclass(frozen=True, slots=True)
class Field:
    """A key of an object: what it holds, and the versions that have it."""

    holds: Kind
    since: str = "3.0"
    until: str = "3.2"


def _fields(
    text: str = "", since: str = "3.0", until: str = "3.2", **holds: Kind
) -> dict[str, Field]:
    """`text` names strings; every other key says what it holds (`in_` stands for `in`)."""
    names = dict.fromkeys(text.split(), "string")
    names.update({key.rstrip("_"): kind for key, kind in holds.items()})
    return {key: Field(kind, since, until) for key, kind in names.items()}


_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_SHARED_BY_PARAMETERS = {
    **_fields("description style", required="boolean", deprecated="boolean"),
    **_fields(allowEmptyValue="boolean", explode="boolean", allowReserved="boolean"),
    **_fields(schema="schema", content="{mediaType}", example="any", examples="{example}"),
}

_SCHEMA = {
    **_fields("title pattern format description", type="any", required="[string]"),
    **_fields(multipleOf="number", maximum="number", minimum="number"),
    **_fields(exclusiveMaximum="any", exclusiveMinimum="any"),
    **_fields(maxLength="integer", minLength="integer", maxItems="integer", minItems="integer"),
    **_fields(maxProperties="integer", minProperties="integer", uniqueItems="boolean"),
    **_fields(enum="any", default="any", example="any"),
    **_fields(until="3.0", nullable="boolean"),
    **_fields(readOnly="boolean", writeOnly="boolean", deprecated="boolean"),
    **_fields(allOf="[schema]", oneOf="[schema]", anyOf="[schema]", not_="schema", items="schema"),
    **_fields(properties="{schema}", additionalProperties="schema", externalDocs="externalDocs"),
    **_fields(discriminator="discriminator", xml="xml"),
    **_fields("contentEncoding contentMediaType", "3.1", contentSchema="schema"),
    **_fields(since="3.1", const="any", examples="any", if_="schema", then="schema"),
    **_fields(since="3.1", dependentSchemas="{schema}", dependentRequired="any", contains="schema"),
    **_fields(since="3.1", minContains="integer", maxContains="integer", prefixItems="[schema]"),
    **_fields(since="3.1", patternProperties="{schema}", propertyNames="schema"),
    **_fields(since="3.1", unevaluatedItems="schema", unevaluatedProperties="schema"),
    "else": Field("schema", "3.1"),
    "$defs": Field("{schema}", "3.1"),
    "definitions": Field("{schema}", "3.1"),
    "$ref": Field("string"),
    **{
        key: Field("string", "3.1")
        for key in ("$id", "$schema", "$anchor", "$dynamicRef", "$dynamicAnchor", "$comment")
    },
    "$vocabulary": Field("any", "3.1"),
}

GRAMMAR: Mapping[Kind, Mapping[str, Field]] = {
    "document": {
        **_fields("openapi", info="info", servers="[server]", paths="paths"),
        **_fields(components="components", security="[securityRequirement]", tags="[tag]"),
        **_fields(externalDocs="externalDocs"),
        **_fields("jsonSchemaDialect", "3.1", webhooks="{pathItem}"),
        "$self": Field("string", "3.2"),
    },
    "info": {
        **_fields("title description termsOfService version", contact="contact", license="license"),
        **_fields("summary", "3.1"),
    },
    "contact": _fields("name url email"),
    "license": {**_fields("name url"), **_fields("identifier", "3.1")},
    "server": {
        **_fields("url description", variables="{serverVariable}"),
        **_fields("name", "3.2"),
    },
    "serverVariable": _fields("default description", enum="[string]"),
    "components": {
        **_fields(schemas="{schema}", responses="{response}", parameters="{parameter}"),
        **_fields(examples="{example}", requestBodies="{requestBody}", headers="{header}"),
        **_fields(securitySchemes="{securityScheme}", links="{link}", callbacks="{callback}"),
        **_fields(since="3.1", pathItems="{pathItem}"),
        **_fields(since="3.2", mediaTypes="{mediaType}"),
    },
    "paths": {},
    "pathItem": {
        "$ref": Field("string"),
        **_fields("summary description", servers="[server]", parameters="[parameter]"),
        **{method: Field("operation") for method in _METHODS},
        **_fields(since="3.2", query="operation", additionalOperations="{operation}"),
    },
    "operation": {
        **_fields("summary description operationId", tags="[string]", externalDocs="externalDocs"),
        **_fields(parameters="[parameter]", requestBody="requestBody", responses="responses"),
        **_fields(callbacks="{callback}", deprecated="boolean", servers="[server]"),
        **_fields(security="[securityRequirement]"),
    },
    "externalDocs": _fields("description url"),
    "parameter": {**_fields("name", in_="string"), **_SHARED_BY_PARAMETERS},
    "header": _SHARED_BY_PARAMETERS,
    "requestBody": _fields("description", content="{mediaType}", required="boolean"),
    "mediaType": {
        **_fields(schema="schema", example="any", examples="{example}", encoding="{encoding}"),
        **_fields("description", "3.2", itemSchema="schema", itemEncoding="encoding"),
        **_fields(since="3.2", prefixEncoding="[encoding]"),
    },
    "encoding": {
        **_fields("contentType style", headers="{header}", explode="boolean"),
        **_fields(allowReserved="boolean"),
        **_fields(since="3.2", encoding="{encoding}", itemEncoding="encoding"),
        **_fields(since="3.2", prefixEncoding="[encoding]"),
    },
    "responses": {},
    "response": {
        **_fields("description", headers="{header}", content="{mediaType}", links="{link}"),
        **_fields("summary", "3.2"),
    },
    "callback": {},
    "example": {
        **_fields("summary description externalValue", value="any"),
        **_fields("serializedValue", "3.2", dataValue="any"),
    },
    "link": {
        **_fields("operationRef operationId description", parameters="any", requestBody="any"),
        **_fields(server="server"),
    },
    "tag": {
        **_fields("name description", externalDocs="externalDocs"),
        **_fields("summary parent kind", "3.2"),
    },
    "schema": _SCHEMA,
    "discriminator": {
        **_fields("propertyName", mapping="{string}"),
        **_fields("defaultMapping", "3.2"),
    },
    "xml": {
        **_fields("name namespace prefix", attribute="boolean", wrapped="boolean"),
        **_fields("nodeType", "3.2"),
    },
    "securityScheme": {
        **_fields("type description name scheme bearerFormat openIdConnectUrl", in_="string"),
        **_fields(flows="oauthFlows"),
        **_fields("oauth2MetadataUrl", "3.2", deprecated="boolean"),
    },
    "oauthFlows": {
        **{
            flow: Field("oauthFlow")
            for flow in ("implicit", "password", "clientCredentials", "authorizationCode")
        },
        **_fields(since="3.2", deviceAuthorization="oauthFlow"),
    },
    "oauthFlow": {
        **_fields("authorizationUrl tokenUrl refreshUrl", scopes="{string}"),
        **_fields("deviceAuthorizationUrl", "3.2"),
    },
    "securityRequirement": {},
}

# Objects whose keys are data: what every member is.
_MEMBERS: Mapping[Kind, Kind] = {
    "paths": "pathItem",
    "responses": "response",
    "callback": "pathItem",
    "securityRequirement": "[string]",
}

_REFERRED = frozenset(
    {"response", "parameter", "example", "requestBody", "header", "securityScheme", "link"}
    | {"callback", "mediaType"}
)

# What tells an object that stands alone in a file: the first line whose keys are all there.
_MARKS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("document", frozenset({"openapi"})),
    ("parameter", frozenset({"in", "name"})),
    *(("pathItem", frozenset({method})) for method in _METHODS),
    ("operation", frozenset({"responses"})),
    ("requestBody", frozenset({"content", "required"})),
    ("response", frozenset({"description", "content"})),
    ("components", frozenset({"schemas"})),
    *(
        ("schema", frozenset({key}))
        for key in ("type", "properties", "allOf", "oneOf", "anyOf", "enum", "const", "items")
    ),
)


def holds_reference(kind: Kind, value: Any) -> bool:
    """Whether an object of that kind is only a `$ref` to another one (a schema with one may say more)."""
    return kind in _REFERRED and isinstance(value, dict) and isinstance(value.get("$ref"), str)


@cache
def known_keys(kind: Kind, version: str) -> frozenset[str] | None:
    """The keys that an object may have in a version such as `3.1`; None if its keys are data."""
    if kind in _MEMBERS or kind not in GRAMMAR:
        return None
    fields = GRAMMAR[kind].items()
    return frozenset(key for key, field in fields if field.since <= version <= field.until)


def children(kind: Kind, value: Any) -> list[tuple[tuple[str | int, ...], Kind, Any]]:
    """What an object holds: the steps to each part, its kind and its value.

    Of scalars only those are told that are no strings where strings belong: nothing is asked of the others.
    """
    found: list[tuple[tuple[str | int, ...], Kind, Any]] = []
    if not isinstance(value, dict) or holds_reference(kind, value):
        return found
    fields, members = _HELD.get(kind, {}), _HELD_BY_MEMBERS.get(kind, _NOTHING)
    for key, held in value.items():
        form, inner = fields.get(key, _NOTHING if key.startswith("x-") else members)
        if form == "." and not (inner == "string" and isinstance(held, str)):
            found.append(((key,), inner, held))
        elif form == "[" and isinstance(held, list):
            items = enumerate(held) if inner != "string" else _no_strings(enumerate(held))
            found.extend([((key, index), inner, item) for index, item in items])
        elif form == "{" and isinstance(held, dict):
            named = held.items() if inner != "string" else _no_strings(held.items())
            found.extend([((key, name), inner, member) for name, member in named])
    return found


def _no_strings(members: Iterable[tuple[_Step, Any]]) -> Iterator[tuple[_Step, Any]]:
    return ((step, value) for step, value in members if not isinstance(value, str))


def _form(kind: Kind) -> tuple[str, Kind]:
    """How a key holds objects or strings (`.` one, `[` a list, `{` a mapping of them), and their kind."""
    form, inner = (kind[0], kind[1:-1]) if kind[0] in "[{" else (".", kind)
    return (form, inner) if inner in GRAMMAR or inner == "string" else _NOTHING


_NOTHING = ("", "any")
_HELD = {
    kind: {key: _form(field.holds) for key, field in fields.items()}
    for kind, fields in GRAMMAR.items()
}
_HELD_BY_MEMBERS = {kind: _form(member) for kind, member in _MEMBERS.items()}


def guess_kind(value: Any) -> Kind | None:
    """What a file of its own seems to hold: a kind, `{kind}` for a mapping of such objects, or None."""
    if not isinstance(value, dict):
        return None
    for kind, marks in _MARKS:
        if marks <= value.keys():
            return kind
    inner = {guess_kind(member) for member in value.values() if isinstance(member, dict)}
    kinds = {kind for kind in inner if kind is not None and not kind.startswith("{")}
    return f"{{{kinds.pop()}}}" if len(kinds) == 1 else None
