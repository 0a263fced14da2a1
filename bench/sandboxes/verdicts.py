"""What a call of the peer says about the sandbox: request and answer, held against the document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from bench.sandboxes.declared import ABSENT
from bench.sandboxes.excuses import SAME

if TYPE_CHECKING:
    from bench.sandboxes.declared import Declared
    from bench.sandboxes.findings import Exchange

LONG = 220  # characters of a reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong: nothing, or a kind and a reason; `excuse` where it is not the sandbox's."""

    kind: str = ""
    reason: str = ""
    excuse: str = ""


def judge(
    operation: str,
    case: dict[str, Any],
    result: dict[str, Any],
    exchange: Exchange,
    declared: Declared,
) -> Verdict:
    """Whether a call went well, and whose fault it is if it did not."""
    error = " ".join(str(result.get("error", "")).split())[:LONG]
    if not exchange.status or exchange.status >= 500:
        return Verdict("broken", error or f"it answered {exchange.status}")
    if exchange.status >= 400:
        refused = _refused(operation, case, result, exchange, declared)
        if refused.reason:
            return refused
    wrong = _wrong_answer(operation, exchange, declared)
    if wrong:
        is_fair = declared.is_satisfiable(operation, exchange.status)
        return Verdict("answer", wrong, "" if is_fair else "unsatisfiable")
    if error:
        return Verdict("crash", error, "its parser")
    return _unread(operation, result, exchange, declared)


def _refused(
    operation: str,
    case: dict[str, Any],
    result: dict[str, Any],
    exchange: Exchange,
    declared: Declared,
) -> Verdict:
    """A refusal: one of what was never created is none."""
    if exchange.status == 404 and _asks_for_one(case) and result["borrowed"] != "created":
        return Verdict()
    told = exchange.answer.decode("utf-8", "replace")
    reason = f"{exchange.status} {' '.join(told.split())}"[:LONG]
    wrong = [*_wrong_parameters(case, exchange), *declared.body_problems(operation, exchange)]
    excuse = f"its request: {wrong[0][:120]}" if wrong else ""
    if declared.shares_wire(operation):
        excuse = SAME
    return Verdict("refused", reason, excuse)


def _asks_for_one(case: dict[str, Any]) -> bool:
    """Whether a call asks for something by its id, which nobody may have created."""
    places = ((one["in"], one["name"].lower()) for one in case["parameters"])
    return any(
        place == "path" or (place == "query" and name.endswith("id")) for place, name in places
    )


def _wrong_parameters(case: dict[str, Any], exchange: Exchange) -> list[str]:
    """Where the query is not what was drawn, in the document's style."""
    found = []
    query = parse_qs(urlsplit(exchange.url).query, keep_blank_values=True)
    for told in case["parameters"]:
        value, name = told["value"], told["name"]
        is_spread = told["style"] in ("", "form") and told["explode"] is not False
        if told["in"] != "query" or told["content"]:
            continue
        if isinstance(value, dict):
            found += [] if is_spread else [f"an object in the query, {name}, of another style"]
        elif isinstance(value, list):
            found += [] if is_spread else [f"a list in the query, {name}, of another style"]
        elif name not in query and told["required"]:
            found.append(f"{name} is not in the query")
    undrawn = (name for name in case["undrawn"] if not name.startswith(("answer", "argument in")))
    return found + [f"nothing was drawn for {name}" for name in undrawn]


def _wrong_answer(operation: str, exchange: Exchange, declared: Declared) -> str:
    contents = declared.contents(operation, exchange.status)
    if contents is None:
        is_excused = declared.is_undeclared(operation, exchange.status)
        return "" if is_excused else f"{exchange.status} is not declared"
    kind = exchange.answer_type.partition(";")[0].strip().lower()
    if contents and exchange.answer and not any(_matches(one, kind) for one in contents):
        return f"{exchange.status}: {kind or 'no media type'}, not {', '.join(contents)}"
    problems = declared.answer_problems(operation, exchange)
    return f"{exchange.status}: {problems[0]}"[:LONG] if problems else ""


def _matches(declared: str, kind: str) -> bool:
    wanted = declared.partition(";")[0].strip().lower()
    start = wanted.removesuffix("*") if wanted.endswith("/*") else ""
    return wanted in (kind, "*/*") or bool(start and kind.startswith(start))


def _unread(
    operation: str, result: dict[str, Any], exchange: Exchange, declared: Declared
) -> Verdict:
    """An answer in JSON of which the peer made nothing."""
    is_declared = declared.schema_of(operation, exchange.status) is not ABSENT
    if result["parsed"] != "NoneType" or exchange.status >= 300 or not is_declared:
        return Verdict()
    if exchange.answer and json.loads(exchange.answer) is not None:
        return Verdict("answer", "its client reads nothing from it", "its parser")
    return Verdict("answer", f"{exchange.status} without the JSON that is declared")
