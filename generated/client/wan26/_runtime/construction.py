"""From what a caller gives to a client to the session that its calls share."""

from __future__ import annotations

from decimal import Decimal
from os import fspath
from typing import TYPE_CHECKING, Any, TypedDict

from . import answers
from .credentials import concealed
from .errors import ConfigurationError, printable
from .hooks import NO_HOOKS, Hooks
from .logs import Log
from .pacing import Pacer
from .session import Session
from .settings import checked_limits, read_settings
from .suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    from .books import Books
    from .drivers import Clock
    from .operations import Api

__all__ = ["DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT", "ClientOptions", "conceal_keys", "opened"]

DEFAULT_TIMEOUT = 60.0  # seconds for one request
DEFAULT_MAX_RETRIES = 2


class ClientOptions(TypedDict, total=False):
    """What every client takes.

    Attributes:
        api_key: the key, or a function that is asked for it at every request; without it
            `<PREFIX>_API_KEY`.
        credentials: what else authenticates, by its keyword in the woven client; without it
            `<PREFIX>_<KEYWORD>`.
        scopes: what tokens that are fetched ask for; None is what the document asks for.
        base_url: the server; without it `<PREFIX>_BASE_URL`, then the TOML file, then the
            document's own.
        server: another server of the document: its number, its name, or its URL as written there.
        server_variables: what stands in the URL of the document's server.
        assumed: what the document only assumes, set anew.
        config: a TOML file with `base_url`, `[assumed]` and `[prices]`; without it
            `<PREFIX>_CONFIG`.
        prices: unit prices by tier.
        timeout: seconds for one request; None is no limit.
        max_retries: how often a request goes out again where that cannot do harm.
        allow_insecure: whether the key may travel over plain HTTP to other machines.
        ledger: a file that keeps what was submitted, and what came of it.
        ledger_prompts: whether it may hold the requests; False keeps only hashes of their texts,
            and nothing of them to ask for a job with that is resumed from it.
        budget: what all jobs in the ledger together may cost.
        hooks: functions that are told of requests, answers and states.
    """

    api_key: str | Callable[[], str] | None
    credentials: Mapping[str, str | Callable[[], str] | None] | None
    scopes: Sequence[str] | None
    base_url: str | None
    server: int | str | None
    server_variables: Mapping[str, str] | None
    assumed: Mapping[str, Any] | None
    config: str | PathLike[str] | None
    prices: Mapping[str, str | Decimal] | None
    timeout: float | None
    max_retries: int
    allow_insecure: bool
    ledger: str | PathLike[str] | None
    ledger_prompts: bool
    budget: str | int | Decimal | None
    hooks: Hooks | None


def conceal_keys(given: ClientOptions) -> None:
    """Hide what authenticates, in its place: from here on, no traceback shows it."""
    secrets = concealed(given.pop("api_key", None), given.get("credentials"))
    given["credentials"] = secrets


def opened(api: Api, clock: Clock, given: ClientOptions) -> Session:
    """The session of a client.

    Raises:
        ConfigurationError: something is missing or wrong.
        TypeError: there is no such option.
    """
    for name in given:
        if name not in ClientOptions.__annotations__:
            close = suggest(name, list(ClientOptions.__annotations__))
            raise TypeError(f"unexpected argument {name!r}{close}")
    seconds, retries = checked_limits(
        given.get("timeout", DEFAULT_TIMEOUT), given.get("max_retries", DEFAULT_MAX_RETRIES)
    )
    settings = read_settings(
        api,
        credentials=given.get("credentials"),
        scopes=given.get("scopes"),
        base_url=given.get("base_url"),
        server=given.get("server"),
        server_variables=given.get("server_variables"),
        assumed=given.get("assumed"),
        config=given.get("config"),
        prices=given.get("prices"),
        allow_insecure=given.get("allow_insecure", False),
    )
    log, limits = Log(api.package), settings.api.limits
    return Session(
        settings=settings,
        timeout=seconds,
        max_retries=retries,
        log=log,
        clock=clock,
        submits=Pacer(limits.submits_per_second),
        polls=Pacer(limits.polls_per_second),
        hooks=given.get("hooks") or NO_HOOKS,
        books=_books(api, settings.base_url, given, log),
        prompts=given.get("ledger_prompts", True),
    )


def _books(api: Api, server: str, given: ClientOptions, log: Log) -> Books | None:
    """The books of the ledger that the caller named; its file is opened when first needed."""
    path, budget = given.get("ledger"), _budget(given.get("budget"))
    if path is None:
        if budget is not None:
            raise ConfigurationError(
                "a budget is counted in the ledger, and there is none",
                hint="give ledger='jobs.sqlite3' too",
            )
        return None
    if fspath(path).strip() in ("", ":memory:"):
        raise ConfigurationError(
            f"ledger must be the path of a file, not {fspath(path)!r}",
            hint="give ledger='jobs.sqlite3', or none",
        )
    from .books import Books  # brings SQLite with it
    from .store import Store

    return Books(
        Store(path),
        api.package,
        server,
        budget,
        say=lambda text: log.logger.error("%s", text),
    )


def _budget(given: object) -> Decimal | None:
    if given is None:
        return None
    from .budgets import is_amount

    amount = given if isinstance(given, Decimal) else answers.decimal(given)
    if amount is None or not is_amount(amount):
        told = printable(repr(given), 100)
        raise ConfigurationError(f"budget must be an amount such as '20.00', not {told}")
    return amount
