"""What each command does and prints, once its arguments are read; no decisions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from specloom.exits import DIFFERENT, DONE, ERRORS
from specloom.pipeline import Woven, check, generate, propose, read_api, weave
from specloom.recall import Recall
from specloom.repetition import counted, hint_words, unchanged_words
from specloom.sandboxing import serve_api
from specloom.source.limits import with_deep_stack

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from specloom.memory import Memory
    from specloom.settings import Settings

__all__ = ["COMMANDS", "serve"]


def _read(document: Path, settings: Settings) -> Woven:
    return read_api(
        document,
        overlays=settings.overlays,
        package=settings.package,
        strict=settings.strict,
    )


def _woven(document: Path, settings: Settings, memory: Memory) -> Woven:
    return weave(
        document,
        overlays=settings.overlays,
        package=settings.package,
        strict=settings.strict,
        memory=memory,
    )


def _generate(document: Path, settings: Settings) -> int:
    out = settings.out
    if out is None:
        print("specloom: name the folder to write to: --out DIR", file=sys.stderr)
        return ERRORS
    recall = Recall(document, settings)
    memory = recall.memory()
    woven = _woven(document, settings, memory)
    changes = generate(woven, out)
    _print_findings(woven)
    if woven.report.failed:
        return ERRORS
    recall.keep(memory, woven, changes)
    for verb, paths in (("wrote", changes.written), ("removed", changes.removed)):
        for path in paths:
            print(f"{verb} {out / path}")
    if not changes.written and not changes.removed:
        print(unchanged_words(len(changes.unchanged), document, out))
    return DONE


def _check(document: Path, settings: Settings) -> int:
    out = settings.out
    if out is None:
        print("specloom: name the folder to check: --out DIR", file=sys.stderr)
        return ERRORS
    woven = _woven(document, settings, Recall(document, settings).memory())
    changes = check(woven, out)
    _print_findings(woven)
    if woven.report.failed:
        return ERRORS
    told = (
        ("differs", changes.written),
        ("stale", changes.removed),
        ("foreign", changes.foreign),
    )
    for verb, paths in told:
        for path in paths:
            print(f"{verb}: {out / path}")
    if changes.written or changes.removed:
        print(f"{out} is not what {document} gives: generate it again")
    if changes.foreign:
        print(f"{out} holds what specloom did not write: move it elsewhere")
    return DIFFERENT if any(paths for _, paths in told) else DONE


def _validate(document: Path, settings: Settings) -> int:
    read = _read(document, settings)
    _print_findings(read, hints=True)
    if read.report.failed:
        return ERRORS
    warnings, hints = len(read.report.faults), len(read.report.hints)
    told = f", {counted(hints, 'hint')}" if hints else ""
    print(f"{document}: no errors, {counted(warnings, 'warning')}{told}")
    return DONE


def _model(document: Path, settings: Settings) -> int:
    read = _read(document, settings)
    _print_findings(read)
    if read.api is None:
        return ERRORS
    from specloom.targets.model.render import render_model

    sys.stdout.write(render_model(read.api))
    return DONE


def _detect(document: Path, settings: Settings) -> int:
    read = _read(document, settings)
    _print_findings(read)
    if read.report.failed:
        return ERRORS
    found = propose(read)
    from specloom.detection import render_overlay

    proposals = [one for one in found if settings.possible or one.sureness != "possible"]
    if proposals:
        title = read.api.title if read.api is not None else ""
        sys.stdout.write(render_overlay(proposals, title))
    else:
        print(f"{document}: nothing looks like a job", file=sys.stderr)
    if len(found) > len(proposals):
        more = f"{counted(len(found) - len(proposals), 'operation')} may be a job at most"
        print(f"{more}: --possible shows them", file=sys.stderr)
    return DONE


def serve(document: Path, settings: Settings, parsed: argparse.Namespace) -> int:
    """Play the API of a document until Ctrl-C."""
    found: list[Woven] = []

    def read() -> int:
        found.append(_read(document, settings))
        return DONE

    with_deep_stack(read)
    _print_findings(found[0])
    api = found[0].api
    return ERRORS if api is None else serve_api(api, parsed)


COMMANDS = {
    "generate": _generate,
    "check": _check,
    "validate": _validate,
    "model": _model,
    "detect": _detect,
}


def _print_findings(woven: Woven, *, hints: bool = False) -> None:
    """Print what is wrong; of hints only how many there are, unless they are asked for."""
    if woven.report.faults:
        print(woven.findings, file=sys.stderr)
    count = len(woven.report.hints)
    if count and hints:
        print(woven.hints, file=sys.stderr)
    elif count:
        print(hint_words(count), file=sys.stderr)
