"""The command line: its arguments, and what is wrong with them; `commands` does what they ask for."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from specloom.exits import DONE, ERRORS, INTERRUPTED
from specloom.model.names import is_package_name
from specloom.repetition import is_repeated
from specloom.sandboxing import MissingExtraError, sandbox_options
from specloom.settings import Settings, SettingsError, read_settings
from specloom.source.limits import paused_collector, with_deep_stack

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    if parsed.command == "generate" and is_repeated(settings.document, settings):
        return DONE
    # Only now: what is mistyped, and `--help`, need nothing of what weaves.
    from specloom.commands import COMMANDS, serve

    document = settings.document
    if parsed.command == "sandbox":
        return serve(document, settings, parsed)
    run = COMMANDS[parsed.command]
    with paused_collector():
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
        command.add_argument(
            "--no-cache",
            dest="cache",
            action="store_false",
            help="weave everything anew, and keep nothing for the next time",
        )


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
        cache=getattr(parsed, "cache", True),
    )


if __name__ == "__main__":
    sys.exit(main())
