"""Whether what goes over the wire is right, both ways: `python -m bench.wire FOLDER [--full] [--seed N]`.

For a sample of the operations of all documents: arguments drawn from the schemas go through the woven client to a
server whose judgement is not ours, and a drawn answer comes back through the models and out again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.described import describe
from bench.documents import digest
from bench.running import run
from bench.tables import write_between
from bench.wire.outcomes import Outcome, outcomes
from bench.wire.tables import exception_rows, exceptions, table

HERE = Path(__file__).parent
JUDGE = ("openapi-core==0.23.1", "rstr==3.2.2")
LIMIT = 600.0  # seconds for each step of a document
Call = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One document with the operations that are tried."""

    document: Path
    calls: list[Call]
    seed: int
    home: Path
    generator: Path
    source: str


def main() -> int:
    """Try the sample, print the tables."""
    given = _arguments()
    home: Path = given.cache.absolute() / "wire"
    home.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    _judge_home(home)
    generator, source = _snapshot(given.generator, home)
    documents = sorted(
        path for path in given.documents.iterdir() if path.suffix in {".json", ".yaml", ".yml"}
    )
    if given.only:
        documents = [path for path in documents if any(word in path.name for word in given.only)]
    counted = _counted(documents, home)
    chosen = _sample(counted, None if given.full else given.sample, given.seed)
    tasks = [
        Task(
            document=path,
            calls=chosen[path.name],
            seed=given.seed,
            home=home,
            generator=generator,
            source=source,
        )
        for path in sorted(documents, key=lambda path: -len(chosen.get(path.name, ())))
        if chosen.get(path.name)
    ]
    with ThreadPoolExecutor(given.jobs) as pool:
        found = [one for some in pool.map(_tried, tasks) for one in some]
    taken = time.monotonic() - start
    text = table(found, total=sum(map(len, counted.values())), seconds=taken, seed=given.seed)
    (home.parent / "wire.md").write_text(f"{text}\n{exceptions(found)}", "utf-8")
    print(text)
    print(f"each exception: {home.parent / 'wire.md'}")
    if given.write:
        write_between(HERE.parent / "README.md", "wire", text + exception_rows(found))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.wire", description=__doc__)
    parser.add_argument("documents", type=Path, help="a folder of OpenAPI documents")
    parser.add_argument("--full", action="store_true", help="all operations")
    parser.add_argument("--sample", type=int, default=1000, help="how many operations otherwise")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the sample and of all that is drawn"
    )
    parser.add_argument(
        "--generator", type=Path, default=Path("generator"), help="the generator's source"
    )
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where results are kept")
    parser.add_argument("--only", nargs="*", help="parts of the names of documents")
    parser.add_argument("--jobs", type=int, default=2, help="documents at a time")
    parser.add_argument("--write", action="store_true", help="put the table into bench/README.md")
    return parser.parse_args()


def _judge_home(home: Path) -> None:
    """The judge's own virtual environment, made where there is none."""
    folder = _judge_folder(home)
    ready = folder / "-".join(JUDGE)
    if ready.exists():
        return
    python = folder / "bin" / "python"
    commands: tuple[list[str | Path], ...] = (
        [sys.executable, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--quiet", *JUDGE],
    )
    for command in commands:
        done = run(command, folder=home, seconds=LIMIT, environment={"PIP_CONSTRAINT": ""})
        if done.code:
            sys.exit(f"{' '.join(JUDGE)} cannot be installed: {done.errors}")
    ready.touch()


def _judge_folder(home: Path) -> Path:
    return home.parent / "judge-venv"


def _snapshot(generator: Path, home: Path) -> tuple[Path, str]:
    """A copy of the generator, so that a change in the middle of a run changes nothing; and its hash."""
    kinds = {".py", ".jinja", ".json"}
    schema = generator.parent / "spec" / "extensions.schema.json"
    sources = [path for path in generator.rglob("*") if path.suffix in kinds]
    source = digest([*sources, schema, HERE / "weaving.py"])
    copy = home / "source" / source
    if not copy.exists():
        shutil.rmtree(home / "source", ignore_errors=True)
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(generator, copy / "generator", ignore=skipped)
        (copy / "spec").mkdir()
        shutil.copy(schema, copy / "spec")
    return copy / "generator", source


def _counted(documents: list[Path], home: Path) -> dict[str, list[Call]]:
    """The operations of each document, from what is kept where it has not changed."""
    kept = home / "operations.json"
    known = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
    made = {}
    for path in documents:
        key = f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
        made[key] = known.get(key) or describe(path).operations
    kept.write_text(json.dumps({**known, **made}), "utf-8")
    return {key.split()[0]: [(call[0], call[1]) for call in calls] for key, calls in made.items()}


def _sample(counted: dict[str, list[Call]], size: int | None, seed: int) -> dict[str, list[Call]]:
    every = [(name, call) for name, calls in counted.items() for call in calls]
    if size is not None and size < len(every):
        every = random.Random(seed).sample(every, size)
    chosen: dict[str, list[Call]] = {}
    for name, call in every:
        chosen.setdefault(name, []).append(call)
    return chosen


def _tried(task: Task) -> list[Outcome]:
    """What became of the operations of one document."""
    name = task.document.name
    folder = task.home / "runs" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    client = task.home / "clients" / name
    why = _woven(task, client)
    if not why:
        why = _called(task, client, folder)
    found = outcomes(name, task.calls, folder, why)
    bad = sum(not one.good for one in found)
    print(f"{name}: {len(found) - bad} of {len(found)}", file=sys.stderr, flush=True)
    return found


def _woven(task: Task, out: Path) -> str:
    """Weave where nothing woven is there; what hindered it."""
    key = f"{task.source} {digest([task.document])}"
    mark = out / "key"
    if mark.is_file() and mark.read_text("utf-8") == key:
        return ""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    done = run(
        [sys.executable, HERE / "weaving.py", task.document.resolve(), out],
        folder=out,
        seconds=LIMIT,
        environment={"PYTHONPATH": str(task.generator)},
    )
    if done.code:
        return f"not woven: {done.errors[-600:]}"
    mark.write_text(key, "utf-8")
    return ""


def _called(task: Task, client: Path, folder: Path) -> str:
    """Judge and user meet; what hindered them."""
    told = {"seed": task.seed, "calls": task.calls}
    (folder / "calls.json").write_text(json.dumps(told), "utf-8")
    python = _judge_folder(task.home) / "bin" / "python"
    command = [python, "-m", "bench.wire.judge", task.document.resolve(), folder]
    with (folder / "judge.txt").open("w", encoding="utf-8") as errors:
        judge = subprocess.Popen(
            [str(word) for word in command],
            cwd=HERE.parents[1],
            env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        with judge:
            port = judge.stdout.readline().strip() if judge.stdout else ""
            if not port:
                said = (folder / "judge.txt").read_text("utf-8")
                return f"the judge could not begin: {said[-600:]}"
            done = run(
                [sys.executable, HERE / "calling.py", client / "client", folder, port],
                folder=folder,
                seconds=LIMIT,
            )
            judge.terminate()
    (folder / "user.txt").write_text(done.errors, "utf-8")
    return f"the client broke: {done.errors[-600:]}" if done.code else ""


if __name__ == "__main__":
    sys.exit(main())
