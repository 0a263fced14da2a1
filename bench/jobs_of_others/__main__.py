"""Job APIs that others designed, run through their lives: `python -m bench.jobs_of_others DOCUMENTS`.

For each overlay the document of its name is woven with it, and each job that it declares is submitted, waited for,
failed, expired, given up, taken up again, cancelled and listed, sync and async, against the sandbox of the same
document and, where there is one, against a server that was written by hand. A second overlay makes the
clients poll more often.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.jobs_of_others.prose import heed_prose
from bench.jobs_of_others.tables import findings, table
from bench.running import run
from bench.sandboxes.environments import lend_texts
from bench.tables import write_between
from bench.wire.cases import Cases
from bench.wire.packing import packed

from specloom.pipeline import weave

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specloom.model.api import Api, Operation

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SUFFIX = ".overlay.yaml"
LIMIT = 600.0  # seconds for all jobs of a document
MOST_LINES = 25  # of an overlay
SEED = 7
OFTEN = """\
overlay: 1.0.0
info: {title: 'Polls as often as a test can wait for', version: 1.0.0}
actions: [{target: "$..['x-job','x-jobs']..poll", update: {interval: 0.02}}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A job that a document declares by now: its submit, and what can be asked of it."""

    name: str
    method: str
    path: str
    states: tuple[str, ...]
    cancels: bool
    lists: list[str] | None  # what listing takes from a submit's request; None where nothing lists
    has_files: bool
    key: str  # where a submit sends its idempotency key


@dataclass(slots=True, kw_only=True)
class Row:
    """One document: the lines of its overlay, its jobs, and what came of each try."""

    name: str
    lines: int
    jobs: list[Declared] = field(default_factory=list)
    tries: list[dict[str, Any]] = field(default_factory=list)
    trouble: str = ""
    why: str = ""  # it has no overlay


def main() -> int:
    """Try all, print the table; 1 if anything went wrong."""
    given = _arguments()
    home: Path = given.cache.absolute() / "jobs_of_others"
    home.mkdir(parents=True, exist_ok=True)
    lend_texts(home.parent)
    overlays = sorted(given.overlays.glob(f"*{SUFFIX}"))
    if given.only:
        overlays = [path for path in overlays if any(word in path.name for word in given.only)]
    rows = [_row(path, given.documents, home) for path in overlays]
    rows += _others(given.documents, given.overlays, given.only or [])
    rows.sort(key=lambda row: row.name)
    if not rows:
        sys.stderr.write(f"{given.overlays} holds no *{SUFFIX}\n")
        return 1
    text = table(rows)
    sys.stdout.write(f"{text}\n")
    told = list(findings(rows))
    sys.stdout.write("\n".join([f"{len(told)} findings", *told]) + "\n")
    if given.write:
        write_between(ROOT / "bench" / "README.md", "jobs-of-others", text)
    return 1 if told else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.jobs_of_others", description=__doc__)
    add = parser.add_argument
    add("documents", type=Path, help="the folder of the documents")
    add("--overlays", type=Path, default=ROOT / "tests" / "jobs", help="default: tests/jobs")
    add("--only", action="append", help="a part of a name; repeatable")
    add("--cache", type=Path, default=Path(".bench"))
    add("--write", action="store_true", help="put the table into bench/README.md")
    return parser.parse_args()


def _others(documents: Path, overlays: Path, only: list[str]) -> Iterator[Row]:
    """A row for each document without an overlay; the README beside the overlays says why it has none."""
    readme = overlays / "README.md"
    told = readme.read_text("utf-8").splitlines() if readme.is_file() else []
    for path in _documents(documents):
        name = path.stem
        is_wanted = not only or any(word in name for word in only)
        if not is_wanted or (overlays / f"{name}{SUFFIX}").is_file():
            continue
        why = next((line.partition(": ")[2] for line in told if f"`{name}`" in line), "")
        trouble = (
            "" if why else f"it has no overlay, and {overlays.name}/README.md does not say why"
        )
        yield Row(name=name, lines=0, why=why, trouble=trouble)


def _documents(folder: Path) -> list[Path]:
    """The documents of a folder, in which overlays may lie as well."""
    files = sorted(path for path in folder.glob("*.*") if path.is_file())
    return [path for path in files if path.suffix != ".md" and not path.name.endswith(SUFFIX)]


def _row(overlay: Path, documents: Path, cache: Path) -> Row:
    name = overlay.name.removesuffix(SUFFIX)
    row = Row(name=name, lines=len(overlay.read_text("utf-8").splitlines()))
    if row.lines > MOST_LINES:
        row.trouble = f"its overlay has {row.lines} lines, more than {MOST_LINES}; "
    found = [path for path in _documents(documents) if path.stem == name]
    home = cache / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    if not found:
        row.trouble += f"there is no {name}.* among the documents"
        return row
    often = home / "often.overlay.yaml"
    often.write_text(OFTEN, "utf-8")
    woven = weave(found[0], overlays=[overlay, often], package="api")
    if woven.api is None:
        row.trouble += f"it is not woven: {woven.findings}"
        return row
    for file in woven.files:
        path = home / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    row.jobs = [_declared(one) for one in _jobs(woven.api)]
    merged = home / "merged.json"
    merged.write_text(json.dumps(woven.documents.root.value), "utf-8")
    _write_cases(merged, row.jobs, home)
    _try(row, home)
    return row


def _jobs(api: Api) -> Iterator[Operation]:
    for resource in api.resources:
        yield from (one for one in resource.operations if one.job is not None)


def _declared(one: Operation) -> Declared:
    life = one.job
    assert life is not None
    states = {state for state, words in life.states.items() if words}
    return Declared(
        name=one.qualified,
        method=one.method,
        path=one.path,
        states=tuple(sorted(states | {rule.state for rule in life.rules})),
        cancels=life.cancel is not None,
        lists=None if life.listing is None else list(_asked(life.listing.step.parameters.values())),
        has_files=life.result is not None and bool(life.result.files),
        key="" if life.idempotency is None else next(_asked([life.idempotency.key]), ""),
    )


def _asked(sources: Iterable[Any]) -> Iterator[str]:
    """The names of what is taken from a submit's request."""
    for source in sources:
        if isinstance(source, str) and source.startswith("$request."):
            yield source.replace("/", ".").rpartition(".")[2]


def _write_cases(merged: Path, jobs: list[Declared], home: Path) -> None:
    """Draw arguments for the submits, by a hand that is not the sandbox's; what only prose says is kept."""
    wanted = {(job.method, job.path): job for job in jobs}
    with (home / "cases.jsonl").open("w", encoding="utf-8") as file:
        for case in Cases(merged, SEED).of({(job.method, job.path) for job in jobs}):
            job = wanted[case["method"], case["path"]]
            heed_prose(case, home.name)
            _leave_out(case, job.key)
            file.write(json.dumps(packed({**case, "job": asdict(job)})) + "\n")


def _leave_out(case: dict[str, Any], name: str) -> None:
    """No drawn idempotency key: the client makes a new one for each submit."""
    case["parameters"] = [one for one in case["parameters"] if one["name"] != name]
    for body in case["bodies"].values():
        if isinstance(body["value"], dict):
            body["value"].pop(name, None)


def _try(row: Row, home: Path) -> None:
    servers = ["sandbox", *(["by-hand"] if _by_hand(row.name) else [])]
    for server in servers:
        done = run(
            [sys.executable, "-P", HERE / "trying.py", home, server, row.name],
            folder=home,
            seconds=LIMIT,
            environment={"PYTHONPATH": os.pathsep.join((str(home / "client"), str(ROOT)))},
        )
        results = home / f"{server}.json"
        if done.code or not results.is_file():
            row.trouble += (
                f"{server}: {'it took too long' if done.timed_out else done.errors[-2000:]}"
            )
            continue
        row.tries += json.loads(results.read_text("utf-8"))


def _by_hand(name: str) -> bool:
    return (ROOT / "tests" / "jobs" / f"{module_of(name)}.py").is_file()


def module_of(name: str) -> str:
    """The module of the server that was written by hand for a document."""
    return f"{name.partition('__')[0]}_server"


if __name__ == "__main__":
    sys.exit(main())
