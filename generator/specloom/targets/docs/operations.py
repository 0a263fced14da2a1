"""The page of a resource: its calls with every argument, rule, answer and state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.model.types import Declaration, Enumeration, ListOf, Named, OneOf, Type
from specloom.python.spelling import sentence
from specloom.targets.client.returned import Returned
from specloom.targets.docs.calls import heading, operation_table
from specloom.targets.docs.errors import code_link
from specloom.targets.docs.examples import calling
from specloom.targets.docs.life import Cost, Life, cost, life, without_tier
from specloom.targets.docs.markdown import Markdown, code, fence, join, link, table, text, words
from specloom.targets.docs.prose import prose
from specloom.targets.docs.records import RecordFields, record_link, records_of
from specloom.targets.docs.signatures import (
    argument_type,
    companions,
    has_default,
    returned_text,
    signature,
    spelling,
)
from specloom.targets.docs.wording import endpoint, limits, place, pointer, status, value

if TYPE_CHECKING:
    from specloom.model.api import Advice, Answer, Api, Argument, Operation, Resource

_LONGEST_EXAMPLE = 4000  # characters
_EFFECTS: Mapping[str, str] = {
    "ignored": "Something of the request has no effect.",
    "truncated": "A part of the request is cut off.",
    "unlisted": "The value is not one of those that the vendor lists.",
    "costs-more": "The request costs more than it would have to.",
    "unclear": "The vendor does not say what happens.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentView:
    """An argument: its facts as bullets, its values as a table where there are few enough to list."""

    name: Markdown
    doc: Markdown
    facts: tuple[Markdown, ...]
    values: Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A request of the document, as JSON."""

    name: Markdown
    content: Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationView:
    """A call, whole; what the document does not say is empty."""

    heading: Markdown
    summary: Markdown
    endpoint: Markdown
    operation_id: Markdown
    doc: Markdown
    is_deprecated: int
    signature: Markdown
    companions: tuple[tuple[Markdown, Markdown], ...]
    summary_table: Markdown
    arguments: tuple[ArgumentView, ...]
    filled: Markdown
    rules: Markdown
    advice: Markdown
    examples: tuple[Example, ...]
    answers: Markdown
    life: Life | None
    cost: Cost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePage:
    """A page for one resource."""

    title: Markdown

    doc: Markdown
    calls: Markdown
    operations: tuple[OperationView, ...]
    records: tuple[RecordFields, ...]


def resource_page(api: Api, resource: Resource) -> ResourcePage:
    """Everything that is known of one resource."""
    answers = [answer for one in resource.operations for answer in one.answers]
    return ResourcePage(
        title=code(f"client.{resource.name}"),
        doc=prose(resource.doc, 3),
        calls=operation_table(api, (resource,)),
        operations=tuple(_operation(api, resource, one) for one in resource.operations),
        records=records_of(
            api, [content.type for answer in answers for content in answer.contents]
        ),
    )


def _operation(api: Api, resource: Resource, one: Operation) -> OperationView:
    told = calling(api, resource, one)
    returns = (
        Returned(spelling(api)).submitted(one) if one.job is not None else returned_text(api, one)
    )
    arguments = one.signature.arguments
    return OperationView(
        heading=heading(one.qualified),
        summary=words(sentence(one.summary)),
        endpoint=endpoint(one),
        operation_id=code(one.operation_id) if one.operation_id else Markdown(""),
        doc=prose(one.doc, 4),
        is_deprecated=int(one.deprecated),
        signature=signature(api, one, f"client.{one.qualified}", returns),
        companions=tuple(companions(api, one, told)),
        summary_table=table(
            ("argument", "type", "allowed", "left out"), _summary_rows(api, arguments)
        ),
        arguments=tuple(_argument(api, one, argument) for argument in arguments),
        filled=table(("what", "place", "value"), _filled(one)),
        rules=table(
            ("the server refuses it with", "when it breaks this rule", "exception"),
            _rules(api, one),
        ),
        advice=table(
            ("what the client warns of", "what the server does"), map(_advice, one.advice)
        ),
        examples=tuple(_examples(one)),
        answers=table(("HTTP status", "what it says", "body"), _answers(api, one)),
        life=life(api, one, one.job, told) if one.job is not None else None,
        cost=cost(api, one, one.price, told) if one.price is not None else None,
    )


def _summary_rows(api: Api, arguments: tuple[Argument, ...]) -> Iterator[tuple[Markdown, ...]]:
    for one in arguments:
        allowed = limits(one.limits) or _values_in_short(api, one.type)
        yield code(one.name), code(argument_type(api, one.type)), allowed, _left_out(one)


def _shown_type(api: Api, kind: Type) -> Markdown:
    return code(spelling(api).annotation(kind).replace("models.", ""))


def _values_in_short(api: Api, kind: Type) -> Markdown:
    declared = _enumeration(api, kind)
    return text(f"one of {len(declared.members)}") if declared is not None else Markdown("")


def _left_out(one: Argument) -> Markdown:
    if one.required:
        return Markdown("**required**")
    return value(one.default) if has_default(one.default) else text("not sent")


def _enumeration(api: Api, kind: Type) -> Enumeration | None:
    """The list of values behind a type, looked for in lists and nullable types too."""
    if isinstance(kind, ListOf):
        return _enumeration(api, kind.item)
    if isinstance(kind, OneOf):
        return next(
            (found for one in kind.variants if (found := _enumeration(api, one)) is not None), None
        )
    declared: Declaration | None = api.declaration(kind) if isinstance(kind, Named) else None
    return declared if isinstance(declared, Enumeration) else None


def _argument(api: Api, operation: Operation, one: Argument) -> ArgumentView:
    return ArgumentView(
        name=code(one.name),
        doc=prose(one.doc, 5),
        facts=tuple(_facts(api, operation, one)),
        values=_values(api, operation, one),
    )


def _facts(api: Api, operation: Operation, one: Argument) -> Iterator[Markdown]:
    yield Markdown(f"Type: {code(argument_type(api, one.type))}")
    if allowed := limits(one.limits):
        yield Markdown(f"Allowed: {allowed}")
    if one.required:
        yield Markdown("Required")
    elif has_default(one.default):
        yield Markdown(f"Left out: the server takes {value(one.default)}")
    else:
        yield Markdown("Left out: nothing is sent")
    yield Markdown(f"Goes to: {place(one)}")
    if operation.price is not None:
        yield Markdown(f"Price: {_price_effect(operation, one)}")
    if one.example is not None and (shown := value(one.example)):
        yield Markdown(f"Example: {shown}")
    if one.deprecated:
        yield Markdown("Deprecated")
    if one.assumed:
        yield Markdown(f"[Assumed](assumptions.md): {words(one.assumed)}")


def _price_effect(operation: Operation, one: Argument) -> Markdown:
    price = operation.price
    if price is None or one.name not in price.arguments:
        return Markdown("no effect")
    path = "$." + ".".join(one.path)
    if path == price.tier_by:
        return Markdown(
            f"decides the tier ({', '.join(text(tier) for tier in dict.fromkeys(price.tiers.values()))})"
        )
    return Markdown("**multiplies it**") if path == price.quantity else Markdown("has an effect")


def _values(api: Api, operation: Operation, one: Argument) -> Markdown:
    """The values of an enumeration, with their names, descriptions and price tiers."""
    declared = _enumeration(api, one.type)
    if declared is None:
        return Markdown("")
    price = operation.price
    tiers = price.tiers if price is not None and price.tier_by == "$." + ".".join(one.path) else {}
    rows = (
        (
            value(member.value),
            code(f"{declared.name}.{member.name}"),
            words(without_tier(member.doc, tiers.get(str(member.value), ""))),
            text(tiers.get(str(member.value), "unknown" if tiers else "")),
        )
        for member in declared.members
    )
    return table(("value", "name", "what it is", "price tier"), rows)


def _filled(operation: Operation) -> Iterator[tuple[Markdown, ...]]:
    for filled in operation.signature.filled:
        place = code(pointer(filled.path)) if filled.place == "body" else code(filled.path[0])
        yield place, text(filled.place), value(filled.value)


def _rules(api: Api, operation: Operation) -> Iterator[tuple[Markdown, ...]]:
    said = set(_codes_within(api, operation))
    for one in api.error_codes:
        if one.code in said:
            yield code_link(one), text(one.message), code(one.class_name)


def _codes_within(api: Api, operation: Operation) -> Iterator[str]:
    """The codes of the rules in the schema of a request, and in the schemas that it names."""
    request = api.requests.get("requests", {}).get(operation.qualified, {})
    waiting, seen = [request.get("body")], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            yield from [str(node["x-error-code"])] if "x-error-code" in node else []
            name = str(node.get("$ref", "")).removeprefix("#/$defs/")
            if "$ref" in node and name not in seen:
                seen.add(name)
                waiting.append(api.requests.get("$defs", {}).get(name))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _advice(one: Advice) -> tuple[Markdown, Markdown]:
    return words(one.message), text(_EFFECTS.get(one.effect, one.effect))


def _examples(operation: Operation) -> Iterator[Example]:
    for content in operation.body.contents[:1] if operation.body is not None else ():
        for name, body in content.examples.items():
            written: Any = json.dumps(body, indent=2, ensure_ascii=False, default=str)
            if len(written) <= _LONGEST_EXAMPLE:
                yield Example(name=text(name), content=fence("json", written))


def _answers(api: Api, operation: Operation) -> Iterator[tuple[Markdown, ...]]:
    for answer in operation.answers:
        doc = words(answer.doc)
        assumed = link(text("assumed"), "assumptions.md") if answer.assumed else Markdown("")
        yield status(answer), join([doc, assumed]), _body(api, answer)


def _body(api: Api, answer: Answer) -> Markdown:
    kinds = list(dict.fromkeys((content.media_type, content.type) for content in answer.contents))
    return join((_content(api, media_type, kind) for media_type, kind in kinds), ", ")


def _content(api: Api, media_type: str, kind: Type) -> Markdown:
    shown = record_link(api, kind) or _shown_type(api, kind)
    return shown if "json" in media_type else Markdown(f"{shown} ({code(media_type)})")
