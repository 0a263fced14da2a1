"""Compile and import each module of a package, in a process of its own: `importing.py FOLDER PACKAGE`, JSON on stdout.

Not imported, though compiled: `__main__`, which runs, and the runtime of a sandbox that the package does not have.
Each model class is asked of msgspec too, which reads its annotations only then.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
import warnings
from pathlib import Path


def main() -> None:
    """Print what does not compile, what does not import, and the seconds of both the package and all of it."""
    folder, package = Path(sys.argv[1]), sys.argv[2]
    warnings.simplefilter("error")
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    uncompiled: list[str] = []
    paths = sorted((folder / package).rglob("*.py"))
    for path in paths:
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError, SyntaxWarning) as error:
            uncompiled.append(f"{path.relative_to(folder)}: {error}")
    start = time.perf_counter()
    failed = dict(_import_failures([package]))
    first = time.perf_counter() - start
    failed |= dict(_import_failures([_dotted(path, folder) for path in paths]))
    failed |= dict(_unresolved(package))
    print(
        json.dumps(
            {
                "modules": len(paths),
                "uncompiled": uncompiled,
                "failed": failed,
                "import_seconds": first,
                "all_seconds": time.perf_counter() - start,
            }
        )
    )


def _dotted(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _import_failures(modules: list[str]) -> list[tuple[str, str]]:
    failed = []
    has_sandbox = any(name.count(".") == 1 and name.endswith(".sandbox") for name in modules)
    for name in modules:
        if name.endswith("__main__") or ("._runtime.sandbox" in name and not has_sandbox):
            continue
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever a module raises is the finding
            failed.append((name, _told(error)))
    return failed


def _told(error: Exception) -> str:
    return re.sub(r" \(/.*\)$", "", f"{type(error).__name__}: {error}")


def _unresolved(package: str) -> list[tuple[str, str]]:
    """Classes of models that msgspec cannot decode, if the package has such classes."""
    msgspec = sys.modules.get("msgspec")
    failed = []
    for name, module in list(sys.modules.items()):
        if msgspec is None or not name.startswith(f"{package}.models"):
            continue
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, msgspec.Struct) and one.__module__ == name:
                try:
                    msgspec.json.Decoder(one, dec_hook=lambda kind, value: value)
                except Exception as error:  # whatever it raises is the finding
                    failed.append((f"{name}.{one.__name__}", _told(error)))
    return failed


if __name__ == "__main__":
    main()
