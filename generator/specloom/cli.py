"""The command line: arguments, exit codes, printing; no decisions.

Exit codes: 0 done (warnings or not), 1 `check` found differences, 2 errors, nothing written, 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from specloom.detection import render_overlay
from specloom.model.names import is_package_name
from specloom.pipeline import Woven, check, generate, propose, read_api, weave
from specloom.sandboxing import MissingExtraError, sandbox_options, serve_api
from specloom.settings import Settings, SettingsError, read_settings
from specloom.source.limits import with_deep_stack
from specloom.targets.model.render import render_model

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, DIFFERENT, ERRORS, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            encoding="utf-8"
        )  # what is printed may be kept in a file, and read again
    try:
        return _run(given)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(given: Sequence[str]) -> int:
    try:
        parsed = _parser(is_sandbox=given[:1] == ["sandbox"]).parse_args(given)
        settings = _settings(parsed)
    except MissingExtraError as error:
        print(f"specloom: {error}", file=sys.stderr)
        return ERRORS
    except SettingsError as error:
        for finding in error.findings:
            print(f"specloom: {finding}", file=sys.stderr)
        return ERRORS
    if settings.document is None:
        print(
            "specloom: name a document, or set `document` in [tool.specloom] of pyproject.toml",
            file=sys.stderr,
        )
        return ERRORS
    if settings.package and not is_package_name(settings.package):
        print(
            f"specloom: no package can be called {settings.package!r}; name it with letters, digits and "
            "underscores, and not as a module that Python or the client itself needs",
            file=sys.stderr,
        )
        return ERRORS
    document = settings.document
    if parsed.command == "sandbox":
        return _sandbox(document, settings, parsed)
    run = _COMMANDS[parsed.command]
    return with_deep_stack(lambda: run(document, settings))


def _parser(*, is_sandbox: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="specloom",
        description="Weave a Python client, a sandbox and docs from one OpenAPI document.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in (
        ("generate", "write the client and the docs; say which files changed"),
        ("check", "say whether `generate` would change anything; write nothing"),
        ("validate", "say what is wrong with a document"),
        ("model", "print what was understood, as JSON"),
        ("detect", "propose an overlay where operations look like jobs; apply nothing"),
        ("sandbox", "play the API on this machine: no network, no account, no cost"),
    ):
        # Its options are the woven sandbox's own, which is no light thing to import.
        shared = [sandbox_options()] if is_sandbox and name == "sandbox" else []
        command = commands.add_parser(
            name,
            help=purpose,
            description=shared[0].description if shared else f"{purpose[0].upper()}{purpose[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=shared,
        )
        _add_arguments(command, name)
    return parser


def _add_arguments(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument(
        "document", nargs="?", type=Path, help="OpenAPI 3.0, 3.1 or 3.2, in YAML or JSON"
    )
    command.add_argument(
        "--overlay",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="OpenAPI Overlay 1.0 or 1.1 that changes the document; again for more, in that order",
    )
    command.add_argument(
        "--package", help="name of the Python package (default: the document's title)"
    )
    command.add_argument("--strict", action="store_true", help="treat warnings as errors")
    if name == "detect":
        command.add_argument(
            "--possible", action="store_true", help="propose what is only possible too"
        )
    if name in {"generate", "check"}:
        command.add_argument("--out", type=Path, help="the folder that receives client/ and docs/")


def _settings(parsed: argparse.Namespace) -> Settings:
    """The arguments; where no document is named, [tool.specloom] of the pyproject.toml here fills them in."""
    project = read_settings(Path("pyproject.toml")) if parsed.document is None else Settings()
    return Settings(
        document=parsed.document or project.document,
        overlays=(*project.overlays, *parsed.overlay),
        out=getattr(parsed, "out", None) or project.out,
        package=parsed.package or project.package,
        strict=parsed.strict or project.strict,
        possible=getattr(parsed, "possible", False),
    )


def _read(document: Path, settings: Settings) -> Woven:
    return read_api(
        document,
        overlays=settings.overlays,
        package=settings.package,
        strict=settings.strict,
    )


def _woven(document: Path, settings: Settings) -> Woven:
    return weave(
        document,
        overlays=settings.overlays,
        package=settings.package,
        strict=settings.strict,
    )


def _generate(document: Path, settings: Settings) -> int:
    out = settings.out
    if out is None:
        print("specloom: name the folder to write to: --out DIR", file=sys.stderr)
        return ERRORS
    woven = _woven(document, settings)
    changes = generate(woven, out)
    _print_findings(woven)
    if woven.report.failed:
        return ERRORS
    for verb, paths in (("wrote", changes.written), ("removed", changes.removed)):
        for path in paths:
            print(f"{verb} {out / path}")
    if not changes.written and not changes.removed:
        print(f"nothing changed: {len(changes.unchanged)} files in {out} are what {document} gives")
    return DONE


def _check(document: Path, settings: Settings) -> int:
    out = settings.out
    if out is None:
        print("specloom: name the folder to check: --out DIR", file=sys.stderr)
        return ERRORS
    woven = _woven(document, settings)
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
    told = f", {_counted(hints, 'hint')}" if hints else ""
    print(f"{document}: no errors, {_counted(warnings, 'warning')}{told}")
    return DONE


def _counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _model(document: Path, settings: Settings) -> int:
    read = _read(document, settings)
    _print_findings(read)
    if read.api is None:
        return ERRORS
    sys.stdout.write(render_model(read.api))
    return DONE


def _detect(document: Path, settings: Settings) -> int:
    read = _read(document, settings)
    _print_findings(read)
    if read.report.failed:
        return ERRORS
    found = propose(read)
    proposals = [one for one in found if settings.possible or one.sureness != "possible"]
    if proposals:
        title = read.api.title if read.api is not None else ""
        sys.stdout.write(render_overlay(proposals, title))
    else:
        print(f"{document}: nothing looks like a job", file=sys.stderr)
    if len(found) > len(proposals):
        more = f"{_counted(len(found) - len(proposals), 'operation')} may be a job at most"
        print(f"{more}: --possible shows them", file=sys.stderr)
    return DONE


def _sandbox(document: Path, settings: Settings, parsed: argparse.Namespace) -> int:
    found: list[Woven] = []

    def read() -> int:
        found.append(_read(document, settings))
        return DONE

    with_deep_stack(read)
    _print_findings(found[0])
    api = found[0].api
    return ERRORS if api is None else serve_api(api, parsed)


_COMMANDS = {
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
        print(
            f"{_counted(count, 'hint')}: `specloom validate` shows what else the document could say",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
