"""How long weaving takes: `python -m bench.speed [FOLDER]`, a folder of OpenAPI documents.

Every figure is of fresh processes, those that are compared in turn, so that what the machine does besides falls on all
alike. Seconds are the clock's; beside them stand those of a processor, of all processes of a run together.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import checked
from bench.documents import PEER, peer_home
from bench.joined import joined, value_of
from bench.running import Done, run
from bench.tables import write_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).parents[1]
KITCHEN_SINK = ROOT / "tests" / "golden" / "kitchen_sink" / "document.yaml"
LIMIT = 900.0
# A line that describes something and may begin with one more word.
TEXT = re.compile(r"(\s*\"?(?:description|summary)\"?: \"?)(?=[A-Z]\w* [^:]*\.(?:\",?)?$)")
# Prints the memory of the generator and that of the validator beside it, in MB.
WRAPPED = """
import resource, sys
from specloom.cli import main
code = main(sys.argv[1:])
kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
print("peak", *(resource.getrusage(kind).ru_maxrss // 1024 for kind in kinds))
print("yaml" if "yaml" in sys.modules else "no yaml")
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians: seconds, seconds of a processor, and what the last run printed."""

    seconds: float
    cpu: float
    said: str


@dataclass(frozen=True, slots=True)
class Bench:
    """Where everything lies, and how often each kind of process runs."""

    home: Path
    runs: int

    def specloom(self, *words: str | Path, cache: str = "") -> Callable[[], Done]:
        """A run of specloom, which keeps nothing for the next one unless it is given a folder for that."""
        caching = [] if cache or words[0] == "validate" else ["--no-cache"]
        command = [sys.executable, "-c", WRAPPED, *words, *caching]
        environment = {"XDG_CACHE_HOME": str(self.home / (cache or "cache"))}
        return lambda: _done(run(command, folder=self.home, seconds=LIMIT, environment=environment))

    def cold(self, document: Path) -> Callable[[], Done]:
        """A run of specloom into an empty folder."""
        out = self.home / "out"
        generate = self.specloom("generate", document, "--package", "api", "--out", out)

        def cleared() -> Done:
            shutil.rmtree(out, ignore_errors=True)
            return generate()

        return cleared

    def measured(self, **kinds: Callable[[], Done]) -> dict[str, Figure]:
        """The medians of several kinds of process, run in turn."""
        told: dict[str, list[Done]] = {name: [] for name in kinds}
        for _ in range(self.runs):
            for name, once in kinds.items():
                told[name].append(once())
        return {
            name: Figure(
                statistics.median(one.seconds for one in runs),
                statistics.median(one.cpu for one in runs),
                runs[-1].out,
            )
            for name, runs in told.items()
        }


def _done(done: Done) -> Done:
    if done.code:
        raise SystemExit(f"a run ended with {done.code}: {done.errors[-2000:]}")
    return done


def main() -> int:
    """Measure and print the table."""
    given = _arguments()
    home = given.cache.absolute() / "speed"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    bench = Bench(home, given.runs)
    text = "\n".join(_table(bench, given)) + "\n"
    sys.stdout.write(text)
    if given.write:
        write_between(ROOT / "bench" / "README.md", "speed", text)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    add = parser.add_argument
    add("documents", type=Path, nargs="?", help="a folder of documents; else the kitchen sink")
    add("--large", nargs="*", default=["digitalocean", "stripe"], help="parts of names")
    add("--runs", type=int, default=5, help="of each kind, in turn")
    add("--operations", type=int, nargs="*", default=[3000, 6000, 12000], help="joined")
    add("--cache", type=Path, default=Path(".bench"))
    add("--write", action="store_true", help="put the table into bench/README.md")
    return parser.parse_args()


def _table(bench: Bench, given: argparse.Namespace) -> Iterator[str]:
    lying = sorted(given.documents.iterdir()) if given.documents else [KITCHEN_SINK]
    found = [one for word in given.large for one in lying if word in one.name] or [KITCHEN_SINK]
    yield f"Python {sys.version.split()[0]}, medians of {bench.runs}; seconds, and those of a processor in brackets."
    yield ""
    yield "| document | what | specloom | beside | ratio |"
    yield "|---|---|--:|--:|--:|"
    for number, document in enumerate(found):
        yield from _of(bench, document.resolve(), with_peer=not number)
    yield from _unchanged(bench, ROOT / "spec" / "wan26.yaml")
    yield from _as_json(bench, found[0].resolve())
    parts = [
        one for one in lying if one.suffix in {".json", ".yaml"} and one.stat().st_size > 100_000
    ]
    if given.operations:
        yield from _grown(bench, parts or [KITCHEN_SINK], given.operations)


def _of(bench: Bench, document: Path, *, with_peer: bool) -> Iterator[str]:
    """A large document: woven cold, beside reading and validating and beside the peer; and again."""
    kinds = {"validated": bench.specloom("validate", document), "cold": bench.cold(document)}
    if with_peer:
        kinds["peer"] = _peer(bench, document)
    found = bench.measured(**kinds)
    cold, validated = found["cold"], found["validated"]
    name, label = document.name, "woven cold; beside reading and validating"
    yield _row(name, label, cold, validated)
    if with_peer:
        yield _row(name, f"woven cold; beside {PEER}", cold, found["peer"])
    yield _row(name, f"what black would change of it: {_changed_by_black(bench.home / 'out')}")
    main, beside = (int(word) for word in cold.said.partition("peak ")[2].split()[:2])
    yield _row(name, f"peak memory: {main} MB, and {beside} MB of the validator beside it")
    yield from _again(bench, document)


def _peer(bench: Bench, document: Path) -> Callable[[], Done]:
    generator = checked.peer(peer_home(bench.home.parent))
    out = bench.home / "peer-out"

    def made() -> Done:
        shutil.rmtree(out, ignore_errors=True)
        (out / "client").mkdir(parents=True)
        words = [word.format(document=document, out=out) for word in generator.command]
        return run(words, folder=bench.home, seconds=LIMIT, environment=generator.environment)

    return made


def _changed_by_black(out: Path) -> str:
    words = [sys.executable, "-m", "black", "--check", "--quiet", "--line-length", "100"]
    done = subprocess.run([*words, "--force-exclude", "/_runtime/", out], check=False)
    return "nothing" if done.returncode == 0 else "something"


def _again(bench: Bench, document: Path) -> Iterator[str]:
    """After one changed line: what it takes beyond reading and validating, of what weaving cold takes beyond them."""
    changed, lines = bench.home / document.name, document.read_text("utf-8").split("\n")
    out, drawn = bench.home / "again", random.Random(26)
    generate = ("generate", changed, "--package", "api", "--out", out)
    texts = [at for at, line in enumerate(lines) if TEXT.match(line)]

    def edited() -> Done:
        at = drawn.choice(texts)
        lines[at] = TEXT.sub(r"\1Now ", lines[at], count=1)
        changed.write_text("\n".join(lines), "utf-8")
        return bench.specloom(*generate, cache="kept")()

    def repeated() -> Done:
        return bench.specloom(*generate, cache="kept")()

    changed.write_text("\n".join(lines), "utf-8")
    shutil.rmtree(out, ignore_errors=True)
    repeated()
    found = bench.measured(
        cold=bench.cold(document),
        validated=bench.specloom("validate", document),
        again=edited,
        same=repeated,
    )
    cold, validated, again = found["cold"], found["validated"], found["again"]
    yield _row(document.name, "again after one changed line; beside cold", again, cold)
    shares = [
        (getattr(again, key) - getattr(validated, key))
        / max(getattr(cold, key) - getattr(validated, key), 0.01)
        for key in ("seconds", "cpu")
    ]
    told = f"again, beyond reading and validating, of what cold takes beyond it: {shares[0]:.2f} ({shares[1]:.2f})"
    yield _row(document.name, told)
    yield _row(document.name, "again with nothing changed; beside cold", found["same"], cold)


def _unchanged(bench: Bench, document: Path) -> Iterator[str]:
    out = bench.home / "unchanged"
    again = bench.specloom("generate", document, "--out", out, cache="unchanged")
    again()
    found = bench.measured(same=again, cold=bench.cold(document))
    yield _row(
        document.name, "again with nothing changed; beside cold", found["same"], found["cold"]
    )


def _as_json(bench: Bench, document: Path) -> Iterator[str]:
    """The same document in both forms."""
    told = json.dumps(value_of(document), indent=2)
    forms = {"json": bench.home / "same.json", "yaml": bench.home / "same.yaml"}
    for path in forms.values():
        path.write_text(told if path.suffix == ".json" else document.read_text("utf-8"), "utf-8")
    found = bench.measured(
        **{name: bench.specloom("validate", path) for name, path in forms.items()}
    )
    label = "read and validated as JSON; beside the same as YAML"
    loaded = (
        "no YAML reader is loaded" if "no yaml" in found["json"].said else "a YAML reader is loaded"
    )
    yield _row(document.name, f"{label} ({loaded})", found["json"], found["yaml"])


def _grown(bench: Bench, documents: Sequence[Path], sizes: Sequence[int]) -> Iterator[str]:
    """More and more operations: the time that each takes must not grow with their number."""
    firsts: tuple[float, float] | None = None
    few = Bench(bench.home, min(bench.runs, 3))
    for size in sizes:
        text, count = joined(documents, size)
        path = bench.home / f"joined_{size}.json"
        path.write_text(text, "utf-8")
        cold = few.measured(cold=few.cold(path))["cold"]
        each = (1000 * cold.seconds / count, 1000 * cold.cpu / count)
        firsts = firsts or each
        main = int(cold.said.partition("peak ")[2].split()[0])
        told = (
            f"woven cold, medians of {few.runs}: {each[0]:.1f} ms ({each[1]:.1f}) each, {main} MB"
        )
        ratio = f"{each[0] / firsts[0]:.2f} ({each[1] / firsts[1]:.2f})"
        yield f"| {count:,} operations joined | {told} | {_told(cold)} | | {ratio} |"


def _row(name: str, what: str, own: Figure | None = None, other: Figure | None = None) -> str:
    if own is None or other is None:
        return f"| {name} | {what} | | | |"
    ratio = f"{own.seconds / other.seconds:.2f} ({own.cpu / max(other.cpu, 0.01):.2f})"
    return f"| {name} | {what} | {_told(own)} | {_told(other)} | {ratio} |"


def _told(figure: Figure) -> str:
    return f"{figure.seconds:.2f} ({figure.cpu:.2f})"


if __name__ == "__main__":
    sys.exit(main())
