"""openapi-python-client against a sandbox: woven, called with drawn arguments, and held to the document."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.running import run
from bench.sandboxes.findings import Exchange, Finding, merged
from bench.sandboxes.verdicts import Verdict, judge
from bench.wire.cases import Cases
from bench.wire.packing import packed, unpacked

if TYPE_CHECKING:
    from bench.sandboxes.declared import Declared

ROOT = Path(__file__).parents[2]
LIMIT = 300.0  # seconds for weaving, and for all calls
SEED = 7
ORDER = {"POST": 0, "GET": 1, "HEAD": 1, "PUT": 2, "PATCH": 2, "DELETE": 3}


@dataclass(slots=True, kw_only=True)
class Talked:
    """What came of one document; `trouble` is what hindered the peer."""

    woven: int = 0
    called: int = 0
    well: int = 0
    unpassed: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    trouble: str = ""


def talk(venv: Path, document: Path, url: str, home: Path, declared: Declared) -> Talked:
    """Call each operation that the peer could weave."""
    made = Talked()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    made.trouble = _weave(venv, document, home)
    if made.trouble:
        return made
    cases = sorted(Cases(document, SEED).all(), key=_turn)
    told = {"security": _security(declared.request.written), "cases": packed(cases)}
    (home / "cases.json").write_text(json.dumps(told), "utf-8")
    done = run(
        [venv / "bin" / "python", "-m", "bench.sandboxes.talking", home, url],
        folder=home,
        seconds=LIMIT,
        environment={"PYTHONPATH": str(ROOT)},
    )
    results = home / "results.jsonl"
    if done.code or not results.is_file():
        late = f"its calls took longer than {LIMIT:.0f} s" if done.timed_out else ""
        made.trouble = late or f"it could not be called: {done.errors[-1500:]}"
    if results.is_file():
        lines = results.read_text("utf-8").splitlines()
        _count(made, [unpacked(json.loads(line)) for line in lines], cases, declared)
    return made


def _weave(venv: Path, document: Path, home: Path) -> str:
    """Weave its package; what hindered it."""
    out, plain = home / "api", home / "document.json"
    plain.write_text(json.dumps(_without_names(json.loads(document.read_text("utf-8")))), "utf-8")
    done = run(
        [
            *(venv / "bin" / "openapi-python-client", "generate", "--path", plain),
            *("--meta", "none", "--output-path", out),
        ],
        folder=home,
        seconds=LIMIT,
        environment={"PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"},
    )
    (home / "woven.txt").write_text(f"{done.out}\n{done.errors}", "utf-8")
    if not (out / "client.py").is_file():
        return f"it wove nothing: {(done.errors or done.out)[-600:]}"
    return ""


def _without_names(value: Any) -> Any:
    """The document without the names that extensions give to words, for which it has a form of its own."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if not key.startswith("x-enum-")}
        return {key: _without_names(item) for key, item in kept.items()}
    return [_without_names(item) for item in value] if isinstance(value, list) else value


def _turn(case: dict[str, Any]) -> tuple[int, int]:
    """What creates comes first, parents before children; what removes comes last, children first."""
    turn = ORDER.get(case["method"], 2)
    if turn == ORDER["DELETE"]:
        return turn, -case["path"].count("/")
    return turn, case["path"].count("{")


def _security(document: dict[str, Any]) -> list[dict[str, str]]:
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    return [
        {
            "kind": "basic" if told.get("scheme", "").lower() == "basic" else str(told.get("type")),
            "name": str(told.get("name", "")),
            "in": str(told.get("in", "header")),
        }
        for told in schemes.values()
    ]


def _count(
    made: Talked, results: list[dict[str, Any]], cases: list[dict[str, Any]], declared: Declared
) -> None:
    found: list[Finding] = []
    for result in results:
        case = cases[result["case"]]
        operation = f"{case['method']} {case['path']}"
        made.woven += result["outcome"] != "not woven"
        if result["outcome"] == "not passed":
            made.unpassed.append(f"{operation}: {result['error']}")
        if result["outcome"] != "called":
            continue
        if not result["exchange"]:
            made.unpassed.append(f"{operation}: nothing was sent: {result.get('error')}")
            continue
        made.called += 1
        exchange = _exchange(result["exchange"])
        verdict = judge(operation, case, result, exchange, declared)
        made.well += not verdict.reason
        if verdict.reason:
            found.append(_finding(operation, verdict, exchange))
    made.findings = merged(found)


def _finding(operation: str, verdict: Verdict, exchange: Exchange) -> Finding:
    return Finding(
        check=f"peer: {verdict.kind}",
        operation=operation,
        place=verdict.reason,
        reason=verdict.reason,
        excuse=verdict.excuse,
        exchange=exchange,
    )


def _exchange(told: dict[str, Any]) -> Exchange:
    return Exchange(
        method=told["method"],
        url=told["url"],
        headers=told["headers"],
        body=told["body"],
        status=told.get("status", 0),
        answer_type=told.get("answer_type", ""),
        answer=told.get("answer", b""),
    )
