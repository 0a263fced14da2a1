"""The woven command: `python -m <package> "..." -o file`; it makes one result, or resumes one."""

from __future__ import annotations

import argparse
import json
import re
import sys
import warnings
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO, TypeAlias

from msgspec import Struct

from .effects import Caught
from .errors import (
    AdviceWarning,
    APIError,
    ConfigurationError,
    InvalidRequestError,
    JobCancelledError,
    JobExpiredError,
    JobFailedError,
    JobTimeoutError,
    SubmitUncertainError,
    printable,
)
from .job_orders import RehearsalError, check_target
from .outgoing import as_documented
from .pricing import estimate
from .records import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .client import Client
    from .jobs import Job
    from .records import Update
    from .results import Result, ResultFile

__all__ = ["Argument", "Command", "main"]

DONE, FAILED, MISUSED, RUNNING, UNCERTAIN, INTERRUPTED = 0, 1, 2, 3, 4, 130

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "strings", "json"]


class Argument(Struct, frozen=True, kw_only=True):
    """A parameter of the method as a flag; `default` is the server's, and only shown."""

    name: str
    kind: Kind = "string"
    help: str = ""
    choices: tuple[Any, ...] = ()
    default: Any = None
    required: bool = False


class Command(Struct, frozen=True, kw_only=True):
    """What the command makes: the `generate` method, its parameters, the positional one."""

    operation: str  # videos.generate
    positional: str
    arguments: tuple[Argument, ...] = ()
    submit: str = ""  # videos.submit; empty: `submit` beside the operation
    program: str = ""
    description: str = ""
    positional_help: str = ""
    output: str = "result"  # a file name for the help: kitten.mp4

    @property
    def method(self) -> str:
        """The method that submits."""
        return self.submit or f"{self.operation.rpartition('.')[0]}.submit"


_RESUMING = re.compile(r'client\.jobs\.resume\("([^"]*)"\)(?:\.\w+\(\))?')


class _Screen(Struct, frozen=True, kw_only=True):
    """Where is written: what was made to `out`, how it goes to `err`."""

    out: TextIO | None  # a closed stream is None
    err: TextIO | None

    def say(self, text: str) -> None:
        """A line of progress or an error; lines of Python that resume a job become flags."""
        self._write(self.err, _RESUMING.sub(r"--resume \1", text))

    def show(self, text: str) -> None:
        """A line of the result."""
        self._write(self.out, text)

    def _write(self, stream: TextIO | None, text: str) -> None:
        if stream is None:
            return
        encoding = getattr(stream, "encoding", None) or "utf-8"
        lines = [printable(line) for line in text.split("\n")]
        encoded = "\n".join(lines).encode(encoding, "backslashreplace")
        # A reader that has gone, or a full disk, stops no job that is paid for.
        with Caught(OSError, ValueError):
            stream.write(encoded.decode(encoding) + "\n")
            stream.flush()


def main(
    command: Command, client_class: Callable[..., Client], argv: Sequence[str] | None = None
) -> int:
    """Run the command; gives its exit code.

    0 done, 1 the API or the job failed, 2 bad usage or a bad request, 3 the job still runs (how
    to resume it is printed), 4 nobody knows whether there is a job, 130 stopped before any was.
    """
    screen = _Screen(out=sys.stdout, err=sys.stderr)
    given = _parser(command).parse_args(argv)
    misuse = _misuse(command, given)
    if misuse:
        screen.say(f"error: {misuse}")
        return MISUSED
    with warnings.catch_warnings():
        warnings.simplefilter("always", AdviceWarning)
        warnings.showwarning = lambda message, *_, **__: screen.say(f"advice: {message}")
        return _guarded(command, client_class, given, screen)


def _misuse(command: Command, given: argparse.Namespace) -> str:
    """What is wrong with the command line; empty where nothing is."""
    if given.resume is not None:
        return f"--resume takes no {command.positional}" if given.positional is not None else ""
    if given.positional is None:
        return f"{command.positional} is missing (or --resume TOKEN)"
    return "" if given.positional.strip() else f"{command.positional} is empty"


def _guarded(
    command: Command,
    client_class: Callable[..., Client],
    given: argparse.Namespace,
    screen: _Screen,
) -> int:
    """Run, and turn whatever happens into a line and an exit code."""
    try:
        return _run(command, client_class, given, screen)
    except APIError as error:
        screen.say(_line(error))
        return _code(error)
    except OSError as error:
        notes = getattr(error, "__notes__", [])
        screen.say("\n".join([f"error: {error}", *notes]))
        return MISUSED if isinstance(error, FileExistsError) and not notes else FAILED
    except KeyboardInterrupt as error:
        notes = getattr(error, "__notes__", [])
        screen.say("\n".join(["stopped", *notes]))
        if isinstance(error.__cause__, SubmitUncertainError):
            return UNCERTAIN
        return RUNNING if notes else INTERRUPTED


_ENDED = (JobFailedError, JobCancelledError, JobExpiredError)  # nothing is left to be resumed


def _code(error: APIError) -> int:
    """The exit code for an error."""
    if isinstance(error, InvalidRequestError | ConfigurationError):
        return MISUSED
    if isinstance(error, SubmitUncertainError):
        return UNCERTAIN
    return RUNNING if isinstance(error, JobTimeoutError) else FAILED


def _line(error: APIError) -> str:
    """An error on one line; the problems of a request on a line each."""
    if isinstance(error, InvalidRequestError):
        return f"error: {error.message}"
    if isinstance(error, JobTimeoutError):
        return f"error: {error.message}\nresume with: --resume {error.token}"
    parts = [f"error: {error.message}"]
    if isinstance(error, SubmitUncertainError) and error.known:
        parts.append(error.known)
    parts += [f"code {error.code}"] if error.code else []
    parts += [f"job {error.token or error.job_id}"] if error.token or error.job_id else []
    parts += [f"billed: {error.billed}"]
    parts += [error.hint] if error.hint else []
    lines = ["; ".join(parts), *getattr(error, "__notes__", [])]
    said = f'("{error.token}")' in "".join(lines)
    if error.token and not isinstance(error, _ENDED) and not said:
        lines.append(f"resume with: --resume {error.token}")
    return "\n".join(lines)


def _run(
    command: Command,
    client_class: Callable[..., Client],
    given: argparse.Namespace,
    screen: _Screen,
) -> int:
    settings: dict[str, Any] = {"base_url": given.base_url, "ledger": given.ledger}
    if given.dry_run:
        settings["api_key"] = "sandbox"  # nothing is sent, so no key is needed
    if given.output and not given.dry_run:
        check_target(given.output, overwrite=given.overwrite)
    with client_class(**settings) as client:
        if given.dry_run and given.resume is None:
            return _rehearse(command, client, given, screen)
        with Guard(command.method) as guard:
            if given.resume is not None:
                job: Job[Any] = client.jobs.resume(given.resume)
            else:
                named = {"key": given.key} if given.key is not None else {}
                job = _method(client, command.method)(**_arguments(command, given), **named)
            guard.records.append(job._record)
            if given.resume is None:
                screen.say(f"submitted: {job.token}")
            result = job.wait(timeout=given.timeout, on_update=_progress(screen))
            paths = _save(result, given) if given.output else []
            _tell(result, paths, given.json, screen)
    return DONE


def _method(client: Client, name: str) -> Callable[..., Any]:
    found: Any = client
    for step in name.split("."):
        found = getattr(found, step)
    method: Callable[..., Any] = found
    return method


def _arguments(command: Command, given: argparse.Namespace) -> dict[str, Any]:
    chosen = {command.positional: given.positional}
    for argument in command.arguments:
        value = getattr(given, f"argument_{argument.name}")
        if value is not None:
            chosen[argument.name] = value
    return chosen


def _rehearse(command: Command, client: Client, given: argparse.Namespace, screen: _Screen) -> int:
    """Check and estimate; send nothing."""
    client._session.rehearsing = True
    try:
        _method(client, command.method)(**_arguments(command, given))
    except RehearsalError as end:
        price = end.operation.price
        body = as_documented(end.operation, end.body)
        told = estimate(price, body, client._session.prices) if price is not None else None
        if given.json:
            told_cost = {"amount": _text(told and told.amount), "currency": told and told.currency}
            screen.show(json.dumps({"dry_run": True, "estimate": told_cost, "body": end.body}))
        else:
            screen.show(f"the request is good; nothing was sent\nestimate: {told or 'unknown'}")
    return DONE


def _progress(screen: _Screen) -> Callable[[Update], None]:
    """Tells each state once, when it is entered."""
    last: list[tuple[Any, Any]] = []

    def tell(update: Update) -> None:
        now = (update.state, update.status)
        if last != [now]:
            last[:] = [now]
            word = update.state or update.status or "no word yet"
            screen.say(f"{word} after {update.elapsed:.0f} s")

    return tell


def _save(result: Result[Any], given: argparse.Namespace) -> list[Path]:
    files: list[ResultFile] = result.files
    target, how = Path(given.output), {"overwrite": given.overwrite, "sidecar": given.sidecar}
    if len(files) == 1 or target.is_dir():
        return [file.save(given.output, **how) for file in files]
    names = [target.with_stem(f"{target.stem}-{number}") for number in range(1, len(files) + 1)]
    return [file.save(name, **how) for file, name in zip(files, names, strict=True)]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _tell(result: Result[Any], paths: list[Path], as_json: bool, screen: _Screen) -> None:
    if as_json:
        saved = [str(path) for path in paths]
        files = [
            {"url": file.url, "sha256": file.sha256, "path": path}
            for file, path in zip_longest(result.files, saved)
        ]
        told = {
            "job": result.job.id,
            "token": result.job.token,
            "status": result.job.status,
            "files": files,
            "cost": _text(result.cost),
            "currency": result.currency,
        }
        screen.show(json.dumps(told))
        return
    for line in [str(path) for path in paths] or [file.url for file in result.files]:
        screen.show(line)
    cost = f"{result.cost} {result.currency or ''}".strip() if result.cost is not None else None
    screen.show(f"cost: {cost or 'not said'}")


def _parser(command: Command) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=command.program or None,
        description=_escaped(command.description) or None,
        epilog="exit codes: 0 done, 1 failed, 2 bad request, 3 still running, 4 uncertain submit",
    )
    parser.add_argument(
        "positional",
        nargs="?",
        metavar=command.positional,
        help=_escaped(command.positional_help),
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help=f"save it here, such as {_escaped(command.output)}"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it is there")
    parser.add_argument(
        "--sidecar", action="store_true", help="write FILE.json beside it: request, cost, hash"
    )
    for argument in command.arguments:
        _add(parser, argument)
    parser.add_argument("--resume", metavar="TOKEN", help="take up a job that was submitted before")
    parser.add_argument("--base-url", metavar="URL", help="the server")
    parser.add_argument("--ledger", metavar="FILE", help="keep what is submitted in this file")
    parser.add_argument("--key", help="your own name for the job: a second run never pays again")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="how long to wait")
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    parser.add_argument("--dry-run", action="store_true", help="check, estimate, send nothing")
    return parser


_RESERVED = frozenset(
    {
        *("output", "overwrite", "sidecar", "resume", "base-url", "ledger", "key"),
        *("timeout", "json", "dry-run", "help"),
    }
)
_READERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "strings": str,
    "integer": int,
    "number": float,
    "json": json.loads,
}


def _escaped(text: str) -> str:
    """Document text for argparse, which formats with `%`."""
    return printable(text).replace("%", "%%")


def _add(parser: argparse.ArgumentParser, argument: Argument) -> None:
    flag = argument.name.strip("_").replace("_", "-")
    flag = f"api-{flag}" if flag in _RESERVED else flag
    shown = f" (default: {argument.default})" if argument.default is not None else ""
    facts: dict[str, Any] = {
        "dest": f"argument_{argument.name}",
        "help": _escaped(argument.help + shown),
        "default": None,
        "required": argument.required,
    }
    if argument.kind == "boolean":
        parser.add_argument(f"--{flag}", action=argparse.BooleanOptionalAction, **facts)
        return
    if argument.kind == "strings":
        facts["action"] = "append"
    facts["metavar"] = flag.upper().replace("-", "_")
    if argument.choices:
        facts["help"] += _escaped(f" [{', '.join(str(choice) for choice in argument.choices)}]")
    parser.add_argument(f"--{flag}", type=_READERS[argument.kind], **facts)
