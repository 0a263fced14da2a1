"""Our `x-` extensions -> typed values. They were checked before (`specloom.openapi.extensions`), so this only reads."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from specloom.model.api import Advice, Assumption, ErrorCode, Price
from specloom.model.bindings import number_places, submits, usual_parameters
from specloom.model.inner_texts import mark_texts
from specloom.model.jobs import (
    Cost,
    Idempotency,
    Job,
    JobResult,
    Listing,
    Progress,
    Rule,
    State,
    Step,
)
from specloom.model.names import ERROR_NAMES, Scope, pascal
from specloom.model.types import ABSENT
from specloom.openapi.tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTERVAL = 5.0
_TIMEOUT = 900.0


@dataclass(frozen=True, slots=True)
class _Steps:
    """What the calls of a life cycle are read with: qualified names by operationId, the submit, where its id is."""

    names: dict[str, str]
    submit: Node
    ids: tuple[str, ...]


def read_job(node: Node, submit: Node, operations: dict[str, str], result_name: str) -> Job:
    """The life cycle at `node` (the `x-job` of the operation `submit`), times in seconds.

    `operations` gives qualified names by operationId.
    """
    parts = _parts(node)
    steps = _Steps(operations, submit, _paths(parts.get("id")))
    poll = parts.get("poll", node)
    error = parts.get("error", node)
    states = cast("dict[State, list[Any]]", parts["states"].value if "states" in parts else {})
    job = Job(
        id=steps.ids,
        poll=replace(_step(poll, steps), once=False),
        interval=_number(poll, "interval", _INTERVAL),
        timeout=_number(poll, "timeout", _TIMEOUT),
        status=_paths(parts.get("status")),
        states={state: tuple(words) for state, words in states.items()},
        rules=tuple(_rule(rule) for rule in node_elements(parts.get("rules"))),
        refused=_text(parts.get("refused")),
        not_taken=tuple(status.value for status in node_elements(parts.get("not-taken"))),
        result=_result(parts.get("result"), steps),
        error_code=_paths(error.get("code")),
        error_message=_paths(error.get("message")),
        progress=_progress(parts.get("progress")),
        cost=_cost(parts.get("cost")),
        cancel=_optional_step(parts.get("cancel"), steps),
        listing=_listing(parts.get("list"), steps),
        idempotency=_idempotency(parts.get("idempotency")),
        result_name=result_name,
        at=node.at,
    )
    return mark_texts(job, parts.values(), submit)


def _parts(node: Node) -> dict[str, Node]:
    """The fields of an x-job; those of a shared one (`$ref`) unless a field beside it replaces them."""
    target = node.reference()
    shared = _parts(target) if target is not None else {}
    return {**shared, **{key: member for key, member in node.items() if key != "$ref"}}


def node_elements(node: Node | None) -> Iterator[Node]:
    """The elements of a list node; none where there is no node."""
    return node.elements() if node is not None else iter(())


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""


def _paths(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return (
        (node.value,)
        if isinstance(node.value, str)
        else tuple(path.value for path in node.elements())
    )


def _number(node: Node, key: str, default: float) -> float:
    member = node.get(key)
    return member.value if member is not None and isinstance(member.value, int | float) else default


def _step(node: Node, steps: _Steps) -> Step:
    parameters = node.get("parameters")
    body = node.get("requestBody")
    return Step(
        operation=steps.names.get(_operation_id(node), ""),
        parameters=dict(parameters.value) if parameters is not None else {},
        request_body=body.value if body is not None else ABSENT,
        usual=usual_parameters(node),
        numbers=number_places(node, steps.submit, steps.ids),
        url=node.text("url"),
        once=submits(node),
    )


def _operation_id(node: Node) -> str:
    """The key of the operation that a step names: its operationId, or `METHOD path` for an operationRef."""
    if node.get("operationId") is not None:
        return node.text("operationId")
    ref = node.text("operationRef")
    target = Node(node.tree, node.at, {"$ref": ref}).reference() if ref else None
    if target is None or len(target.at.pointer) < 2:
        return ""
    return f"{str(target.at.pointer[-1]).upper()} {target.at.pointer[-2]}"


def _optional_step(node: Node | None, steps: _Steps) -> Step | None:
    return _step(node, steps) if node is not None else None


def _rule(node: Node) -> Rule:
    code = node.get("code")
    return Rule(
        state=cast("State", node.text("state")),
        code=code.value if code is not None else None,
        when=node.text("when"),
    )


def _result(node: Node | None, steps: _Steps) -> JobResult | None:
    if node is None:
        return None
    calls = any(node.get(key) is not None for key in ("operationId", "operationRef", "url"))
    expires = node.get("expires")
    return JobResult(
        step=_step(node, steps) if calls else None,
        value=node.text("value"),
        files=_paths(node.get("files")),
        expires=expires.value if expires is not None else None,
        optional=node.flag("optional"),
    )


def _progress(node: Node | None) -> Progress | None:
    if node is None:
        return None
    of = node.get("of")
    return Progress(value=node.text("value"), of=of.value if of is not None else 1)


def _cost(node: Node | None) -> Cost | None:
    if node is None:
        return None
    return Cost(
        currency=node.text("currency"),
        reserved=node.text("reserved"),
        amount=node.text("amount"),
        discount=node.text("discount"),
    )


def _listing(node: Node | None, steps: _Steps) -> Listing | None:
    return Listing(step=_step(node, steps), ids=node.text("ids")) if node is not None else None


def _idempotency(node: Node | None) -> Idempotency | None:
    if node is None:
        return None
    repeat = node.text("repeat", "unknown")
    return Idempotency(
        key=node.text("key"),
        repeat=(
            "replayed" if repeat == "replayed" else "refused" if repeat == "refused" else "unknown"
        ),
        is_id=node.flag("is-id"),
        known=node.text("known"),
    )


def read_error_codes(root: Node) -> tuple[ErrorCode, ...]:
    """The vendor's codes (`x-error-codes`), each with the name of its exception class."""
    scope = Scope(ERROR_NAMES)
    found = []
    for code, node in root.items("x-error-codes"):
        name = pascal(node.text("name") or code, digits="Code")
        status = node.get("status")
        found.append(
            ErrorCode(
                code=code,
                class_name=scope.claim(name if name.endswith("Error") else f"{name}Error"),
                kind=node.text("kind", "unknown"),
                message=node.text("message"),
                status=status.value if status is not None else None,
                assumed=_why(node),
            )
        )
    return tuple(found)


def _why(node: Node) -> str:
    assumed = node.get("x-assumed")
    if assumed is None:
        return ""
    return (
        " ".join(assumed.value.values()) if isinstance(assumed.value, dict) else str(assumed.value)
    )


def read_advice(schema: Node) -> tuple[Advice, ...]:
    """All advice of a request's schema and of the schemas in it, in document order."""
    if not schema.tree.says("x-advice"):
        return ()
    return tuple(
        Advice(effect=advice.text("effect"), message=advice.text("message"))
        for holder in schemas_within(schema)
        for advice in holder.elements("x-advice")
    )


def schemas_within(schema: Node) -> Iterator[Node]:
    """The schema and every schema that it reaches, each once."""
    seen, waiting = set(), deque([schema])
    while waiting:
        node = waiting.popleft()
        if node.at in seen or not isinstance(node.value, dict | list):
            continue
        seen.add(node.at)
        if isinstance(node.value, dict):
            yield node
            target = node.reference()
            waiting.extend([target] if target is not None else [])
            waiting.extend(member for key, member in node.items() if key not in _DATA)
        else:
            waiting.extend(node.elements())


_DATA = frozenset({"default", "enum", "const", "example", "examples", "x-advice"})


def read_price(node: Node, defaults: dict[str, Any], arguments: tuple[str, ...]) -> Price:
    """What decides the price (`x-price`); `defaults` is the body's defaults, `arguments` what the price depends on."""
    tier = node.get("tier")
    tiers = tier.get("of") if tier is not None else None
    prices = node.get("unit-prices")
    return Price(
        per=node.text("per"),
        quantity=node.text("quantity"),
        tier_by=tier.text("by") if tier is not None else "",
        tiers={size: tiers.text(size) for size in tiers.value} if tiers is not None else {},
        unit_prices=(
            {name: prices.text(name) for name in prices.value} if prices is not None else {}
        ),
        currency=node.text("currency"),
        defaults=defaults,
        arguments=arguments,
    )


def read_limits(root: Node) -> dict[str, float]:
    """The limits that the document states (`x-limits`): per second, or a number of jobs."""
    return {name: node.value for name, node in root.items("x-limits") if not name.startswith("x-")}


def assumption(key: str, value: Any, holder: Node, why: str) -> Assumption:
    """An assumption made at `holder`, settable under `key`."""
    return Assumption(key=key, value=value, why=" ".join(why.split()), at=holder.at)
