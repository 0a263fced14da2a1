"""The clients: `Wan26` and `AsyncWan26`, the same but for `await`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

from ._api import API
from ._runtime.client import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, AsyncClient, Client, Hooks

if TYPE_CHECKING:
    import httpx2

    from .resources.videos import AsyncVideos, Videos

__all__ = ["AsyncWan26", "Wan26"]


class Wan26(Client):
    """The client of Wan 2.6 text-to-video; close it, or use it in a `with` statement.

    Args:
        api_key: The key, or a function that gives it. Default: `WAN26_API_KEY`.
        base_url: The server. Default: `WAN26_BASE_URL`; without one only the key `sandbox` is
            accepted.
        assumed: What the document assumes, set otherwise; see the docs for the keys.
        config: A TOML file with `base_url`, `[assumed]` and `[prices]`. Default: `WAN26_CONFIG`.
        prices: Unit prices by tier, for estimates; an unknown price is None and never 0.
        timeout: Seconds for one request; None is no limit.
        max_retries: How often a request that is safe to repeat is repeated.
        allow_insecure: Send the key over plain HTTP to other hosts than this one.
        ledger: A file (SQLite) of every submit and what came of it: no crash loses a job; see
            `client.ledger`.
        ledger_prompts: False keeps the texts of requests out of it; only their hashes stay.
        budget: What all jobs of the ledger together may cost; more is refused before it is sent.
        hooks: Functions that are told of each request, each answer and each state.
        http_client: Your own httpx2 client; one that retries is stopped before it sends a submit
            again.

    Raises:
        ConfigurationError: there is no key, or a key and no server to send it to.
    """

    def __init__(
        self,
        api_key: str | Callable[[], str] | None = None,
        *,
        base_url: str | None = None,
        assumed: Mapping[str, Any] | None = None,
        config: str | PathLike[str] | None = None,
        prices: Mapping[str, str | Decimal] | None = None,
        timeout: float | None = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        allow_insecure: bool = False,
        ledger: str | PathLike[str] | None = None,
        ledger_prompts: bool = True,
        budget: str | int | Decimal | None = None,
        hooks: Hooks | None = None,
        http_client: httpx2.Client | None = None,
    ) -> None:
        super().__init__(
            API,
            api_key=api_key,
            base_url=base_url,
            assumed=assumed,
            config=config,
            prices=prices,
            timeout=timeout,
            max_retries=max_retries,
            allow_insecure=allow_insecure,
            ledger=ledger,
            ledger_prompts=ledger_prompts,
            budget=budget,
            hooks=hooks,
            http_client=http_client,
        )

    @cached_property
    def videos(self) -> Videos:
        """Videos made from a text."""
        from .resources.videos import Videos

        return Videos(self)


class AsyncWan26(AsyncClient):
    """As `Wan26`, to be awaited: every call is a coroutine."""

    def __init__(
        self,
        api_key: str | Callable[[], str] | None = None,
        *,
        base_url: str | None = None,
        assumed: Mapping[str, Any] | None = None,
        config: str | PathLike[str] | None = None,
        prices: Mapping[str, str | Decimal] | None = None,
        timeout: float | None = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        allow_insecure: bool = False,
        ledger: str | PathLike[str] | None = None,
        ledger_prompts: bool = True,
        budget: str | int | Decimal | None = None,
        hooks: Hooks | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        super().__init__(
            API,
            api_key=api_key,
            base_url=base_url,
            assumed=assumed,
            config=config,
            prices=prices,
            timeout=timeout,
            max_retries=max_retries,
            allow_insecure=allow_insecure,
            ledger=ledger,
            ledger_prompts=ledger_prompts,
            budget=budget,
            hooks=hooks,
            http_client=http_client,
        )

    @cached_property
    def videos(self) -> AsyncVideos:
        """Videos made from a text."""
        from .resources.videos import AsyncVideos

        return AsyncVideos(self)
