"""How a method is called: the parameters and the body of an operation as keywords.

The signature mirrors the body: each property of a record is a keyword. `x-signature: {flatten: [...]}` lifts the
properties of the named objects into it. Constants are filled in, so that nobody has to say them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.api import Argument, Body, Filled, Lifted, Parameter, Place, Signature
from specloom.model.bodies import with_files
from specloom.model.names import ARGUMENT_NAMES, SUBMIT_NAMES, Scope
from specloom.model.types import Constant, Field, Named, Record, Type
from specloom.openapi.job_rules import job_fields
from specloom.targets.client.runtime.pointers import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node, Tree

_BODY, _HEADER, _QUERY = "$request.body#", "$request.header.", "$request.query."
_FLATTENED = frozenset({"json", "form", "multipart"})


@dataclass(slots=True)
class _Builder:
    schemas: Schemas
    scope: Scope
    arguments: list[Argument]
    filled: list[Filled]
    lifted: list[Lifted]
    tree: Tree
    key: str = ""  # where a submit carries its idempotency key, which the client makes up
    has_parts: bool = False

    def add_parameter(self, parameter: Parameter) -> None:
        if isinstance(parameter.type, Constant) and parameter.required:
            path, value = (parameter.wire_name,), parameter.type.value
            self.filled.append(Filled(place=parameter.place, path=path, value=value))
            return
        self.arguments.append(
            Argument(
                name=self.scope.claim(parameter.name, f"{parameter.name}_{parameter.place}"),
                place=parameter.place,
                path=(parameter.wire_name,),
                type=parameter.type,
                required=parameter.required and not self._is_key(parameter),
                doc=parameter.doc,
                default=parameter.default,
                example=parameter.example,
                limits=parameter.limits,
                deprecated=parameter.deprecated,
                assumed=parameter.assumed,
            )
        )

    def add_body(self, body: Body, flatten: tuple[str, ...]) -> None:
        kind = body.contents[0].type
        self.has_parts = body.contents[0].kind == "multipart"
        record = self._record(kind)
        is_flat = body.contents[0].kind in _FLATTENED
        # Where only answers have its fields, by the letter, it is given whole all the same.
        if record is None or not is_flat or all(one.read_only for one in record.fields):
            self._add_whole(kind, body)
            return
        for one in record.fields:
            inner = self._record(one.type) if one.wire_name in flatten else None
            if inner is not None:
                self.lifted.append(
                    Lifted(path=(one.wire_name,), required=one.required and body.required)
                )
                for deep in inner.fields:
                    self._add_field(
                        deep,
                        (one.wire_name, deep.wire_name),
                        demanded=one.required and body.required,
                    )
            else:
                self._add_field(one, (one.wire_name,), demanded=body.required)

    def _add_whole(self, kind: Type, body: Body) -> None:
        name = self.scope.claim("body", "request_body")
        self.arguments.append(
            Argument(
                name=name, place="body", path=(), type=kind, required=body.required, doc=body.doc
            )
        )

    def _add_field(self, one: Field, path: tuple[str, ...], *, demanded: bool) -> None:
        if one.read_only:
            return
        if isinstance(one.type, Constant) and one.required:
            self.filled.append(Filled(path=path, value=one.type.value))
            return
        self.arguments.append(
            Argument(
                name=self.scope.claim(one.name, f"{one.name}_body"),
                place="body",
                path=path,
                type=self._sent(one),
                required=one.required and demanded and self.key != f"{_BODY}{pointer(path)}",
                doc=one.doc,
                default=one.default,
                example=one.example,
                limits=one.limits,
                deprecated=one.deprecated,
                assumed=one.assumed,
            )
        )

    def _is_key(self, parameter: Parameter) -> bool:
        if parameter.place == "query":
            return self.key == f"{_QUERY}{parameter.wire_name}"
        is_header = parameter.place == "header" and self.key.startswith(_HEADER)
        return is_header and self.key[len(_HEADER) :].lower() == parameter.wire_name.lower()

    def _sent(self, one: Field) -> Type:
        """The type of a member as it is sent: in a form of parts its files are files."""
        if not self.has_parts:
            return one.type
        return with_files(self.tree.node(one.at), one.type)

    def _record(self, kind: Type) -> Record | None:
        declared = self.schemas.declared.get(kind.name) if isinstance(kind, Named) else None
        return declared if isinstance(declared, Record) else None


def read_signature(
    operation: Node, parameters: tuple[Parameter, ...], body: Body | None, schemas: Schemas
) -> Signature:
    """The signature of the operation at `operation`; required keywords first, each group in document order."""
    job = operation.get("x-job")
    names, key = (SUBMIT_NAMES, _key(job)) if job is not None else (ARGUMENT_NAMES, "")
    builder = _Builder(schemas, Scope(names), [], [], [], operation.tree, key)
    for parameter in sorted(parameters, key=lambda one: _PLACES.index(one.place)):
        builder.add_parameter(parameter)
    if body is not None and body.contents:
        builder.add_body(body, tuple(_flatten(operation)))
    ordered = sorted(builder.arguments, key=lambda argument: not argument.required)
    return Signature(
        arguments=tuple(ordered), filled=tuple(builder.filled), lifted=tuple(builder.lifted)
    )


def _key(job: Node) -> str:
    """Where a submit carries its idempotency key; empty where it has none."""
    idempotency = job_fields(job).get("idempotency")
    return idempotency.text("key") if idempotency is not None else ""


_PLACES: tuple[Place, ...] = ("path", "query", "querystring", "header", "cookie")


def _flatten(operation: Node) -> Iterator[str]:
    signature = operation.get("x-signature")
    if signature is not None:
        for name in signature.elements("flatten"):
            if isinstance(name.value, str):
                yield name.value
