"""Two independent judges of the woven sandbox: `python -m bench.sandboxes DOCUMENTS... [--overlays FOLDER]`.

Schemathesis tries each operation of each document against the sandbox that is woven from it, with all its checks; and a
client that openapi-python-client weaves from the same document talks to it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.sandboxes import environments
from bench.sandboxes.declared import Declared
from bench.sandboxes.fuzzing import Fuzzed, fuzz
from bench.sandboxes.peer import Talked, talk
from bench.sandboxes.serving import UnservedError, served
from bench.sandboxes.tables import listed, table
from bench.sandboxes.woven import documents_of, lay_out
from bench.tables import write_between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.sandboxes.findings import Finding
    from bench.sandboxes.woven import Woven

ROOT = Path(__file__).parents[2]
JUDGES = ("schemathesis", "peer")


@dataclass(slots=True, kw_only=True)
class Row:
    """One document with what the judges say."""

    name: str
    operations: int = 0
    fuzzed: Fuzzed | None = None
    talked: Talked | None = None
    trouble: str = ""

    @property
    def findings(self) -> list[Finding]:
        """Those of both."""
        judges = (one for one in (self.fuzzed, self.talked) if one is not None)
        return [one for judge in judges for one in judge.findings]

    @property
    def troubles(self) -> list[str]:
        """What hindered the document or a judge."""
        judges = (one.trouble for one in (self.fuzzed, self.talked) if one is not None)
        return [one for one in (self.trouble, *judges) if one]

    @property
    def is_bad(self) -> bool:
        """Whether anything speaks against the sandbox; what the peer cannot weave does not."""
        broken = self.fuzzed is not None and bool(self.fuzzed.trouble)
        return bool(self.trouble) or broken or any(not one.excuse for one in self.findings)


def main() -> int:
    """Judge all, print the table; 1 if there is any finding against a sandbox."""
    given = _arguments()
    cache: Path = given.cache.absolute()
    cache.mkdir(parents=True, exist_ok=True)
    environments.lend_texts(cache)
    documents = list(documents_of(given.documents, given.only))
    woven = [lay_out(path, given.overlays, cache / "sandboxes") for path in documents]
    rows = []
    for one in woven:
        rows.append(_judged(one, cache, given))
        said = f"{len(rows)}/{len(woven)} {one.name}: {_summary(rows[-1])}"
        print(said, file=sys.stderr, flush=True)
    text = table(rows)
    told = "\n".join(listed(rows))
    (cache / "sandboxes.txt").write_text(f"{told}\n", "utf-8")
    print(text)
    print(told if given.list else f"each finding: {cache / 'sandboxes.txt'}")
    if given.write:
        write_between(ROOT / "bench" / "README.md", "sandboxes", text)
    return int(any(row.is_bad for row in rows) or not rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.sandboxes", description=__doc__)
    add = parser.add_argument
    add("documents", type=Path, nargs="+", help="OpenAPI documents, or folders of them")
    add("--overlays", type=Path, default=ROOT / "tests" / "jobs", help="default: tests/jobs")
    add("--only", nargs="*", help="parts of the names of documents")
    add("--judge", choices=JUDGES, help="one of them alone")
    add("--full", action="store_true", help="many more cases for each operation")
    add("--cache", type=Path, default=Path(".bench"), help="where judges and results are kept")
    add("--list", action="store_true", help="print each finding too")
    add("--write", action="store_true", help="put the table into bench/README.md")
    return parser.parse_args()


def _judged(woven: Woven, cache: Path, given: argparse.Namespace) -> Row:
    row = Row(name=woven.name, trouble=woven.trouble)
    if row.trouble:
        return row
    declared = Declared(woven.document)
    row.operations = len(declared.asking)
    home, log = woven.home, woven.home / "sandbox.txt"
    try:
        if given.judge != "schemathesis":
            with served(home, log) as url:
                venv = environments.peer(cache)
                row.talked = talk(venv, woven.document, url, home / "peer", declared)
        if given.judge != "peer":
            with served(home, log) as url:
                venv = environments.fuzzer(cache)
                into = home / "schemathesis"
                row.fuzzed = fuzz(venv, woven.document, url, into, declared, full=given.full)
    except UnservedError as error:
        row.trouble = f"the sandbox does not start: {error}"
    return row


def _summary(row: Row) -> str:
    return "; ".join(_said(row))


def _said(row: Row) -> Iterator[str]:
    excused = sum(bool(one.excuse) for one in row.findings)
    yield f"{len(row.findings) - excused} findings, {excused} excused"
    if row.fuzzed is not None:
        yield f"{row.fuzzed.cases} cases in {row.fuzzed.seconds:.0f} s"
    yield from (one.strip().splitlines()[-1][:200] for one in row.troubles)


if __name__ == "__main__":
    sys.exit(main())
