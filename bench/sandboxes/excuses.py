"""The rules by which a finding of Schemathesis is about the document, or about the wire, not about a sandbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.sandboxes.declared import ABSENT
from bench.wire.cases import is_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.sandboxes.declared import Declared
    from bench.sandboxes.findings import Exchange

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
BARE = (204, 205, 304)
NAMED = re.compile(r"/properties/([^/\s]+)|^in body - ([^\s:>]+)(?= ->|:)")
VIOLATED = re.compile(r"violates `(\w+)`")
IGNORED = re.compile(
    r"(?i)(?:parameter|missing) `(?:accept|content-type|authorization)`"
    r"|missing required '(?:accept|content-type|authorization)' header"
)
PLACE = re.compile(r"Schema at (/components/\S+):")
NOTES = frozenset(("nullable", "description", "title", "example", "default", "deprecated"))
HARMLESS = ("header: ", "query: violates `additionalProperties`")
KEY = re.compile(r"\$request\.header\.(.+)")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a check says about an operation, and the exchange that it means."""

    check: str
    operation: str
    reason: str
    exchange: Exchange
    declared: Declared

    @property
    def kind(self) -> str:
        """The media type of the request."""
        told = self.exchange.headers.get("content-type", "")
        return told.partition(";")[0].strip().lower()


def excuse_of(told: Complaint) -> str:
    """Why a finding is not the sandbox's; nothing where it is."""
    rules = (one for one in RULES if told.check in one[0])
    return next((excuse for _, excuse, holds in rules if holds(told)), "")


def _is_undeclared(told: Complaint) -> bool:
    return told.declared.is_undeclared(told.operation, told.exchange.status)


def _is_repeat(told: Complaint) -> bool:
    """Whether the request carries an idempotency key that the document declares, and was refused."""
    call = told.declared.asking.get(told.operation)
    life = told.declared.request.follow(call.node.get("x-job")) if call is not None else None
    idempotency = (life.get("idempotency") if isinstance(life, dict) else None) or {}
    key = KEY.fullmatch(str(idempotency.get("key", "")))
    is_refused = told.exchange.status in (409, 422)
    return key is not None and key[1].lower() in told.exchange.headers and is_refused


def _is_bare(told: Complaint) -> bool:
    return told.exchange.status in BARE


def _is_ignored(told: Complaint) -> bool:
    if not told.reason.startswith("- "):
        return IGNORED.search(told.reason) is not None
    parts = re.split(r"(?:^| )- (?=query|header|path|body|cookie)", told.reason)[1:]
    return all(part.startswith(HARMLESS) for part in parts) and told.declared.ignores_headers(
        told.operation
    )


def _is_shared(told: Complaint) -> bool:
    """Whether another operation has the same method and path on the wire, as with `/x#stream`."""
    return told.declared.shares_wire(told.operation)


def _is_path_shared(told: Complaint) -> bool:
    """As `_is_shared`, for what is about the methods of a path."""
    return told.declared.shares_wire(told.operation, any_method=True)


def _is_text_of_events(told: Complaint) -> bool:
    """Whether an event, or its data, is held against a schema of another kind than the wire has."""
    if not told.exchange.answer_type.startswith("text/event-stream"):
        return False
    document = told.declared.response
    contents = told.declared.contents(told.operation, told.exchange.status) or {}
    media = document.follow(contents.get("text/event-stream"))
    schema = document.follow(media.get("schema")) if isinstance(media, dict) else None
    if not isinstance(schema, dict):
        return False
    data = document.follow((schema.get("properties") or {}).get("data"))
    is_parsed = isinstance(data, dict) and data.get("type") != "string"
    return schema.get("type") == "string" or is_parsed


def _is_open_choice(told: Complaint) -> bool:
    """Whether a `oneOf` has a branch that allows all, such as `{nullable: true}`, so that two always match."""
    place = PLACE.search(told.reason)
    if place is None or "'oneOf'" not in told.reason:
        return False
    schema = told.declared.written_at(place[1])
    parts = [schema, *(schema.get("allOf") or ())] if isinstance(schema, dict) else []
    choices = [branch for part in parts for branch in (part.get("oneOf") or ())]
    return any(isinstance(one, dict) and not one.keys() - NOTES for one in choices)


def _is_unsatisfiable(told: Complaint) -> bool:
    return not told.declared.is_satisfiable(told.operation, told.exchange.status)


def _is_text_in_form(told: Complaint) -> bool:
    """Whether all that is wrong in a form is the type of a part that takes any text."""
    if told.kind not in FORMS:
        return False
    if "Incorrect type" not in told.reason and set(VIOLATED.findall(told.reason)) != {"type"}:
        return told.reason == "positive test case"
    schema = told.declared.body_schema(told.operation, told.kind)
    properties = told.declared.properties_of(schema) if schema is not ABSENT else {}
    names = {one or other for one, other in NAMED.findall(told.reason)}
    return bool(names) and all(_takes_text(properties.get(one), told.declared) for one in names)


def _takes_text(schema: Any, declared: Declared) -> bool:
    told = declared.request.follow(schema)
    if not isinstance(told, dict):
        return False
    if told.get("type") == "array":
        return _takes_text(told.get("items"), declared)
    is_text = "string" in (told.get("type") or ())
    return is_text and not {"enum", "format", "pattern", "minLength"} & told.keys()


def _is_right(told: Complaint) -> bool:
    """Whether another judge allows a body that is said to be wrong, such as null in a nullable enum."""
    is_about_body = told.reason.startswith("in body") and "format" not in told.reason
    if not is_about_body or not is_json(told.kind) or told.operation not in told.declared.asking:
        return False
    return not told.declared.body_problems(told.operation, told.exchange)


ANSWERED = ("content_type_conformance", "response_schema_conformance")
REFUSED = ("status_code_conformance", "positive_data_acceptance")
ROUTED = ("unsupported_method", "allow_header_conformance")
ASKED = ("negative_data_rejection", "missing_required_header")
SHARED = (*ANSWERED, *REFUSED, *ASKED)
SAME = "another operation has the same path on the wire"
RULES: tuple[tuple[tuple[str, ...], str, Callable[[Complaint], bool]], ...] = (
    (REFUSED[:1], "a refusal of which the document says nothing", _is_undeclared),
    (REFUSED, "an idempotency key that was sent before", _is_repeat),
    (ANSWERED, "an answer of its status has no body", _is_bare),
    (ANSWERED[1:], "an event is no text, and its data nothing else", _is_text_of_events),
    (ANSWERED[1:], "a oneOf with a branch that allows all", _is_open_choice),
    (ANSWERED[1:], "unsatisfiable", _is_unsatisfiable),
    (ASKED, "a header that OpenAPI ignores as a parameter", _is_ignored),
    (ASKED[:1], "a form has nothing but texts", _is_text_in_form),
    (ASKED[:1], "jsonschema finds the body right", _is_right),
    (SHARED, SAME, _is_shared),
    (ROUTED, SAME, _is_path_shared),
)
