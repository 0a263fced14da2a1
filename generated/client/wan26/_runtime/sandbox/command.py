"""`python -m <package>.sandbox`: arguments, one line that says how to use it, and the server."""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .faults import Severity, list_faults
from .jobs import ENDS
from .overrides import SandboxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .serving import Sandbox

__all__ = ["main", "parser", "serve"]

_LAST_PORT = 65_535
_ABOUT = """\
Plays the API on this machine: no network, no account, no cost. Every price
that it tells is play money. Any key is accepted, such as `sandbox`, but for one
with `invalid` in it: that is answered 401, as a wrong key would be. A request
may ask for an error code of the vendor: `X-Sandbox-Fail: CODE` for its own
answer, `X-Sandbox-Fail-Job: CODE` for the end of the job that it submits.
`X-Sandbox-End: failed` (or cancelled, expired, missing) lets that job end so.
`Prefer: code=404` and `Prefer: example=NAME` ask for an answer of the document."""
_ABOUT_FAULTS = """\
A SPEC is [WHERE:]NAME[@PROBABILITY][*TIMES], as in poll:503@0.2 or
submit:drop-after-accept*1. A request orders its own by the header
X-Sandbox-Fault: SPEC[, SPEC...]; those of polls and downloads that a submit
orders stay with its job. GET /_sandbox/report tells how often each struck."""


def main(sandbox: type[Sandbox], arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox of a package until Ctrl-C: 0 if it ended quietly, 2 if it could not start."""
    package = sandbox.__module__.partition(".")[0]
    told = parser(f"python -m {package}.sandbox").parse_args(arguments)
    return serve(sandbox, told, package=package, program=f"{package}.sandbox")


def serve(sandbox: type[Sandbox], told: argparse.Namespace, *, package: str, program: str) -> int:
    """Run a sandbox until Ctrl-C: 0 if it ended quietly, 2 if it could not start.

    Args:
        sandbox: what is run.
        told: what `parser` has read.
        package: the name of the client.
        program: who says what is wrong.
    """
    try:
        _run(sandbox, told, package)
    except SandboxError as error:
        sys.stderr.write(f"{program}: {error}\n")
        return 2
    return 0


def _run(sandbox: type[Sandbox], told: argparse.Namespace, package: str) -> None:
    application = sandbox(
        speed=told.speed,
        config=told.config,
        prices=dict(told.price),
        discount=told.discount,
        fonts=told.font,
        one_film=told.one_film,
        faults=told.fault,
        seed=told.seed,
        slow_answer=told.slow_answer,
        drip=told.drip,
        retry_after=told.retry_after,
        slow_queue=told.slow_queue,
        ends=told.end,
    ).application()
    from .network import address, bind, run

    try:
        listening = bind(told.host, told.port)
    except SandboxError:
        application.close()
        raise
    url, prefix = address(listening), application.env_prefix
    sys.stdout.write(
        f"{package} sandbox (play money) at {url} - use it with {prefix}_BASE_URL={url} "
        f"{prefix}_API_KEY=sandbox - Ctrl-C ends it\n"
    )
    sys.stdout.flush()
    run(application, listening, log_level="info" if told.verbose else "warning")


def parser(program: str, *, add_help: bool = True) -> argparse.ArgumentParser:
    """The options of a sandbox, for a program of that name."""
    made = argparse.ArgumentParser(
        prog=program,
        add_help=add_help,
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("--host", default="127.0.0.1", help="an address of the loopback (default %(default)s)")
    add("--port", type=_port, default=8026, help="0 takes a free one (default %(default)s)")
    add("--speed", type=_speed, default=1.0, help="2 is twice as fast; 0 or instant: at once")
    add("--config", type=Path, metavar="FILE", help="TOML whose [assumed] sets other places")
    add(
        "--price",
        type=_price,
        action="append",
        default=[],
        metavar="TIER=AMOUNT",
        help="play price",
    )
    add("--discount", type=_share, default=Decimal(0), metavar="SHARE", help="taken off, 0 to 1")
    add("--font", type=Path, action="append", default=[], metavar="FILE", help="for more glyphs")
    add("--one-film", action="store_true", help="all jobs show one small film: no encoding")
    add("--end", choices=ENDS, default="", help="how jobs end (default: they succeed)")
    add("--verbose", action="store_true", help="log each request")
    _add_faults(made)
    return made


class _ListFaults(argparse.Action):
    """Prints the table and ends the program."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(nargs=0, default=argparse.SUPPRESS, **settings)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        sys.stdout.write(list_faults())
        parser.exit()


def _add_faults(parser: argparse.ArgumentParser) -> None:
    add, usual = parser.add_argument_group("faults", _ABOUT_FAULTS).add_argument, Severity()
    add("--fault", action="append", default=[], metavar="SPEC", help="what goes wrong; repeatable")
    add("--seed", type=int, metavar="N", help="draws the same faults each time")
    add("--list-faults", action=_ListFaults, help="name them all, and exit")
    amounts = (
        ("--slow-answer", usual.slow_answer, "SECONDS", "how late slow-answer is"),
        ("--drip", usual.drip, "SECONDS", "between the bytes of dripping-answer"),
        ("--slow-queue", usual.slow_queue, "TIMES", "as long queued by slow-queue"),
    )
    for flag, default, metavar, told in amounts:
        about = f"{told} (default %(default)g)"
        add(flag, type=_number, default=default, metavar=metavar, help=about)
    about = "what 429-hint asks for (default %(default)s)"
    add("--retry-after", type=_whole, default=usual.retry_after, metavar="SECONDS", help=about)


def _speed(text: str) -> float:
    try:
        speed = 0.0 if text == "instant" else float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 on, and not instant")
    return speed


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 0 to {_LAST_PORT}")
    return int(text)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def _number(text: str) -> float:
    return float(_decimal(text))


def _price(text: str) -> tuple[str, Decimal]:
    tier, _, amount = text.partition("=")
    return tier, _decimal(amount)


def _share(text: str) -> Decimal:
    share = _decimal(text)
    if share > 1:
        raise argparse.ArgumentTypeError("a share from 0 to 1")
    return share


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount such as 0.10")
    return number
