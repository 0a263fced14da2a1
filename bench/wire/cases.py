"""What is sent and answered for an operation: arguments, bodies and answers drawn from its schemas."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, Any

from bench.wire.document import Call, Document, loosened
from bench.wire.drawing import Drawer, UnsatisfiableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Case = dict[str, Any]
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
WORD = {"type": "string"}
EVENT = frozenset(("event", "data", "id", "retry"))
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
        spread = [name for one in case["parameters"] for name in _names_sent(one)]
        case["shares_names"] = len(set(spread)) < len(spread)
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
            UnsatisfiableError: neither was found.
        """
        strict = self.request if direction == "request" else self.response
        loose = self.loose_request if direction == "request" else self.loose_response
        random = Random(f"{self.seed} {case['method']} {case['path']} {at}")
        try:
            return Drawer(strict, random, **how).valid(schema)
        except UnsatisfiableError as error:
            value = Drawer(loose, random, **how).valid(loosened(schema))
            case["loose"].append(f"{at}: {error}")
            return value

    def _parameters(self, call: Call, random: Random, case: Case) -> Iterator[dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for one in (*call.shared, *(call.node.get("parameters") or ())):
            try:
                told = self.request.follow(one)
            except (LookupError, TypeError):  # a reference that leads nowhere
                continue
            if isinstance(told, dict) and "name" in told and "in" in told:
                found[str(told["in"]), str(told["name"])] = told
        for name in PLACEHOLDER.findall(call.path):  # said by nobody but the path
            found.setdefault(("path", name), {"name": name, "in": "path", "schema": WORD})
        for (place, name), told in found.items():
            if place == "path" and f"{{{name}}}" not in call.path:
                continue
            required = place == "path" or True in (told.get("required"), told.get("x-required"))
            if not required and random.random() < 0.3:
                continue
            made = self._parameter(case, place, name, told)
            if isinstance(made, dict):
                yield made | {"required": required}
            elif required:
                case["undrawn"][f"argument {name}"] = made

    def _parameter(
        self, case: Case, place: str, name: str, told: dict[str, Any]
    ) -> dict[str, Any] | str:
        """A parameter with its value, or why it has none."""
        if place == "header" and not TOKEN.fullmatch(name):
            return "it is no name of a header"
        if place == "header" and name.lower() == "content-length":
            return "it depends on the body"
        contents = told.get("content") or {}
        kind, content = next(iter(contents.items()), ("", None))
        schema = (content or {}).get("schema") if contents else told.get("schema")
        try:
            value = self._draw(case, f"{place} {name}", schema or {}, "request", plain=True)
        except (UnsatisfiableError, LookupError) as error:
            return str(error)
        value = _without_null(value)
        if value in (None, [], {}):
            return "null is no parameter, and nothing none either"
        return {
            "name": name,
            "in": place,
            "style": told.get("style", ""),
            "explode": told.get("explode"),
            "content": kind,
            "value": value,
            "ignored": place == "header" and name.lower() in IGNORED,
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
            except (UnsatisfiableError, LookupError) as error:
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
            asked = schema or {"type": "object"}
            # Where a style joins values, none may hold what it joins them with.
            plain = any("style" in one for one in (media.get("encoding") or {}).values())
            value = self._draw(case, at, asked, "request", files=is_form, full=True, plain=plain)
            kept = _without_null(value)
            if isinstance(value, dict) and kept.keys() != value.keys():
                case["undrawn"][f"argument in {at}"] = "a form has no word for null"
            return kept
        if wire.startswith("text/") and not wire.endswith("xml"):
            return self._text(case, at, schema)
        if wire.endswith("xml"):
            return "<root><item>1</item></root>"
        return b"\x00\x01\xff binary \r\n body"

    def _text(self, case: Case, at: str, schema: Any) -> Any:
        """A text; where the schema is of another kind, such as a number, a value of that kind."""
        told = self.request.follow(schema)
        kind = told.get("type", "string") if isinstance(told, dict) else "string"
        is_scalar = kind in {"integer", "number", "boolean"}
        return self._draw(case, at, schema, "request") if is_scalar else f"text of {case['path']} ä"

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
            except (UnsatisfiableError, LookupError) as error:
                case["undrawn"][f"answer {status} {kind}"] = str(error)
                continue
            yield {"status": number, "content_type": kind, **made}
        if not contents:
            yield {"status": number, "content_type": "", "kind": "empty", "value": None}

    def _answer(self, case: Case, kind: str, media: dict[str, Any]) -> dict[str, Any]:
        wire, schema = kind.partition(";")[0].strip().lower(), media.get("schema")
        at = f"answer {wire}"
        item = media.get("itemSchema", schema if schema is not None else {})
        if wire == "text/event-stream":
            whole = "itemSchema" in media or self._is_event(item)
            events = [
                self._draw(case, f"{at} {number}", item, "response", extras=not whole)
                for number in range(3)
            ]
            # An event without data is none (HTML, 9.2.6).
            told = [one for one in events if not whole or (isinstance(one, dict) and "data" in one)]
            return {"kind": "events", "value": told, "whole": whole}
        if wire in LINES or wire == "application/json-seq":
            items = [
                self._draw(case, f"{at} {number}", item, "response", extras=True)
                for number in range(3)
            ]
            return {"kind": wire, "value": items, "whole": False}
        if is_json(wire) or wire == "*/*":
            asked = schema if schema is not None else {}
            return {
                "kind": "json",
                "value": self._draw(case, at, asked, "response", extras=True),
            }
        is_text = wire.startswith("text/") or wire.endswith(("xml", "urlencoded", "yaml"))
        if is_text:
            return {"kind": "text", "value": f"text of {case['path']} ä\n"}
        return {"kind": "bytes", "value": b"\x00\xffanswer\r\n" + case["path"].encode()}

    def _is_event(self, schema: Any) -> bool:
        """Whether a schema describes a whole event, as many documents do that have no `itemSchema`."""
        told = self.response.follow(schema)
        properties = told.get("properties") if isinstance(told, dict) else None
        return isinstance(properties, dict) and "data" in properties and properties.keys() <= EVENT


def _names_sent(parameter: dict[str, Any]) -> list[str]:
    """The names of the query that a parameter takes: those of its members, where it is spread over them."""
    if parameter["in"] not in {"query", "cookie"}:
        return []
    is_form = parameter["style"] in {"", "form", "cookie"} and not parameter["content"]
    is_spread = is_form and parameter["explode"] is not False
    value = parameter["value"]
    return list(value) if is_spread and isinstance(value, dict) else [parameter["name"]]


def is_json(kind: str) -> bool:
    """Whether a media type is JSON."""
    return kind in {"application/json", "text/json"} or kind.endswith("+json")


def _without_null(value: Any) -> Any:
    # A form has no word for null, and none for a list or an object of nothing.
    if isinstance(value, dict):
        kept = {key: _without_null(item) for key, item in value.items()}
        return {
            key: item for key, item in kept.items() if item is not None and item not in ([], {})
        }
    if isinstance(value, list):
        return [one for item in value if (one := _without_null(item)) not in (None, [], {})]
    return value
