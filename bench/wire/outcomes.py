"""What became of each operation: what was judged, what came back, and whose fault an exception is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.wire.judging import same_moment
from bench.wire.packing import unpacked

if TYPE_CHECKING:
    from pathlib import Path

OURS, SAMPLER, DOCUMENT = (
    "a defect of ours",
    "the sampler's limit",
    "the document contradicts itself",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One operation; `reason` and `why` are empty where all went well.

    Attributes:
        judges: Who spoke: `openapi-core`, `own`.
        notes: What openapi-core said wrongly, and which values were drawn by the spirit of a schema.
    """

    document: str
    method: str
    path: str
    reason: str = ""
    why: str = ""
    judges: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    calls: int = 0

    @property
    def good(self) -> bool:
        """Whether the request was right, and the answer came back unchanged."""
        return not self.reason


def outcomes(
    document: str, calls: list[tuple[str, str]], folder: Path, broken: str
) -> list[Outcome]:
    """The outcome of each call, from the files of a run; `broken` says why there may be none."""
    cases = _lines(folder / "cases.jsonl")
    results, verdicts = _lines(folder / "results.jsonl"), _lines(folder / "verdicts.jsonl")
    numbers = {(case["method"], case["path"]): number for number, case in enumerate(cases)}
    found = []
    for method, path in calls:
        number = numbers.get((method, path))
        own = Outcome(document=document, method=method, path=path)
        if number is None:
            reason = OURS if broken else SAMPLER
            found.append(replace(own, reason=reason, why=broken or "no case"))
            continue
        mine = [one for one in results if one.get("case") == number]
        judged = {one["run"]: one for one in verdicts if one["case"] == number}
        found.append(_outcome(own, cases[number], mine, judged, broken))
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [unpacked(json.loads(line)) for line in lines]


def _outcome(
    own: Outcome,
    case: dict[str, Any],
    results: list[dict[str, Any]],
    judged: dict[str, dict[str, Any]],
    broken: str,
) -> Outcome:
    notes, judges, troubles = [f"read loosely: {one}" for one in case["loose"]], set(), []
    if not results:
        troubles.append(broken or "nothing was called")
    for result in results:
        verdict = judged.get(result["run"])
        if verdict is not None:
            judges.add("openapi-core" if verdict["openapi-core"] in {"right", "wrong"} else "own")
            troubles += [f"request: {one}" for one in verdict["own"]]
            if verdict["openapi-core"] == "wrong" and not case["loose"]:
                limit = core_limit(verdict["why"], case)
                (notes if limit else troubles).append(
                    f"openapi-core: {limit}: {verdict['why']}"[:500]
                )
        if "error" in result:
            troubles.append(f"{result['run']}: {result['error']}")
        elif verdict is not None and (lost := _lost(verdict["answer"], result.get("value"), case)):
            troubles.append(f"{result['run']}: answer {lost}")
    reason = "" if not troubles else _reason(case, troubles)
    return replace(
        own,
        reason=reason,
        why=" | ".join(dict.fromkeys(troubles))[:1500],
        judges=tuple(sorted(judges)),
        notes=tuple(dict.fromkeys(notes)),
        calls=len(results),
    )


def _reason(case: dict[str, Any], troubles: list[str]) -> str:
    if case["undrawn"] and any("drawn" in trouble or "argument" in trouble for trouble in troubles):
        return SAMPLER
    if case["shares_names"] and all("query" in trouble for trouble in troubles):
        return DOCUMENT
    if all(trouble.startswith("openapi-core") for trouble in troubles):
        return "openapi-core says otherwise"
    return OURS


# What openapi-core seems unable to do, though the document can: told from its message on requests that the other judge
# found right, and not proved from its source. There the other judge speaks alone, and the tables say how often.
LIMITS: tuple[tuple[str, str], ...] = (
    (r"\('deepObject', .*not available", "deepObject is plain objects alone to it"),
    (r"DeserializeError: \('\w+', ", "it does not take this style of an object apart"),
    (r"Failed to cast value to (object|array) type: ", "it does not read JSON in a parameter"),
    (r"Invalid query parameter: \w+ <- InvalidSchemaValue: Value \['\{", "nor in an item of one"),
    (
        r"Request body validation error: Value b['\"]|b['\"].*is not (of type|a) '",
        "files are no texts",
    ),
    (r"Value (true|false|\d+) not valid for schema of type", "it reads no number in a text"),
    (r"\"'[\d.]+' is not of type '(integer|number)'", "it reads no number in a part"),
    (r"Tried to write read-only property", "readOnly counts for parameters too"),
    (r"Invalid header parameter: (Content-Type|Accept|Authorization)", "these headers count too"),
    (
        r"^MissingRequiredParameter: Missing required path parameter",
        "it does not read label and matrix",
    ),
    (r"None for not nullable", "null is one of an enum, and no type allows it"),
)


def core_limit(why: str, case: dict[str, Any]) -> str:
    """The known limit of openapi-core that a verdict of it comes from; empty where it is none."""
    named = re.search(r"path parameter: (\w+)", why)
    if {"#", "?"} & set(case["path"]) or (named and f"{{{named[1]}}}" not in case["path"]):
        return "it found another path"
    if case["shares_names"]:
        return "members of two parameters share a name"
    return next((limit for pattern, limit in LIMITS if re.search(pattern, why, re.DOTALL)), "")


def _lost(answer: dict[str, Any], value: Any, case: dict[str, Any]) -> str:
    """Where what came out of the models differs from what was answered."""
    sent = answer["value"]
    if answer["kind"] == "empty" or answer["status"] in {204, 205} or case["method"] == "HEAD":
        return "" if value in (None, b"", "") else f"is empty, {value!r:.200} came out"
    if answer["kind"] == "text" and isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if answer["kind"] == "json" and isinstance(value, bytes):
        value = json.loads(value)
    if answer["kind"] == "bytes" and isinstance(value, str):
        value = value.encode("utf-8", "replace")
    return difference(sent, value)


def difference(sent: Any, came: Any, at: str = "") -> str:
    """The first place where two values of JSON differ; empty where they do not."""
    if isinstance(sent, dict) and isinstance(came, dict):
        for name in [*sent, *(key for key in came if key not in sent)]:
            if name not in came:
                return f"{at}/{name} is lost ({sent[name]!r:.100})"
            if name not in sent:
                return f"{at}/{name} was not sent ({came[name]!r:.100})"
            if found := difference(sent[name], came[name], f"{at}/{name}"):
                return found
        return ""
    if isinstance(sent, list) and isinstance(came, list) and len(sent) == len(came):
        pairs = enumerate(zip(sent, came, strict=True))
        return next((w for n, (a, b) in pairs if (w := difference(a, b, f"{at}/{n}"))), "")
    same_kind = isinstance(sent, bool) == isinstance(came, bool)
    if same_kind and (sent == came or same_moment(came, sent)):
        return ""
    return f"{at or '/'}: {came!r:.200} in place of {sent!r:.200}"
