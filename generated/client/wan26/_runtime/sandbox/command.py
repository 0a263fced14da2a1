"""`python -m <package>.sandbox`: arguments, one line that says how to use it, and the server."""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from .overrides import SandboxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .serving import Sandbox

__all__ = ["main"]

_LAST_PORT = 65_535
_ABOUT = """\
Plays the API on this machine: no network, no account, no cost. Every price that it tells is
play money. Any key is accepted, such as `sandbox`. A request may ask for an error code of the
vendor: `X-Sandbox-Fail: CODE` for its own answer, `X-Sandbox-Fail-Job: CODE` for the end of the
job that it submits."""


def main(sandbox: type[Sandbox], arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox until Ctrl-C: 0 if it ended quietly, 2 if it could not start."""
    package = sandbox.__module__.partition(".")[0]
    told = _parser(package).parse_args(arguments)
    try:
        _run(sandbox, told, package)
    except SandboxError as error:
        sys.stderr.write(f"{package}.sandbox: {error}\n")
        return 2
    return 0


def _run(sandbox: type[Sandbox], told: argparse.Namespace, package: str) -> None:
    application = sandbox(
        speed=told.speed,
        config=told.config,
        prices=dict(told.price),
        discount=told.discount,
        fonts=told.font,
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


def _parser(package: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}.sandbox",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
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
    add("--verbose", action="store_true", help="log each request")
    return parser


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
