"""Faults of the line itself, each as a place to which the client is sent."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx2
from bench.money.faults import FAULTS, Fault
from bench.money.goaway import GoAwayServer
from bench.money.meeting import QuickClock
from bench.money.server import JOB, KEY, DeafLine, FaultyServer, OnceLine

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from contextlib import AbstractContextManager

__all__ = ["PLACES", "Place"]

_ANSWER = {"id": JOB, "status": "in_queue"}
_NOWHERE = "nowhere.invalid"
_REDIRECT = next(fault for fault in FAULTS if fault.answer == "redirect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a client is sent, with what settings; `jobs` and `strays` are counted there."""

    options: dict[str, Any]
    jobs: Callable[[], int]
    strays: Callable[[], int] = lambda: 0
    clock: QuickClock | None = None
    whole: bool = False  # the job is waited for
    warm: bool = False  # one harmless call comes before, so that a connection is kept


class _Again(httpx2.Auth):
    """An auth flow of a caller's that sends a refused request once more, as many do."""

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        response = yield request
        if response.status_code in {401, 500, 503}:
            yield request


class _Stubborn(httpx2.HTTPTransport):
    """A transport of a caller's that sends a request once more after a 503, as many do."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        if response.status_code != 503:
            return response
        response.close()
        return super().handle_request(request)


class _AsyncStubborn(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        if response.status_code != 503:
            return response
        await response.aclose()
        return await super().handle_async_request(request)


def _place(server: FaultyServer, **more: Any) -> Place:
    options = {"api_key": KEY, "base_url": server.url, **more.pop("options", {})}
    return Place(options=options, jobs=lambda: server.jobs, **more)


def _client(asynchronous: bool, **settings: Any) -> dict[str, Any]:
    kind = httpx2.AsyncClient if asynchronous else httpx2.Client
    return {"http_client": kind(**settings)}


@contextmanager
def _stubborn(passes: bool, asynchronous: bool) -> Iterator[Place]:
    fault = Fault(name="503", status=503)
    with FaultyServer(_ANSWER, fault, 1 if passes else None) as server:
        transport = _AsyncStubborn() if asynchronous else _Stubborn()
        yield _place(server, options=_client(asynchronous, transport=transport))


@contextmanager
def _refused(passes: bool, _asynchronous: bool) -> Iterator[Place]:
    with FaultyServer(_ANSWER, listening=False) as server:
        yield _place(server, clock=QuickClock(server.listen if passes else None))


@contextmanager
def _no_name(passes: bool, _asynchronous: bool) -> Iterator[Place]:
    found, asked = socket.getaddrinfo, 0

    def getaddrinfo(host: Any, *more: Any, **named: Any) -> Any:
        nonlocal asked
        name = host.decode() if isinstance(host, bytes) else host
        asked += name == _NOWHERE
        if name == _NOWHERE and passes and asked > 1:
            return found("127.0.0.1", *more, **named)
        return found(host, *more, **named)

    with FaultyServer(_ANSWER) as server, mock.patch("socket.getaddrinfo", getaddrinfo):
        options = {"base_url": f"http://{_NOWHERE}:{server.port}", "allow_insecure": True}
        yield _place(server, options=options)


@contextmanager
def _no_tls(_passes: bool, _asynchronous: bool) -> Iterator[Place]:
    with FaultyServer(_ANSWER, line=DeafLine) as server:
        yield _place(server, options={"base_url": f"https://127.0.0.1:{server.port}"})


def _answering(
    fault: Fault, **settings: Any
) -> Callable[[bool, bool], AbstractContextManager[Place]]:
    """A server that answers with a fault; with settings, through a client of the caller's own."""

    @contextmanager
    def place(passes: bool, asynchronous: bool) -> Iterator[Place]:
        with (
            FaultyServer(_ANSWER) as other,
            FaultyServer(_ANSWER, fault, 1 if passes else None, other=other) as server,
        ):
            yield Place(
                options={
                    "api_key": KEY,
                    "base_url": server.url,
                    **(_client(asynchronous, **settings) if settings else {}),
                },
                jobs=lambda: server.jobs + other.jobs,
                strays=lambda: other.posts_with_key,
            )

    return place


@contextmanager
def _early_cost(_passes: bool, _asynchronous: bool) -> Iterator[Place]:
    told = {"id": "job-1", "status": "processing", "usage": {"cost": "0.00"}}
    with FaultyServer(_ANSWER, told=told) as server:
        yield _place(server, whole=True)


def _idle(*, own: bool) -> Callable[[bool, bool], AbstractContextManager[Place]]:
    """A server that closes a kept connection when the next request comes on it."""

    @contextmanager
    def place(_passes: bool, asynchronous: bool) -> Iterator[Place]:
        with FaultyServer(_ANSWER, line=OnceLine) as server:
            yield _place(server, warm=True, options={} if own else _client(asynchronous))

    return place


def _goaway(*, taken: bool, told: bool) -> Callable[[bool, bool], AbstractContextManager[Place]]:
    """A server of HTTP/2 that says GOAWAY after the request, through a client of the caller's."""

    @contextmanager
    def place(passes: bool, asynchronous: bool) -> Iterator[Place]:
        with GoAwayServer(times=1 if passes else None, taken=taken, told=told) as server:
            client = _client(asynchronous, http1=False, http2=True)
            options = {"api_key": KEY, "base_url": server.url, **client}
            yield Place(options=options, jobs=lambda: server.jobs, warm=True)

    return place


PLACES: dict[str, Callable[[bool, bool], AbstractContextManager[Place]]] = {
    "line:refused": _refused,
    "line:no-name": _no_name,
    "line:no-tls": _no_tls,
    "line:redirect": _answering(_REDIRECT),
    "line:redirect-followed": _answering(_REDIRECT, follow_redirects=True),
    "line:auth-503": _answering(Fault(name="503", status=503), auth=_Again()),
    "line:auth-401": _answering(Fault(name="401", status=401, makes_job=False), auth=_Again()),
    "line:transport-503": _stubborn,
    "line:idle": _idle(own=True),
    "line:idle-given": _idle(own=False),
    "line:goaway": _goaway(taken=False, told=False),
    "line:goaway-taken": _goaway(taken=True, told=True),
    "line:goaway-lying": _goaway(taken=True, told=False),
    "poll:early-cost": _early_cost,
}
