"""One document through one generator: weave, compile, import, mypy, pyright, formatter, ruff; JSON values."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.running import Done, run

__all__ = ["LIMIT", "Generator", "check", "make", "peer", "runtime", "specloom"]

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BIN = Path(sys.executable).parent
HERE = Path(__file__).parent
LIMIT = 300.0  # seconds for each step
PEER_OPTIONS = ("--meta", "none", "--output-path", "{out}/client/api")
FINDING = re.compile(r"(?m)^(?:.*/)?(\S+:\d+:\d+): (?:warning|error)\[([\w-]+)\]: (.*)$")
# What the generator says where a document asks for more than it writes.
FALLBACKS = frozenset(("fallback", "unknown-type", "endless-schema", "untyped-body"))
PYRIGHT = {"pythonVersion": "3.11", "typeCheckingMode": "standard", "include": ["api"]}


@dataclass(frozen=True, slots=True)
class Generator:
    """How a generator is run; `python` has what its clients depend on.

    Attributes:
        name: As tables have it.
        command: Words before the document; `{document}` and `{out}` are filled in.
        package: The woven package, below the output folder.
        formatter: Says with 0 that it would change nothing.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    python: Path
    package: str
    formatter: tuple[str, ...]


def specloom(tree: Path) -> Generator:
    """Our own generator, of a source tree; the virtual environment is this one."""
    return Generator(
        "specloom",
        (
            sys.executable,
            "-m",
            "specloom",
            "generate",
            "{document}",
            "--out",
            "{out}",
            "--package",
            "api",
            "--no-cache",
        ),
        {"PYTHONPATH": str(tree.resolve())},
        Path(sys.executable),
        "client/api",
        (str(BIN / "black"), "--check", "--quiet", "--force-exclude", "/_runtime/", "{package}"),
    )


def peer(folder: Path) -> Generator:
    """openapi-python-client, with its own defaults, in a virtual environment of its own."""
    home = folder.absolute() / "bin"
    return Generator(
        "openapi-python-client",
        (str(home / "openapi-python-client"), "generate", "--path", "{document}", *PEER_OPTIONS),
        {"PATH": f"{home}:/usr/bin:/bin"},
        home / "python",
        "client/api",
        (
            str(BIN / "ruff"),
            "format",
            "--check",
            "--quiet",
            "--no-cache",
            "--line-length",
            "120",
            "{package}",
        ),
    )


def make(generator: Generator, document: Path, out: Path) -> dict[str, Any]:
    """Generate into a fresh folder."""
    shutil.rmtree(out, ignore_errors=True)
    (out / "client").mkdir(parents=True)
    if generator.name == "specloom":
        shutil.rmtree(out)
    words = [word.format(document=document.resolve(), out=out) for word in generator.command]
    done = run(words, folder=out.parent, seconds=LIMIT, environment=generator.environment)
    told = FINDING.findall(done.errors)
    return {
        "exit": done.code,
        "timed_out": done.timed_out,
        "seconds": round(done.seconds, 2),
        "cpu": round(done.cpu, 2),
        "peak": round(done.peak),
        "codes": dict(sorted(Counter(code for _, code, _ in told).items())),
        "fallbacks": [f"{at} {code}: {why}" for at, code, why in told if code in FALLBACKS],
        "said": (done.errors or done.out)[-3000:],
    }


def check(generator: Generator, out: Path, cache: Path) -> dict[str, Any]:
    """Compile, import and check a package, its copied runtime aside, which is checked once (`runtime`)."""
    package = out / generator.package
    found: dict[str, Any] = {}
    imported = run(
        [generator.python, HERE / "importing.py", package.parent, package.name],
        folder=package.parent,
        seconds=LIMIT,
    )
    try:
        found["imports"] = json.loads(imported.out)
    except ValueError:
        found["imports"] = {"failed": {"": _why(imported)}, "uncompiled": [], "modules": 0}
    found["mypy"] = _mypy(generator, package, cache)
    found["pyright"] = _pyright(generator, package)
    words = [word.format(package=package) for word in generator.formatter]
    formatted = run(words, folder=package.parent, seconds=LIMIT)
    found["formatted"] = formatted.code == 0 or _why(formatted)
    found["ruff"] = _ruff(generator, package)
    return found


def _why(done: Done) -> str:
    return "no end" if done.timed_out else f"exit {done.code}: {(done.errors or done.out)[-2000:]}"


def _mypy(generator: Generator, package: Path, cache: Path) -> list[str] | str:
    options = ["--strict", "--config-file", "", "--no-error-summary", "--hide-error-context"]
    options += ["--no-pretty", "--python-executable", str(generator.python)]
    done = run(
        [BIN / "mypy", *options, "--cache-dir", cache, "-p", package.name],
        folder=package.parent,
        seconds=LIMIT,
    )
    if done.timed_out or done.code not in {0, 1}:
        return _why(done)
    return [line for line in done.out.splitlines() if ": error:" in line]


def _pyright(generator: Generator, package: Path) -> list[str] | str:
    settings = package.parent / "pyrightconfig.json"
    settings.write_text(json.dumps({**PYRIGHT, "exclude": ["**/_runtime"]}))
    done = run(
        [BIN / "pyright", "--outputjson", "--pythonpath", generator.python, "-p", settings],
        folder=package.parent,
        seconds=LIMIT,
        environment={
            "NODE_OPTIONS": "--max-old-space-size=6144",
            "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        },
    )
    settings.unlink()
    try:
        told = json.loads(done.out)["generalDiagnostics"]
    except (ValueError, KeyError):
        return _why(done)
    return [
        f"{Path(one['file']).relative_to(package.resolve())}:{_line(one)}: {one['severity']}: {one['message']}"
        for one in told
        if one["severity"] != "information"
    ]


def _line(finding: dict[str, Any]) -> int:
    """Of a finding about a whole file, the first."""
    return int(finding.get("range", {}).get("start", {}).get("line", 0)) + 1


def _ruff(generator: Generator, package: Path) -> list[str] | str:
    options: Sequence[str] = ("--no-cache", "--quiet", "--output-format", "concise")
    if generator.name != "specloom":  # the settings that it writes beside a package, if asked to
        options = (*options, "--isolated", "--line-length", "120", "--select", "F,I,UP")
    done = run([BIN / "ruff", "check", *options, "."], folder=package.parent, seconds=LIMIT)
    if done.timed_out or done.code not in {0, 1}:
        return _why(done)
    return done.out.splitlines()


def runtime(generator: Generator, out: Path) -> str:
    """What pyright and black find in the runtime that all woven packages hold a copy of, in words."""
    package = out / generator.package
    settings = package.parent / "pyrightconfig.json"
    settings.write_text(json.dumps({**PYRIGHT, "include": ["api/_runtime"]}))
    command: list[str | Path] = [BIN / "pyright", "-p", settings, "--outputjson"]
    command += ["--pythonpath", generator.python]
    pyright = run(command, folder=package.parent, seconds=LIMIT)
    settings.unlink()
    command = [BIN / "black", "--check", "--quiet", "--line-length", "100", "."]
    black = run(command, folder=package / "_runtime", seconds=LIMIT)
    told = json.loads(pyright.out)["summary"]
    layout = "black would change it" if black.code else "black would change nothing"
    return f"{told['errorCount'] + told['warningCount']} findings of pyright, {layout}"
