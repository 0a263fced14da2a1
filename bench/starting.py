"""What a woven client costs before its first answer: `python -m bench.starting [DOCUMENT ...]`.

Each figure is of fresh processes, one of each kind in turn, so that what the machine does besides falls on all alike;
the ratio of two is that of their medians. The server is a process of its own on the loopback.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.tables import write_between

from specloom.pipeline import weave
from specloom.targets.client.constructors import needed_credentials
from specloom.targets.client.runtime.sandbox.samples import Sampler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation

ROOT = Path(__file__).parents[1]
RUNS = 7
TIMED = """
import sys, time
sys.path.insert(0, {path!r})
start = time.perf_counter()
{body}
seconds = time.perf_counter() - start
with open("/proc/self/statm") as statm:
    print(seconds, int(statm.read().split()[1]) * 4)
"""
BARE_IMPORT = "import httpx2, msgspec"
BARE_CALL = """
import httpx2
with httpx2.Client() as client:
    client.get({url!r}, headers={{"Authorization": "Bearer k"}}).json()
"""
CALL = """
from api import {client} as Client
with Client(base_url={url!r}, {keys}) as client:
    client.{call}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A woven client: where its package lies, its class, and two calls of it with their answers."""

    name: str
    path: Path
    client: str
    keys: str
    plain: tuple[str, Any]
    large: tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """The medians of a kind of process: seconds, and megabytes resident at its end."""

    seconds: float
    megabytes: float


def main() -> int:
    """Measure and print the table."""
    given = _arguments()
    cache = given.cache.absolute() / "starting"
    subjects = [_woven(path, cache) for path in given.documents]
    text = "\n".join(_table(subjects, cache))
    sys.stdout.write(f"{text}\n")
    if given.write:
        write_between(ROOT / "bench" / "README.md", "import", text)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.starting", description=__doc__)
    add = parser.add_argument
    add("documents", type=Path, nargs="*", default=[ROOT / "spec" / "wan26.yaml"])
    add("--cache", type=Path, default=Path(".bench"))
    add("--write", action="store_true", help="put the table into bench/README.md")
    return parser.parse_args()


def _woven(document: Path, cache: Path) -> Subject:
    """Weave a client and choose its calls: the GET with the smallest answer, and the one with the largest."""
    home = cache / document.stem
    shutil.rmtree(home, ignore_errors=True)
    woven = weave(document, package="api")
    if woven.api is None:
        raise SystemExit(woven.findings)
    for file in woven.files:
        path = home / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    api = woven.api
    calls = sorted(_readable(api), key=lambda one: _reach(api, one))
    return Subject(
        name=document.stem,
        path=home / "client",
        client=api.client_name,
        keys=", ".join(f"{keyword}='k'" for keyword in needed_credentials(api)),
        plain=_call(api, calls[0]),
        large=_call(api, calls[-1]),
    )


def _readable(api: Api) -> Iterator[Operation]:
    """The GETs that give JSON and need nothing but parts of their path."""
    for one in (one for resource in api.resources for one in resource.operations):
        needed = [argument for argument in one.signature.arguments if argument.required]
        is_plain = one.gives == "value" and one.job is None and one.server is None
        from_path = all(argument.place == "path" for argument in needed)
        if one.method == "GET" and is_plain and from_path and _schema(api, one) is not None:
            yield one


def _schema(api: Api, one: Operation) -> Any:
    return next(
        (api.answers["answers"][one.qualified].get(each.status) for each in one.successes), None
    )


def _reach(api: Api, one: Operation) -> int:
    """How many schemas an answer leads to."""
    seen: set[str] = set()
    waiting: list[Any] = [_schema(api, one)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                waiting.append(api.answers["$defs"].get(name))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return len(seen)


def _call(api: Api, one: Operation) -> tuple[str, Any]:
    arguments = ", ".join(f"{each.name}='1'" for each in one.signature.arguments if each.required)
    answer = Sampler(api.answers["$defs"], "bench").value(_schema(api, one))
    return f"{one.qualified}({arguments})", answer


@contextmanager
def _serving(answer: Any, cache: Path) -> Iterator[str]:
    """A server in a process of its own that answers everything alike."""
    body = cache / "answer.json"
    body.write_text(json.dumps(answer), "utf-8")
    command = [sys.executable, str(ROOT / "bench" / "answering.py"), str(body)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        if served.stdout is None:
            raise RuntimeError("the server says nothing")
        try:
            yield f"http://127.0.0.1:{int(served.stdout.readline())}"
        finally:
            served.terminate()


def _measured(bodies: dict[str, str], path: Path) -> dict[str, Figure]:
    """The medians of several kinds of process, run in turn."""
    told: dict[str, list[tuple[float, float]]] = {name: [] for name in bodies}
    for run in range(RUNS + 1):
        for name, body in bodies.items():
            code = TIMED.format(path=str(path), body=body)
            done = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            )
            seconds, kilobytes = map(float, done.stdout.split())
            if run:  # the first one compiles
                told[name].append((seconds, kilobytes / 1024))
    return {
        name: Figure(
            statistics.median(one[0] for one in runs), statistics.median(one[1] for one in runs)
        )
        for name, runs in told.items()
    }


def _table(subjects: list[Subject], cache: Path) -> Iterator[str]:
    yield "| client | import | first call | first answer of the largest model | resident after it |"
    yield "|---|--:|--:|--:|--:|"
    for one in subjects:
        imports = _measured({"bare": BARE_IMPORT, "own": "import api"}, one.path)
        plain, large = _calls(one, one.plain, cache), _calls(one, one.large, cache)
        more = 1000 * (large["own"].seconds - plain["own"].seconds)
        yield (
            f"| {one.name} | {_ratio(imports['own'].seconds, imports['bare'].seconds)} "
            f"| {_ratio(plain['own'].seconds, plain['bare'].seconds)} | {more:+.0f} ms "
            f"| {_ratio(large['own'].megabytes, large['bare'].megabytes)} |"
        )


def _calls(one: Subject, call: tuple[str, Any], cache: Path) -> dict[str, Figure]:
    with _serving(call[1], cache) as url:
        own = CALL.format(client=one.client, url=url, keys=one.keys, call=call[0])
        return _measured({"bare": BARE_CALL.format(url=f"{url}/x"), "own": own}, one.path)


def _ratio(own: float, bare: float) -> str:
    return f"{own / bare:.2f}"


if __name__ == "__main__":
    sys.exit(main())
