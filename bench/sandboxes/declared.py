"""What a document declares for its operations, by the benches' own reader, not the generator's."""

from __future__ import annotations

import json
import re
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from bench.wire.cases import IGNORED, is_json
from bench.wire.document import Call, Document
from bench.wire.drawing import Drawer, UnsatisfiableError

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sandboxes.findings import Exchange

REFUSALS = frozenset((400, 401, 403, 404, 405, 406, 413, 415, 422, 429))
WRONG = (400, 422)  # either says that a request is wrong
ABSENT = object()


class Lenient(Document):
    """A document whose `nullable` counts without a `type` beside it, and in 3.1 too, as most read it."""

    def _schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        made = super()._schema(schema)
        if schema.get("nullable") is True and not (self.is_30 and "type" in made):
            rest = {key: item for key, item in made.items() if key != "nullable"}
            return {"anyOf": [rest, {"type": "null"}]}
        return made


class Declared:
    """The operations of a document, by `METHOD /path`."""

    def __init__(self, path: Path) -> None:
        self.request, self.response = Document(path, "request"), Lenient(path, "response")
        self._satisfiable: dict[str, bool] = {}

    @cached_property
    def answering(self) -> dict[str, Call]:
        """Each operation, its schemas read for answers."""
        return {f"{one.method} {one.path}": one for one in self.response.calls()}

    @cached_property
    def asking(self) -> dict[str, Call]:
        """Each operation, its schemas read for requests."""
        return {f"{one.method} {one.path}": one for one in self.request.calls()}

    def key_of(self, operation: str, status: int) -> str | None:
        """The key of `responses` that a status is declared by, if it is."""
        told = self._responses(operation)
        keys = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        return next((key for key in keys if key in told), None)

    def _responses(self, operation: str) -> dict[str, Any]:
        call = self.answering.get(operation)
        told = call.node.get("responses") if call is not None else None
        return told if isinstance(told, dict) else {}

    def is_undeclared(self, operation: str, status: int) -> bool:
        """Whether a sandbox that has to refuse finds no declared status for it."""
        if status not in REFUSALS or self.key_of(operation, status) is not None:
            return False
        others = WRONG if status in (*WRONG, 413, 415) else ()
        return all(self.key_of(operation, other) is None for other in others)

    def written_at(self, pointer: str) -> Any:
        """What stands at a pointer into the document, or the last that is there on the way to it."""
        value = self.request.written
        for step in pointer.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            elif isinstance(value, dict) and key in value:
                value = value[key]
            else:
                break
        return value

    def ignores_headers(self, operation: str) -> bool:
        """Whether all headers that are parameters are of those to which OpenAPI gives no meaning."""
        call = self.asking.get(operation)
        told = [*call.shared, *(call.node.get("parameters") or ())] if call is not None else []
        whole = [self.request.follow(one) for one in told]
        headers = [one for one in whole if isinstance(one, dict) and one.get("in") == "header"]
        return all(str(one.get("name")).lower() in IGNORED for one in headers)

    def shares_wire(self, operation: str, *, any_method: bool = False) -> bool:
        """Whether the path of another operation differs by a query or a fragment only."""
        method, _, path = operation.partition(" ")
        others = (one.partition(" ") for one in self.asking if one != operation)
        return any(
            _on_wire(other) == _on_wire(path) and other != path and (any_method or own == method)
            for own, _, other in others
        )

    def contents(self, operation: str, status: int) -> dict[str, Any] | None:
        """The media types that are declared for a status; None where it is not declared."""
        key = self.key_of(operation, status)
        if key is None:
            return None
        answer = self.response.follow(self._responses(operation)[key])
        told = answer.get("content") if isinstance(answer, dict) else None
        return told if isinstance(told, dict) else {}

    def schema_of(self, operation: str, status: int) -> Any:
        """The schema of the JSON that is declared for a status, or `ABSENT`."""
        for kind, media in (self.contents(operation, status) or {}).items():
            whole = self.response.follow(media)
            if is_json(_plain_kind(kind)) and isinstance(whole, dict):
                return whole.get("schema", ABSENT)
        return ABSENT

    def is_satisfiable(self, operation: str, status: int) -> bool:
        """Whether the bench's own sampler finds a value for the declared JSON of a status."""
        key = f"{operation} {status}"
        if key not in self._satisfiable:
            self._satisfiable[key] = self._is_satisfiable(self.schema_of(operation, status), key)
        return self._satisfiable[key]

    def _is_satisfiable(self, schema: Any, seed: str) -> bool:
        try:
            if schema is not ABSENT:
                Drawer(self.response, Random(seed)).valid(schema)
        except (UnsatisfiableError, LookupError):
            return False
        return True

    def answer_problems(self, operation: str, exchange: Exchange) -> list[str]:
        """What `jsonschema` finds wrong with an answer in JSON."""
        schema = self.schema_of(operation, exchange.status)
        if schema is ABSENT or not is_json(_plain_kind(exchange.answer_type)):
            return []
        return self.response.problems(schema, json.loads(exchange.answer))

    def body_schema(self, operation: str, kind: str) -> Any:
        """The schema of a body of a media type, or `ABSENT`."""
        call = self.asking.get(operation)
        body = self.request.follow(call.node.get("requestBody")) if call is not None else None
        contents = body.get("content") if isinstance(body, dict) else None
        for one, media in contents.items() if isinstance(contents, dict) else ():
            whole = self.request.follow(media)
            if _plain_kind(one) == kind and isinstance(whole, dict):
                return whole.get("schema", {})
        return ABSENT

    def properties_of(self, schema: Any) -> dict[str, Any]:
        """The properties of an object, those of its parts included."""
        told = self.request.follow(schema)
        found: dict[str, Any] = {}
        for part in told.get("allOf") or () if isinstance(told, dict) else ():
            found |= self.properties_of(part)
        return {**found, **(told.get("properties") or {})} if isinstance(told, dict) else found

    def body_problems(self, operation: str, exchange: Exchange) -> list[str]:
        """What is wrong with a body in JSON that was sent, or with its media type."""
        body = self.request.follow(self.asking[operation].node.get("requestBody"))
        if not exchange.body:
            is_required = isinstance(body, dict) and body.get("x-required") is True
            return ["a body is required"] if is_required else []
        kind = _plain_kind(exchange.headers.get("content-type", ""))
        schema = self.body_schema(operation, kind)
        if schema is ABSENT:
            return [f"{kind or 'nothing'} is no media type of its body"]
        return self.request.problems(schema, json.loads(exchange.body)) if is_json(kind) else []


def _on_wire(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", re.split(r"[?#]", path)[0])


def _plain_kind(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()
