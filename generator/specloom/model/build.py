"""The validated tree -> the `Api` that every target renders."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

from specloom.model.api import Api, Assumption, Operation, Resource, SecurityScheme, Server
from specloom.model.assumptions import read_assumptions
from specloom.model.extensions import read_error_codes, read_limits, schemas_within
from specloom.model.names import is_package_name, pascal, snake
from specloom.model.operations import Operations, by_preference, is_json
from specloom.model.requests import SchemaView
from specloom.model.schemas import Schemas
from specloom.model.types import (
    Declaration,
    Enumeration,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Record,
    TupleOf,
    Type,
    Union,
)
from specloom.openapi.tree import Node, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Report

SHARED = "shared"


def build_api(tree: Tree, package: str, report: Report) -> Api:
    """The API that the root document describes, under the Python package name `package`.

    Names are claimed in this order: components (pinned ones first), operations, inline types; each in document order.
    """
    root = tree.root
    schemas = Schemas(report)
    components = root.get("components")
    named = list(components.items("schemas")) if components is not None else []
    schemas.reserve(named)
    operations = Operations(root, schemas)
    operations.name_all()
    for name, node in named:
        schemas.type_of(
            Node(tree, node.at, {"$ref": f"#/components/schemas/{_escaped(name)}"}), name
        )
    resources = operations.build()
    info = root.get("info") or root
    client_name = info.text("x-name") or pascal(package)
    return Api(
        title=info.text("title") or package,
        version=info.text("version") or "0.0.0",
        summary=info.text("summary"),
        doc=info.text("description"),
        source=root.at.file.rsplit("/", 1)[-1],
        package=package,
        client_name=client_name,
        env_prefix=package.upper(),
        servers=tuple(_servers(root)),
        security_schemes=tuple(_security_schemes(components)),
        resources=resources,
        types=tuple(_placed(schemas.declarations, resources)),
        error_codes=_with_rules(root, operations),
        limits=read_limits(root),
        assumptions=_assumptions(root, operations, resources),
        requests=_requests(operations, report),
        answers=_answers(operations, report),
    )


def package_name(title: str) -> str:
    """The package that a document's title suggests."""
    name = snake(title, digits="api_") or "client"
    return name if is_package_name(name) else f"{name}_api"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("%", "%25")


def _servers(root: Node) -> Iterator[Server]:
    for server in root.elements("servers"):
        url = server.text("url")
        for name, variable in server.items("variables"):
            url = url.replace(f"{{{name}}}", variable.text("default"))
        yield Server(
            url=url,
            doc=server.text("description"),
            assumed=" ".join(server.text("x-assumed").split()),
        )


def _security_schemes(components: Node | None) -> Iterator[SecurityScheme]:
    for name, holder in components.items("securitySchemes") if components is not None else ():
        node = holder.follow()
        kind, scheme, place = node.text("type"), node.text("scheme").lower(), node.text("in")
        doc = node.text("description")
        if kind == "http" and scheme in {"bearer", "basic"}:
            yield SecurityScheme(
                name=name, kind="bearer" if scheme == "bearer" else "basic", doc=doc
            )
        elif kind == "apiKey":
            where: Literal["query", "cookie", "header"] = (
                "query" if place == "query" else "cookie" if place == "cookie" else "header"
            )
            yield SecurityScheme(
                name=name, kind="api-key", place=where, wire_name=node.text("name"), doc=doc
            )
        elif kind == "oauth2":
            yield SecurityScheme(name=name, kind="oauth2", doc=doc)
        elif kind == "openIdConnect":
            yield SecurityScheme(name=name, kind="openid", doc=doc)
        elif kind == "mutualTLS":
            yield SecurityScheme(name=name, kind="mutual-tls", doc=doc)
        else:
            yield SecurityScheme(name=name, kind="unsupported", doc=doc)


def _with_rules(root: Node, operations: Operations) -> tuple[Any, ...]:
    """The error codes; those that a rule of a request's schema answers know that rule's place."""
    rules: dict[str, str] = {}
    for one in operations.found:
        for schema in _request_schemas(one.node):
            for node in schemas_within(schema):
                code = node.text("x-error-code")
                if code:
                    rules.setdefault(code, "/" + "/".join(str(step) for step in node.at.pointer))
    return tuple(
        dataclasses.replace(code, rule=rules.get(code.code, "")) for code in read_error_codes(root)
    )


def _request_schemas(operation: Node) -> Iterator[Node]:
    body = operation.get("requestBody")
    for media_type, content in body.follow().items("content") if body is not None else ():
        schema = content.get("schema")
        if schema is not None and is_json(media_type):
            yield schema


def _requests(operations: Operations, report: Report) -> dict[str, Any]:
    """The data of `_schemas.json`: each JSON body's schema and advice, by qualified operation, and their `$defs`."""
    view = SchemaView(report)
    requests: dict[str, Any] = {}
    for one in operations.found:
        for schema in list(_request_schemas(one.node))[:1]:
            advice = [given for holder in _advised(schema) for given in view.advice(holder)]
            requests[one.qualified] = {"body": view.schema(schema), "advice": advice}
    return {"$defs": view.definitions, "requests": requests}


def _answers(operations: Operations, report: Report) -> dict[str, Any]:
    """The schemas of answers and parameters, by qualified operation, and their `$defs`: what a sandbox is made of."""
    view = SchemaView(report, sent=False)
    answers: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for one in operations.found:
        answers[one.qualified] = {
            status: view.schema(schema)
            for status, holder in one.node.items("responses")
            for _, content in by_preference(holder.follow())[:1]
            if (schema := content.get("schema")) is not None
        }
        parameters[one.qualified] = {
            f"{node.text('in')}:{node.text('name')}": view.schema(schema)
            for holder in (one.item, one.node)
            for node in (element.follow() for element in holder.elements("parameters"))
            if (schema := node.get("schema")) is not None
        }
    return {"$defs": view.definitions, "answers": answers, "parameters": parameters}


def _advised(schema: Node) -> Iterator[Node]:
    """The request's schema, through its references: advice speaks of a whole body."""
    node: Node | None = schema
    seen = set()
    while node is not None and node.at not in seen:
        seen.add(node.at)
        yield node
        node = node.reference()


def _assumptions(
    root: Node, operations: Operations, resources: tuple[Resource, ...]
) -> tuple[Assumption, ...]:
    built: dict[str, Operation] = {
        one.qualified: one for resource in resources for one in resource.operations
    }
    return tuple(read_assumptions(root, [(one, built[one.qualified]) for one in operations.found]))


def _placed(
    types: tuple[Declaration, ...], resources: tuple[Resource, ...]
) -> Iterator[Declaration]:
    """Each declared type with its module: that of the only resource that reaches it, or the shared one."""
    by_name = {declared.name: declared for declared in types}
    reached: dict[str, set[str]] = {}
    for resource in resources:
        waiting = [name for operation in resource.operations for name in _mentioned(operation)]
        while waiting:
            name = waiting.pop()
            if resource.name not in reached.setdefault(name, set()) and name in by_name:
                reached[name].add(resource.name)
                waiting.extend(_names_in_declaration(by_name[name]))
    for declared in types:
        homes = reached.get(declared.name, set())
        yield dataclasses.replace(declared, module=next(iter(homes)) if len(homes) == 1 else SHARED)


def _mentioned(operation: Operation) -> Iterator[str]:
    for parameter in operation.parameters:
        yield from names_in(parameter.type)
    for content in operation.body.contents if operation.body is not None else ():
        yield from names_in(content.type)
    for answer in operation.answers:
        for content in answer.contents:
            yield from names_in(content.type)


def _names_in_declaration(declared: Declaration) -> Iterator[str]:
    match declared:
        case Record(fields=fields, extra=extra):
            for one in fields:
                yield from names_in(one.type)
            if extra is not None:
                yield from names_in(extra)
        case Union(variants=variants):
            for variant in variants:
                yield from names_in(variant)
        case Enumeration():
            return
        case _:
            yield from names_in(declared.type)


def names_in(kind: Type) -> Iterator[str]:
    """The declared types that a type mentions."""
    match kind:
        case Named(name=name):
            yield name
        case ListOf(item=item):
            yield from names_in(item)
        case MapOf(value=value):
            yield from names_in(value)
        case TupleOf(items=items, rest=rest):
            for part in items:
                yield from names_in(part)
            if rest is not None:
                yield from names_in(rest)
        case OneOf(variants=variants):
            for variant in variants:
                yield from names_in(variant)
        case _:
            return
