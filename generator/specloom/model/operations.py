"""The paths of a document -> resources and operations, with their names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from specloom.model.answers import read_answers
from specloom.model.api import Body, Operation, Price, Resource
from specloom.model.bodies import read_body, request_contents, request_shapes
from specloom.model.encodings import TOKEN
from specloom.model.extensions import read_advice, read_job, read_price
from specloom.model.names import pascal
from specloom.model.operation_names import (
    Found,
    name_methods,
    name_resources,
    name_results,
    spelled_tag,
    untagged,
)
from specloom.model.pagination import read_pagination
from specloom.model.parameters import read_parameters
from specloom.model.security import read_scopes, read_ways
from specloom.model.servers import own_server
from specloom.model.signatures import read_signature
from specloom.model.types import ABSENT, Constant, Named, Record, Type
from specloom.openapi.suggestions import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Report
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


@dataclass(slots=True)
class Operations:
    """All operations, named; then built one by one."""

    root: Node
    schemas: Schemas
    client_name: str
    found: list[Found] = field(default_factory=list)
    resources: dict[str, tuple[str, str]] = field(default_factory=dict)  # tag -> attribute, class

    def name_all(self) -> None:
        """Find every operation and decide the names of resources, methods and results."""
        self.found = list(_find(self.root, self.schemas.report))
        pinned = {
            spelled_tag(tag.text("name")): tag.text("x-name")
            for tag in self.root.elements("tags")
            if tag.text("x-name")
        }
        tags = (one.tag for one in self.found)
        self.resources = name_resources(tags, pinned, self.client_name)
        groups = _by_tag(self.found)
        for tag, (attribute, class_name) in self.resources.items():
            group = groups[tag]
            name_methods(group, attribute, class_name, self.schemas.report)
            name_results(group, class_name)
        self.found = [each for one in self.found for each in (one, *_further(one))]

    @property
    def qualified(self) -> dict[str, str]:
        """The qualified names by operationId, and by method and path."""
        firsts = [one for one in self.found if one.is_first]
        names = {f"{one.method.upper()} {one.path}": one.qualified for one in firsts}
        return names | {one.key: one.qualified for one in firsts}

    def build(self) -> tuple[Resource, ...]:
        """The resources, in the order in which the document first uses their tags."""
        told = [one for one in self.root.elements("tags") if one.text("description")]
        docs = {spelled_tag(one.text("name")): one.text("description") for one in reversed(told)}
        groups = _by_tag(self.found)
        return tuple(
            Resource(
                name=attribute,
                class_name=class_name,
                doc=docs.get(tag, ""),
                operations=tuple(self._operation(one) for one in groups[tag]),
            )
            for tag, (attribute, class_name) in self.resources.items()
        )

    def request(self, one: Found) -> Node | None:
        """The schema of what an operation sends."""
        contents = request_contents(one.node)
        told = (content for name, content in contents if one.request_type in ("", name))
        return next((content.get("schema") for content in told), None)

    def _operation(self, one: Found) -> Operation:
        context = pascal(one.node.text("operationId")) or pascal(f"{one.tag} {one.name}")
        parameters = tuple(read_parameters(one, context, self.schemas))
        body = read_body(one.node, context, self.schemas, one.request_type)
        job = one.node.get("x-job")
        request = self.request(one)
        signature = read_signature(one.node, parameters, body, self.schemas)
        return Operation(
            name=one.name,
            qualified=one.qualified,
            operation_id=one.node.text("operationId"),
            method=_sent(one.method),
            path=one.path,
            summary=one.node.text("summary"),
            doc=one.node.text("description"),
            parameters=parameters,
            body=body,
            answers=tuple(read_answers(one.node, context, self.schemas, method=one.method)),
            signature=signature,
            security=read_ways(one.node, self.root),
            scopes=read_scopes(one.node, self.root),
            server=own_server(one.node, one.item),
            companions=one.companions,
            pages=read_pagination(one.node, context, self.schemas) if one.is_first else None,
            job=(
                read_job(job, one.node, self.qualified, one.result_name)
                if job is not None
                else None
            ),
            price=self._price(
                one.node, signature_paths=[(a.path, a.name) for a in signature.arguments], body=body
            ),
            advice=read_advice(request) if request is not None else (),
            deprecated=one.node.flag("deprecated"),
            assumed=one.node.text("x-assumed") or one.item.text("x-assumed"),
            at=one.node.at,
        )

    def _price(
        self, node: Node, signature_paths: list[tuple[tuple[str, ...], str]], body: Body | None
    ) -> Price | None:
        holder = node.get("x-price")
        if holder is None or body is None:
            return None
        tier = holder.get("tier")
        asked = {holder.text("quantity"), tier.text("by") if tier is not None else ""}
        arguments = tuple(name for path, name in signature_paths if f"$.{'.'.join(path)}" in asked)
        return read_price(holder, self._defaults(body.contents[0].type), arguments)

    def _defaults(self, kind: Type) -> dict[str, object]:
        """What the server takes for what is left out, over nested records."""
        declared = self.schemas.declared.get(kind.name) if isinstance(kind, Named) else None
        if not isinstance(declared, Record):
            return {}
        found: dict[str, object] = {}
        for one in declared.fields:
            if one.default is not ABSENT:
                found[one.wire_name] = one.default
            elif isinstance(one.type, Constant):
                found[one.wire_name] = one.type.value
            elif inner := self._defaults(one.type):
                found[one.wire_name] = inner
        return found


def _by_tag(found: list[Found]) -> dict[str, list[Found]]:
    """The operations of each resource."""
    groups: dict[str, list[Found]] = {}
    for one in found:
        groups.setdefault(spelled_tag(one.tag), []).append(one)
    return groups


def _further(one: Found) -> Iterator[Found]:
    """An operation as its further methods call it, which send the body in another shape."""
    for label, media_type in request_shapes(one.node):
        name = one.companions.pop(f"with_{label}", "")
        kinds = [kind for kind in one.companions if f"{kind}_with_{label}" in one.companions]
        own = {kind: one.companions.pop(f"{kind}_with_{label}") for kind in kinds}
        if name:
            qualified = f"{one.qualified.rpartition('.')[0]}.{name}"
            yield replace(
                one, name=name, qualified=qualified, companions=own, request_type=media_type
            )


def _sent(method: str) -> str:
    """A method as it is sent: those of OpenAPI's own fields in capitals, all others as they are written."""
    return method.upper() if method in METHODS else method


def _find(root: Node, report: Report) -> Iterator[Found]:
    for path, holder in root.items("paths"):
        item = holder.follow()
        for method, node in [*usual_operations(item), *_additional(item, report)]:
            if not path.startswith("x-"):
                tags = [tag.value for tag in node.elements("tags") if isinstance(tag.value, str)]
                yield Found(
                    path=path,
                    method=method,
                    node=node,
                    item=item,
                    tag=tags[0] if tags else untagged(path),
                )


def usual_operations(item: Node) -> Iterator[tuple[str, Node]]:
    """The operations of a path under OpenAPI's own methods: in document order, since names depend on it."""
    for method, node in item.items():
        if method in METHODS and isinstance(node.value, dict):
            yield method, node


def _additional(item: Node, report: Report) -> Iterator[tuple[str, Node]]:
    """The operations with methods of their own (OpenAPI 3.2), without those that HTTP has no way to send."""
    for method, node in item.items("additionalOperations"):
        if not isinstance(node.value, dict):
            continue
        if TOKEN.fullmatch(method):
            yield method, node
        else:
            message = f"{quoted(method)} is no method that HTTP can send; this is left out"
            report.warning("unsendable-method", message, node.at.at_key())
