"""What was woven from a document, counted: operations, fallbacks, names, lines. JSON values throughout."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.annotations import lines_of, look
from bench.checked import LIMIT
from bench.described import describe
from bench.reached import blank, peer_operations, woven_operations
from bench.running import run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.checked import Generator

TYPES = frozenset(
    ["Scalar", "Constant", "ListOf", "TupleOf", "MapOf", "OneOf", "Named", "Binary", "Anything"]
)
REPEATED = frozenset(("signature", "at"))


def count(
    generator: Generator, document: Path, out: Path, broken: frozenset[str]
) -> dict[str, Any]:
    """Hold a package against its document; `broken` are its modules that do not import."""
    package = out / generator.package
    described = describe(document)
    is_ours = generator.name == "specloom"
    read = woven_operations if is_ours else peer_operations
    reached = read(package, broken) if package.is_dir() else set()
    wanted = [(method, path if is_ours else blank(path)) for method, path in described.operations]
    missing = [f"{method} {path}" for method, path in wanted if (method, path) not in reached]
    extra = [f"{method} {path}" for method, path in sorted(reached - set(wanted))]
    folders = ("models", "resources") if is_ours else ("models", "api")
    return {
        "operations": len(wanted),
        "missing": missing,
        "extra": extra,
        "lines": lines_of(package),
        "runtime": _digest(package / "_runtime"),
        **asdict(look(package, folders, described)),
    }


def _digest(folder: Path) -> str:
    """A hash of a copied runtime; empty where there is none."""
    paths = sorted(folder.rglob("*.py"))
    whole = b"".join(path.name.encode() + b"\0" + path.read_bytes() for path in paths)
    return hashlib.sha256(whole).hexdigest()[:16] if whole else ""


def model_of(generator: Generator, document: Path, folder: Path) -> dict[str, Any]:
    """Type nodes of our model, as `specloom model` prints it, and the fallbacks among them with their reasons."""
    command: list[str | Path] = [
        generator.python,
        "-m",
        "specloom",
        "model",
        document.resolve(),
        "--package",
        "api",
    ]
    done = run(command, folder=folder, seconds=LIMIT, environment=generator.environment)
    try:
        api = json.loads(done.out)
    except ValueError:
        return {"nodes": 0, "fallbacks": [f"no model: exit {done.code} {done.errors[-500:]}"]}
    nodes, fallbacks = 0, []
    stack: list[tuple[Any, str]] = [
        (value, name) for name, value in api.items() if name not in {"requests", "answers"}
    ]
    while stack:
        value, place = stack.pop()
        if isinstance(value, dict):
            place = str(value.get("at") or value.get("name") or place)
            if value.get("is") in TYPES:
                nodes += 1
                if value.get("reason"):
                    fallbacks.append(f"{place}: {value['reason']}")
            stack.extend((one, place) for key, one in value.items() if key not in REPEATED)
        elif isinstance(value, list):
            stack.extend((one, place) for one in value)
    return {"nodes": nodes, "fallbacks": sorted(fallbacks)}
