"""The paths of a document -> resources and operations, with their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specloom.model.api import Answer, Body, Content, Operation, Parameter, Place, Price, Resource
from specloom.model.extensions import read_advice, read_job, read_price
from specloom.model.names import Scope, pascal, snake
from specloom.model.operation_names import (
    Found,
    name_methods,
    name_resources,
    name_results,
    untagged,
)
from specloom.model.shapes import annotation, limits_of
from specloom.model.signatures import read_signature
from specloom.model.types import ABSENT, Anything, Binary, Constant, Named, Record, Scalar, Type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Report
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_BY_METHOD = {
    "get": "get",
    "put": "replace",
    "post": "create",
    "delete": "delete",
    "patch": "update",
}
_PLACES: dict[str, Place] = {
    "path": "path",
    "query": "query",
    "header": "header",
    "cookie": "cookie",
}
_SUBMIT_WORDS = {"create", "submit", "start", "generate", "run", "begin", "new", "make", "post"}


@dataclass(slots=True)
class Operations:
    """All operations, named; then built one by one."""

    root: Node
    schemas: Schemas
    found: list[Found] = field(default_factory=list)
    resources: dict[str, tuple[str, str]] = field(default_factory=dict)  # tag -> attribute, class

    def name_all(self) -> None:
        """Find every operation and decide the names of resources, methods and results."""
        self.found = list(_find(self.root))
        _report_unwoven(self.root, self.found, self.schemas.report)
        self.resources = name_resources(dict.fromkeys(one.tag for one in self.found))
        for tag, (attribute, class_name) in self.resources.items():
            group = [one for one in self.found if one.tag == tag]
            name_methods(group, attribute, self.schemas.report)
            name_results(group, class_name)

    @property
    def qualified(self) -> dict[str, str]:
        """The qualified names by operationId, and by method and path."""
        names = {f"{one.method.upper()} {one.path}": one.qualified for one in self.found}
        return names | {one.key: one.qualified for one in self.found}

    def build(self) -> tuple[Resource, ...]:
        """The resources, in the order in which the document first uses their tags."""
        docs = {tag.text("name"): tag.text("description") for tag in self.root.elements("tags")}
        return tuple(
            Resource(
                name=attribute,
                class_name=class_name,
                doc=docs.get(tag, ""),
                operations=tuple(self._operation(one) for one in self.found if one.tag == tag),
            )
            for tag, (attribute, class_name) in self.resources.items()
        )

    def _operation(self, one: Found) -> Operation:
        context = pascal(one.node.text("operationId")) or pascal(f"{one.tag} {one.name}")
        parameters = tuple(self._parameters(one, context))
        body = self._body(one.node, context)
        job = one.node.get("x-job")
        request = _request_schema(one.node)
        signature = read_signature(one.node, parameters, body, self.schemas)
        return Operation(
            name=one.name,
            qualified=one.qualified,
            operation_id=one.node.text("operationId"),
            method=one.method.upper(),
            path=one.path,
            summary=one.node.text("summary"),
            doc=one.node.text("description"),
            parameters=parameters,
            body=body,
            answers=tuple(self._answers(one.node, context)),
            signature=signature,
            security=_security(one.node, self.root),
            job=read_job(job, self.qualified, one.result_name) if job is not None else None,
            price=self._price(
                one.node, signature_paths=[(a.path, a.name) for a in signature.arguments], body=body
            ),
            advice=read_advice(request) if request is not None else (),
            deprecated=one.node.flag("deprecated"),
            assumed=one.node.text("x-assumed") or one.item.text("x-assumed"),
            at=one.node.at,
        )

    def _parameters(self, one: Found, context: str) -> Iterator[Parameter]:
        holders = [
            node.follow()
            for node in [*one.item.elements("parameters"), *one.node.elements("parameters")]
        ]
        by_key = {(node.text("name"), node.text("in")): node for node in holders}
        scope = Scope()
        for (wire, place), node in by_key.items():
            if place in _PLACES and wire and not _is_set_by_client(wire, place):
                yield self._parameter(node, wire, _PLACES[place], context, scope)
            elif place == "querystring":
                message = (
                    f"`{wire}` is the whole query string; no client takes it yet, use extra_query"
                )
                self.schemas.report.warning("unwoven", message, node.at)

    def _parameter(
        self, node: Node, wire: str, place: Place, context: str, scope: Scope
    ) -> Parameter:
        content, schema = _content_schema(node)
        explode = node.get("explode")
        name = node.text("x-name") or snake(wire, digits="p") or "parameter"
        return Parameter(
            name=scope.claim(name, f"{name}_{place}"),
            wire_name=wire,
            place=place,
            type=(
                self.schemas.type_of(schema, f"{context}{pascal(wire)}")
                if schema is not None
                else Anything()
            ),
            required=place == "path" or node.flag("required"),
            style=node.text("style"),
            explode=(
                explode.value if explode is not None and isinstance(explode.value, bool) else None
            ),
            allow_reserved=node.flag("allowReserved"),
            content=content,
            doc=node.text("description"),
            default=annotation(schema, "default") if schema is not None else ABSENT,
            example=_first_example(node, schema),
            limits=limits_of(schema) if schema is not None else limits_of(node),
            deprecated=node.flag("deprecated"),
            assumed=node.text("x-assumed"),
            at=node.at,
        )

    def _body(self, operation: Node, context: str) -> Body | None:
        node = operation.get("requestBody")
        if node is None:
            return None
        node = node.follow()
        contents = tuple(self._contents(node, f"{context}Request"))
        if contents and contents[0].media_type.startswith("multipart/"):
            self.schemas.report.warning(
                "unwritten-body",
                f"the client cannot write a body of `{contents[0].media_type}` yet: the call says so and sends nothing",
                node.at.child("content", contents[0].media_type).at_key(),
            )
        return Body(contents=contents, required=node.flag("required"), doc=node.text("description"))

    def _contents(self, node: Node, context: str) -> Iterator[Content]:
        for media_type, content in by_preference(node):
            schema = content.get("schema")
            yield Content(
                media_type=media_type,
                type=self._content_type(media_type, schema, context),
                schema_at=schema.at if schema is not None else None,
                examples=dict(_examples(content)),
            )

    def _content_type(self, media_type: str, schema: Node | None, context: str) -> Type:
        if is_json(media_type) or media_type in {
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        }:
            return self.schemas.type_of(schema, context) if schema is not None else Anything()
        return Scalar("string") if media_type.startswith("text/") else Binary()

    def _answers(self, operation: Node, context: str) -> Iterator[Answer]:
        for status, holder in operation.items("responses"):
            node = holder.follow()
            good = status.startswith(("2", "default"))
            yield Answer(
                status=status.upper() if status != "default" else status,
                doc=node.text("description"),
                contents=tuple(self._contents(node, f"{context}{'Response' if good else 'Error'}")),
                assumed=node.text("x-assumed"),
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


def by_preference(node: Node) -> list[tuple[str, Node]]:
    """The contents of a body, those in JSON first: the first one is what a client sends and asks for."""
    return sorted(node.items("content"), key=lambda content: not is_json(content[0]))


def _first_example(node: Node, schema: Node | None) -> object:
    """An example of a parameter: its own, else its schema's."""
    for _, value in _examples(node):
        return value
    listed = annotation(schema, "examples") if schema is not None else ABSENT
    return listed[0] if isinstance(listed, list) and listed else ABSENT


def _report_unwoven(root: Node, found: list[Found], report: Report) -> None:
    """Say what a document holds and no client has yet, so that nothing is dropped in silence."""
    items = {one.item.at: one.item for one in found}
    holders = [
        *(("a webhook", node) for _, node in root.items("webhooks")),
        *(
            ("a method of your own", node)
            for item in items.values()
            for _, node in item.items("additionalOperations")
        ),
        *(("a callback", node) for one in found for _, node in one.node.items("callbacks")),
    ]
    for what, node in holders:
        name = str(node.at.pointer[-1])
        report.warning(
            "unwoven", f"`{name}` is {what}; nothing is woven from it yet", node.at.at_key()
        )


def is_json(media_type: str) -> bool:
    """Whether a media type carries JSON (RFC 6839 suffixes included)."""
    plain = media_type.split(";")[0].strip().lower()
    return plain in {"application/json", "text/json"} or plain.endswith("+json")


def _find(root: Node) -> Iterator[Found]:
    for path, holder in root.items("paths"):
        item = holder.follow()
        for method in METHODS:
            node = item.get(method)
            if node is not None and isinstance(node.value, dict) and path.startswith("/"):
                tags = [tag.value for tag in node.elements("tags") if isinstance(tag.value, str)]
                yield Found(
                    path=path,
                    method=method,
                    node=node,
                    item=item,
                    tag=tags[0] if tags else untagged(path),
                )


def _request_schema(operation: Node) -> Node | None:
    body = operation.get("requestBody")
    for _, content in by_preference(body.follow()) if body is not None else ():
        return content.get("schema")
    return None


def _content_schema(node: Node) -> tuple[str, Node | None]:
    for media_type, content in node.items("content"):
        return media_type, content.get("schema")
    return "", node.get("schema")


def _is_set_by_client(wire: str, place: str) -> bool:
    """Headers that OpenAPI says are described elsewhere (Parameter Object, `name`)."""
    return place == "header" and wire.lower() in {"accept", "content-type", "authorization"}


def _security(node: Node, root: Node) -> tuple[tuple[str, ...], ...]:
    holder = node if node.get("security") is not None else root
    ways = tuple(
        tuple(name for name, _ in requirement.items())
        for requirement in holder.elements("security")
    )
    # An empty list says that no key is needed; that nothing is said is something else.
    return ways or (((),) if holder.get("security") is not None else ())


def _examples(content: Node) -> Iterator[tuple[str, object]]:
    single = content.get("example")
    if single is not None:
        yield "example", single.value
    for name, example in content.items("examples"):
        value = example.follow().get("value")
        if value is not None:
            yield name, value.value
