"""The validated tree -> the `Api` that every target renders."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from specloom.model.api import Api, Assumption, Operation, Resource, Webhook
from specloom.model.assumptions import read_assumptions
from specloom.model.checks import request_checks, request_schemas
from specloom.model.events import unfold_data
from specloom.model.extensions import read_error_codes, read_limits, schemas_within
from specloom.model.names import client_class, is_package_name, pascal, snake
from specloom.model.operations import Operations
from specloom.model.placement import divided
from specloom.model.schemas import Schemas
from specloom.model.security import secure
from specloom.model.served import served
from specloom.model.servers import read_servers
from specloom.model.types import (
    Declaration,
    Enumeration,
    Record,
    Union,
    names_in,
)
from specloom.model.webhooks import read_webhooks
from specloom.openapi.tree import Node, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Report

SHARED = "shared"
WEBHOOKS = "webhooks"


def build_api(tree: Tree, package: str, report: Report) -> Api:
    """The API that the root document describes, under the Python package name `package`.

    Names are claimed in this order: components (pinned ones first), operations, inline types; each in document order.
    """
    unfold_data(tree)
    root = tree.root
    schemas = Schemas(report)
    info = root.get("info") or root
    client_name = client_class(info.text("x-name") or pascal(package))
    operations = Operations(root, schemas, client_name)
    _name_everything(root, schemas, operations)
    secured = secure(root, operations.build(), report)
    resources = secured.resources
    webhooks = tuple(read_webhooks(root, operations.found, schemas))
    return Api(
        title=info.text("title") or package,
        version=info.text("version") or "0.0.0",
        summary=info.text("summary"),
        doc=info.text("description"),
        source=root.at.file.rsplit("/", 1)[-1],
        package=package,
        client_name=client_name,
        env_prefix=package.upper(),
        servers=tuple(read_servers(root)),
        security_schemes=secured.schemes,
        secured=secured.usual,
        resources=resources,
        types=tuple(divided(_placed(schemas.declarations, resources, webhooks))),
        webhooks=webhooks,
        error_codes=_with_rules(root, operations),
        limits=read_limits(root),
        assumptions=_assumptions(root, operations, resources),
        requests=request_checks(operations, report),
        answers=served(operations, report),
    )


def _name_everything(root: Node, schemas: Schemas, operations: Operations) -> None:
    components = root.get("components")
    named = list(components.items("schemas")) if components is not None else []
    schemas.reserve(named)
    operations.name_all()
    for name, node in named:
        reference = {"$ref": f"#/components/schemas/{_escaped(name)}"}
        schemas.type_of(Node(root.tree, node.at, reference), name)


def package_name(title: str) -> str:
    """The package that a document's title suggests."""
    name = snake(title, digits="api_") or "client"
    return name if is_package_name(name) else f"{name}_api"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("%", "%25")


def _with_rules(root: Node, operations: Operations) -> tuple[Any, ...]:
    """The error codes; those that a rule of a request's schema answers know that rule's place."""
    rules: dict[str, str] = {}
    for one in operations.found if root.tree.says("x-error-code") else ():
        for schema in request_schemas(one.node):
            for node in schemas_within(schema):
                code = node.text("x-error-code")
                if code:
                    rules.setdefault(code, "/" + "/".join(str(step) for step in node.at.pointer))
    return tuple(
        dataclasses.replace(code, rule=rules.get(code.code, "")) for code in read_error_codes(root)
    )


def _assumptions(
    root: Node, operations: Operations, resources: tuple[Resource, ...]
) -> tuple[Assumption, ...]:
    built: dict[str, Operation] = {
        one.qualified: one for resource in resources for one in resource.operations
    }
    firsts = [(one, built[one.qualified]) for one in operations.found if one.is_first]
    return tuple(read_assumptions(root, firsts))


def _placed(
    types: tuple[Declaration, ...], resources: tuple[Resource, ...], webhooks: tuple[Webhook, ...]
) -> Iterator[Declaration]:
    """Each declared type with its module: that of the only resource that reaches it, or the shared one."""
    sent = {name for one in webhooks for name in names_in(one.type)}
    onward = {declared.name: [*_names_in_declaration(declared)] for declared in types}
    reached: dict[str, set[str]] = {}
    holders = [
        (resource.name, [name for one in resource.operations for name in _mentioned(one)])
        for resource in resources
    ]
    for holder, waiting in [*holders, (WEBHOOKS, [*sent])]:
        while waiting:
            name = waiting.pop()
            if holder not in reached.setdefault(name, set()) and name in onward:
                reached[name].add(holder)
                waiting.extend(onward[name])
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
