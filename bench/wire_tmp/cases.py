"""What is sent and answered for an operation: arguments, bodies and answers drawn from its schemas."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from bench.wire_document import Call, Document, loosened
from bench.wire_drawing import Drawer, Unsatisfiable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Case = dict[str, Any]
IGNORED = frozenset(("accept", "content-type", "authorization"))  # OpenAPI gives them no meaning
LINES = ("application/jsonl", "application/x-ndjson", "application/ndjson", "application/x-jsonl")


class Cases:
    """Draws the cases of a document's operations."""

    def __init__(self, path: Path, seed: int) -> None:
        self.seed = seed
        self.request, self.response = Document(path, "request"), Document(path, "response")
        self.loose_request = Document(path, "request", loose=True)
        self.loose_response = Document(path, "response", loose=True)

    def all(self) -> Iterator[Case]:
        """A case for each operation, in document order."""
        answering = {(call.method, call.path): call for call in self.response.calls()}
        for call in self.request.calls():
            yield self._case(call, answering[call.method, call.path])

    def of(self, wanted: set[tuple[str, str]]) -> list[Case]:
        """The cases of some operations, by method and path."""
        answering = {(call.method, call.path): call for call in self.response.calls()}
        return [
            self._case(call, answering[call.method, call.path])
            for call in self.request.calls()
            if (call.method, call.path) in wanted
        ]

    def _case(self, call: Call, answering: Call) -> Case:
        random = Random(f"{self.seed} {call.method} {call.path}")
        case: Case = {
            "method": call.method,
            "path": call.path,
            "loose": [],
            "undrawn": {},
            "security": self._security(call),
        }
        case["parameters"] = list(self._parameters(call, random, case))
        case["bodies"], case["body_required"] = self._bodies(call, random, case)
        case["answers"] = list(self._answers(answering, random, case))
        return case

    def _security(self, call: Call) -> list[tuple[str, str]]:
        """Places and names of API keys, which may travel beside the parameters."""
        schemes = (self.request.written.get("components") or {}).get("securitySchemes") or {}
        found = schemes.values()
        return [
            (one["in"], one["name"])
            for one in found
            if isinstance(one, dict) and one.get("type") == "apiKey" and "name" in one
        ]

    def _draw(self, case: Case, at: str, schema: Any, direction: str, **how: Any) -> Any:
        """A value; where the schema contradicts itself by the letter, one by its spirit.

        Raises:
            Unsatisfiable: neither was found.
        """
        strict = self.request if direction == "request" else self.response
        loose = self.loose_request if direction == "request" else self.loose_response
        random = Random(f"{self.seed} {case['method']} {case['path']} {at}")
        try:
            return Drawer(strict, random, **how).valid(schema)
        except Unsatisfiable as error:
            value = Drawer(loose, random, **how).valid(loosened(schema))
            case["loose"].append(f"{at}: {error}")
            return value

    def _parameters(self, call: Call, random: Random, case: Case) -> Iterator[dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for one in (*call.shared, *(call.node.get("parameters") or ())):
            told = self.request.follow(one)
            if isinstance(told, dict) and "name" in told and "in" in told:
                found[str(told["in"]), str(told["name"])] = told
        for (place, name), told in found.items():
            if place == "header" and name.lower() in IGNORED:
                continue
            required = told.get("required") is True or told.get("x-required") is True
            required = required or place == "path"
            if not required and random.random() < 0.3:
                continue
            contents = told.get("content") or {}
            kind, content = next(iter(contents.items()), ("", None))
            schema = (content or {}).get("schema") if contents else told.get("schema")
            try:
                value = self._draw(case, f"{place} {name}", schema or {}, "request", plain=True)
                if value is None:
                    raise Unsatisfiable("null is no parameter")
            except (Unsatisfiable, LookupError) as error:
                if required:
                    case["undrawn"][f"{place} {name}"] = str(error)
                continue
            yield {
                "name": name,
                "in": place,
                "style": told.get("style", ""),
                "explode": told.get("explode"),
                "content": kind,
                "value": value,
                "required": required,
            }

    def _bodies(
        self, call: Call, random: Random, case: Case
    ) -> tuple[dict[str, dict[str, Any]], bool]:
        body = self.request.follow(call.node.get("requestBody"))
        if not isinstance(body, dict) or not isinstance(body.get("content"), dict):
            return {}, False
        made: dict[str, dict[str, Any]] = {}
        for kind, content in body["content"].items():
            media = self.request.follow(content)
            media = media if isinstance(media, dict) else {}
            schema, wire = media.get("schema"), kind.partition(";")[0].strip().lower()
            try:
                value = self._body(case, wire, schema, media)
            except (Unsatisfiable, LookupError) as error:
                case["undrawn"][f"body {kind}"] = str(error)
                continue
            made[kind] = {"value": value, "encoding": media.get("encoding") or {}}
        required = body.get("required") is True or body.get("x-required") is True
        return made, required

    def _body(self, case: Case, wire: str, schema: Any, media: dict[str, Any]) -> Any:
        at = f"body {wire}"
        if is_json(wire):
            return self._draw(case, at, schema if schema is not None else {}, "request")
        if wire in LINES or wire == "application/json-seq":
            item = media.get("itemSchema", schema if schema is not None else {})
            return [self._draw(case, f"{at} {number}", item, "request") for number in range(2)]
        if wire.startswith("multipart/") or wire == "application/x-www-form-urlencoded":
            is_form = wire.startswith("multipart/")
            value = self._draw(case, at, schema or {"type": "object"}, "request", files=is_form)
            return _without_null(value)
        if wire.startswith("text/") and not wire.endswith("xml"):
            return f"text of {case['path']} ä"
        if wire.endswith("xml"):
            return "<root><item>1</item></root>"
        return b"\x00\x01\xff binary \r\n body"

    def _answers(self, call: Call, random: Random, case: Case) -> Iterator[dict[str, Any]]:
        responses = call.node.get("responses")
        told = responses if isinstance(responses, dict) else {}
        good = [status for status in told if status[:1] == "2"]
        status = random.choice(good or (["default"] if "default" in told else [""]))
        answer = self.response.follow(told.get(status)) if status else {}
        number = int(status) if status.isdecimal() else 200
        contents = answer.get("content") if isinstance(answer, dict) else None
        for kind, content in contents.items() if isinstance(contents, dict) else ():
            media = self.response.follow(content)
            try:
                made = self._answer(case, kind, media if isinstance(media, dict) else {})
            except (Unsatisfiable, LookupError) as error:
                case["undrawn"][f"answer {status} {kind}"] = str(error)
                continue
            yield {"status": number, "content_type": kind, **made}
        if not contents:
            yield {"status": number, "content_type": "", "kind": "empty", "value": None}

    def _answer(self, case: Case, kind: str, media: dict[str, Any]) -> dict[str, Any]:
        wire, schema = kind.partition(";")[0].strip().lower(), media.get("schema")
        at = f"answer {wire}"
        item = media.get("itemSchema", schema if schema is not None else {})
        if wire in LINES or wire in {"text/event-stream", "application/json-seq"}:
            items = [
                self._draw(case, f"{at} {number}", item, "response", extras=True)
                for number in range(3)
            ]
            shape = "events" if wire == "text/event-stream" else wire
            return {"kind": shape, "value": items, "whole": "itemSchema" in media}
        if is_json(wire) or wire == "*/*":
            asked = schema if schema is not None else {}
            return {
                "kind": "json",
                "value": self._draw(case, at, asked, "response", extras=True),
            }
        if wire.startswith("text/") or wire.endswith("xml"):
            return {"kind": "text", "value": f"text of {case['path']} ä\n"}
        return {"kind": "bytes", "value": b"\x00\xffanswer\r\n" + case["path"].encode()}


def is_json(kind: str) -> bool:
    """Whether a media type is JSON."""
    return kind in {"application/json", "text/json"} or kind.endswith("+json")


def _without_null(value: Any) -> Any:
    # A form has no word for null, and none for a list of nothing.
    if isinstance(value, dict):
        return {
            key: _without_null(item)
            for key, item in value.items()
            if item is not None and item not in ([], {})
        }
    return [_without_null(item) for item in value] if isinstance(value, list) else value
