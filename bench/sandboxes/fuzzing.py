"""Schemathesis against a sandbox: run in a virtual environment of its own, with all its checks, and read."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.running import run
from bench.sandboxes.excuses import Complaint, excuse_of
from bench.sandboxes.findings import Exchange, Finding, merged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.sandboxes.declared import Declared

LIMIT = 900.0  # seconds for a document, --full six times that
SEED = 1
CASES = 400  # of the fuzzing of a document, spread over its operations
FEWEST, MOST = 4, 60  # of an operation
FULL = 200
LARGE, BUDGET = 60, 180  # so many operations share so many seconds among the phases
KEY = "sandbox"
COMPONENT = re.compile(r"Invalid components?:\s*")
LONG = 220  # characters of a reason


@dataclass(slots=True, kw_only=True)
class Fuzzed:
    """What came of one document; `trouble` is what hindered Schemathesis."""

    operations: int = 0
    tested: int = 0
    cases: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    trouble: str = ""


def fuzz(
    venv: Path, document: Path, url: str, home: Path, declared: Declared, *, full: bool
) -> Fuzzed:
    """Run all phases with all checks; findings are told once for each operation and reason."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "schemathesis.toml").write_text(_settings(declared.request.written), "utf-8")
    events = home / "events.ndjson"
    events.unlink(missing_ok=True)
    words = _words(document, url, events, len(declared.asking), full=full)
    done = run(
        [venv / "bin" / "schemathesis", *words],
        folder=home,
        seconds=LIMIT * (6 if full else 1),
    )
    (home / "said.txt").write_text(f"{done.out}\n{done.errors}", "utf-8")
    made = Fuzzed(operations=len(declared.asking), seconds=done.seconds)
    if events.is_file():
        _read(events, declared, made)
    if done.timed_out:
        made.trouble = f"Schemathesis did not end within {LIMIT:.0f} s"
    elif done.code not in (0, 1):
        made.trouble = f"Schemathesis broke: {(done.errors or done.out)[-1500:]}"
    elif not made.cases:
        made.trouble = f"Schemathesis tried nothing: {done.out[-1500:]}"
    return made


def _words(document: Path, url: str, events: Path, operations: int, *, full: bool) -> list[str]:
    count = FULL if full else max(FEWEST, min(MOST, CASES // max(operations, 1)))
    given: dict[str, Any] = {
        "url": url,
        "seed": SEED,
        "max-examples": count,
        "checks": "all",
        "phases": "examples,coverage,fuzzing,stateful",
        "report": "ndjson",
        "report-ndjson-path": events,
        "generation-database": "none",
        "output-sanitize": "false",
        "generation-with-security-parameters": "false",  # ours is valid, drawn ones are taken too
        "suppress-health-check": "all",
        "request-timeout": 20,
        "request-retries": 1,  # a connection that was idle too long
    }
    if operations > LARGE and not full:
        given["max-time"] = BUDGET
    words = [f"--{name}={value}" for name, value in given.items()]
    return ["run", str(document), *words, "--continue-on-failure", "--no-shrink", "--no-color"]


def _settings(document: dict[str, Any]) -> str:
    """A key for each security scheme, as its configuration file has it."""
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    lines, is_token = [], False
    for name, told in schemes.items():
        kind, scheme = told.get("type"), str(told.get("scheme", "")).lower()
        place = f"[auth.openapi.{json.dumps(name)}]"
        if kind == "apiKey":
            lines += [place, f'api_key = "{KEY}"']
        elif kind == "http" and scheme == "basic":
            lines += [place, f'username = "{KEY}"', f'password = "{KEY}"']
        elif kind == "http" and scheme == "bearer":
            lines += [place, f'bearer = "{KEY}"']
        else:
            is_token = True
    head = f'headers = {{ Authorization = "Bearer {KEY}" }}\n' if is_token else ""
    return head + "\n".join(["[cache]", "enabled = false", *lines]) + "\n"


def _read(events: Path, declared: Declared, made: Fuzzed) -> None:
    found: list[Finding] = []
    tested = set()
    with events.open(encoding="utf-8") as lines:
        for line in lines:
            event = _event(line)
            recorder = event.get("ScenarioFinished", {}).get("recorder", {})
            cases = recorder.get("cases", {})
            made.cases += len(recorder.get("interactions", {}))
            tested |= {f"{c['value']['method']} {c['value']['path']}" for c in cases.values()}
            found += _failures(recorder, declared)
            if "NonFatalError" in event:
                found.append(_error(event["NonFatalError"]))
    made.tested = len(tested & declared.asking.keys())
    made.findings = merged(found)


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:  # the last line of a run that was ended
        return {}
    return event if isinstance(event, dict) else {}


def _error(told: dict[str, Any]) -> Finding:
    """What Schemathesis could not do, such as drawing what a schema asks for."""
    text = " ".join(json.dumps(told.get("value", told)).split())[:LONG]
    return Finding(
        check="not tested", operation=str(told.get("label", "")), place=text[:80], reason=text
    )


def _failures(recorder: dict[str, Any], declared: Declared) -> Iterator[Finding]:
    for case, checks in recorder.get("checks", {}).items():
        for check in checks:
            told = (check.get("failure_info") or {}).get("failure")
            if not told:
                continue
            exchange = _exchange(recorder.get("interactions", {}).get(case))
            operation = str(told.get("operation") or recorder.get("label"))
            place, reason = _said(told, exchange)
            yield Finding(
                check=check["name"],
                operation=operation,
                place=place,
                reason=reason,
                excuse=excuse_of(Complaint(check["name"], operation, reason, exchange, declared)),
                exchange=exchange,
            )


def _said(told: dict[str, Any], exchange: Exchange) -> tuple[str, str]:
    """What makes a failure the same as others, and its reason in a line."""
    title, message = told["title"], str(told.get("message", ""))
    if told["type"] == "IgnoredAuth":
        return title, f"{exchange.status}: {title}"
    if told["type"] == "RejectedPositiveData":
        return title, f"{exchange.status}: {title}"
    if told["type"] == "AcceptedNegativeData":
        wrong = COMPONENT.split(message)[-1]
        return wrong, f"{' '.join(wrong.split())[:LONG]}"
    text = " ".join(f"{title}: {message}".split())[:LONG]
    if told["type"] == "JsonSchemaError":
        places = [line for line in message.splitlines() if line.startswith("Schema at ")]
        text = f"{exchange.status}: {message.splitlines()[0][:LONG]} ({' '.join(places)})"
        return f"{exchange.status} {' '.join(places)}", text
    return text, text


def _exchange(interaction: dict[str, Any] | None) -> Exchange:
    if not interaction:
        return Exchange(method="?", url="?", headers={}, body=b"")
    request, answer = interaction["request"], interaction.get("response") or {}
    kinds = answer.get("headers", {}).get("content-type", [""])
    return Exchange(
        method=request["method"],
        url=request["uri"],
        headers={name.lower(): ", ".join(told) for name, told in request["headers"].items()},
        body=_bytes(request.get("body")),
        status=answer.get("status_code", 0),
        answer_type=kinds[0],
        answer=_bytes(answer.get("content")),
    )


def _bytes(told: Any) -> bytes:
    return base64.b64decode(told["$base64"]) if isinstance(told, dict) else b""
