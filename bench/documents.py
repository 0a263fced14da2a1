"""What generators make of a folder of documents: `python -m bench.documents FOLDER [--peer]`.

Results are kept as lines of JSON, by the content of the document and of the generator, so that a run can be resumed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import checked, counted
from bench.running import run
from bench.tables import listed, tables, write_between

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
PEER = "openapi-python-client==0.29.1"
MAKING = ("checked.py", "importing.py", "running.py")
COUNTING = ("counted.py", "described.py", "reached.py", "annotations.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One document, one generator; the keys say what the results depend on."""

    generator: checked.Generator
    document: Path
    out: Path
    caches: Path
    made_key: str
    counted_key: str
    old: dict[str, Any]


def main() -> int:
    """Measure what is not known yet, print the tables."""
    given = _arguments()
    home: Path = given.cache.absolute()
    home.mkdir(parents=True, exist_ok=True)
    generator = checked.peer(peer_home(home)) if given.peer else checked.specloom(given.generator)
    documents = [
        path for path in given.documents.iterdir() if path.suffix in {".json", ".yaml", ".yml"}
    ]
    documents.sort(key=lambda path: path.stat().st_size)
    if given.only:
        documents = [path for path in documents if any(word in path.name for word in given.only)]
    rows = measure(generator, documents, home, jobs=given.jobs)
    rows.sort(key=lambda row: row["document"])
    others = [] if given.peer else known(home / "openapi-python-client.jsonl", documents)
    text = tables(generator.name, rows, others)
    copies = {row["counted"]["runtime"]: row["document"] for row in rows}
    for document in () if given.peer else sorted(copies.values()):
        seen = checked.runtime(generator, home / "out" / generator.name / document)
        text += f"\nThe runtime as copied for {document}: {seen}.\n"
    print(text)
    (home / f"{generator.name}.md").write_text(text, "utf-8")
    (home / f"{generator.name}.txt").write_text("\n".join(listed(rows)) + "\n", "utf-8")
    if given.list:
        print("\n".join(listed(rows)))
    if given.write:
        write_between(HERE / "README.md", generator.name, text)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.documents", description=__doc__)
    parser.add_argument("documents", type=Path, help="a folder of OpenAPI documents")
    parser.add_argument("--peer", action="store_true", help=f"measure {PEER} in place of specloom")
    parser.add_argument(
        "--generator", type=Path, default=Path("generator"), help="the generator's source"
    )
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where results are kept")
    parser.add_argument("--only", nargs="*", help="parts of the names of documents")
    parser.add_argument("--jobs", type=int, default=2, help="documents at a time")
    parser.add_argument("--list", action="store_true", help="print each finding too")
    parser.add_argument("--write", action="store_true", help="put the tables into bench/README.md")
    return parser.parse_args()


def peer_home(home: Path) -> Path:
    """The peer's own virtual environment, made where there is none."""
    folder = home / "peer"
    if not (folder / "bin" / "openapi-python-client").exists():
        commands: tuple[list[str | Path], ...] = (
            [sys.executable, "-m", "venv", folder],
            [folder / "bin" / "python", "-m", "pip", "install", "--quiet", PEER],
        )
        for command in commands:
            done = run(command, folder=home, seconds=600, environment={"PIP_CONSTRAINT": ""})
            if done.code:
                sys.exit(f"{PEER} cannot be installed: {done.errors}")
    return folder


def digest(paths: Iterable[Path]) -> str:
    """A hash of the content of files, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]


def known(kept: Path, documents: Iterable[Path] = ()) -> list[dict[str, Any]]:
    """The last result of each document, or of some documents, in a file of results."""
    lines = kept.read_text("utf-8").splitlines() if kept.is_file() else []
    found = {row["document"]: row for row in map(json.loads, lines)}
    names = {path.name for path in documents} or found.keys()
    return [row for name, row in sorted(found.items()) if name in names]


def measure(
    generator: checked.Generator, documents: list[Path], home: Path, *, jobs: int
) -> list[dict[str, Any]]:
    """The results of all documents, from what is kept where nothing has changed since; told as they come."""
    kept = home / f"{generator.name}.jsonl"
    old = {row["document"]: row for row in known(kept)}
    source = _source_of(generator)
    rows = []
    tasks = [_task(generator, path, home, source, old.get(path.name, {})) for path in documents]
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(jobs, mp_context=context) as pool,
        kept.open("a", encoding="utf-8") as file,
    ):
        waiting = []
        for task in tasks:
            if task.old.get("counted_key") == task.counted_key:
                rows.append(task.old)
            else:
                waiting.append(pool.submit(one, task))
        for number, future in enumerate(as_completed(waiting), 1):
            if (error := future.exception()) is not None:
                print(f"{number}/{len(waiting)} failed: {error!r}", file=sys.stderr)
                continue
            row = future.result()
            rows.append(row)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            print(
                f"{number}/{len(waiting)} {row['document']} {row['made']['seconds']} s",
                file=sys.stderr,
            )
    return rows


def _source_of(generator: checked.Generator) -> str:
    if generator.name != "specloom":
        return PEER
    tree = Path(generator.environment["PYTHONPATH"])
    kinds = {".py", ".jinja", ".json"}
    schema = [tree.parent / "spec" / "extensions.schema.json"]
    return digest([path for path in tree.rglob("*") if path.suffix in kinds] + schema)


def _task(
    generator: checked.Generator, document: Path, home: Path, source: str, old: dict[str, Any]
) -> Task:
    made_key = f"{source} {digest([document])} {digest(HERE / name for name in MAKING)}"
    return Task(
        generator=generator,
        document=document,
        out=home / "out" / generator.name / document.name,
        caches=home / "mypy" / generator.name,
        made_key=made_key,
        counted_key=f"{made_key} {digest(HERE / name for name in COUNTING)}",
        old=old,
    )


def one(task: Task) -> dict[str, Any]:
    """Everything about one document; what was made before and is still there is only counted again."""
    row: dict[str, Any] = {"document": task.document.name, "generator": task.generator.name}
    if task.old.get("made_key") == task.made_key and task.out.is_dir():
        row |= {key: task.old[key] for key in ("made", "checked")}
    else:
        row["made"] = checked.make(task.generator, task.document, task.out)
        cache = task.caches / multiprocessing.current_process().name
        row["checked"] = checked.check(task.generator, task.out, cache)
    prefix = "api."
    failed = row["checked"]["imports"]["failed"]
    broken = frozenset(name.removeprefix(prefix) for name in failed)
    row["counted"] = counted.count(task.generator, task.document, task.out, broken)
    if task.generator.name == "specloom":
        row["model"] = counted.model_of(task.generator, task.document, task.out.parent)
    row |= {"made_key": task.made_key, "counted_key": task.counted_key}
    return row


if __name__ == "__main__":
    sys.exit(main())
