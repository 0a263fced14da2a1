"""A vendor in memory, who fails as he is told: what the core's effects are carried out against."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from specloom.targets.client.runtime.async_drivers import AsyncDriver
from specloom.targets.client.runtime.drivers import SyncDriver
from specloom.targets.client.runtime.effects import Failure, Reply

from .desks import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specloom.targets.client.runtime.effects import Request, Send

    from .loopback import FakeClock

__all__ = ["AsyncWire", "Vendor", "Wire", "Work"]

SOUND = b"sound of a kitten"
FINAL = {"done": "succeeded", "failed": "failed"}
STATES = {"in_queue": "queued", "processing": "running", **FINAL}
LIFE = {"in_queue": "processing", "processing": "done"}
ECHO = {"error": {"code": "001", "message": f"the key {KEY} is not liked"}}


@dataclass
class Work:
    """One job: what it is, and what the vendor has told of it so that it could be read."""

    id: str
    prompt: str
    status: str = "in_queue"
    told: str | None = None  # the state, as a client must know it
    cost: Decimal = Decimal(0)  # what it has been charged with
    charge: Decimal = Decimal("0.5")
    given_up: bool = False  # a person has decided that it is not there

    def advance(self, *, fails: bool) -> None:
        if self.status in FINAL:
            return
        self.status = "failed" if fails else LIFE.get(self.status, self.status)
        if self.status in FINAL:
            self.cost = self.charge

    def tell(self) -> dict[str, Any]:
        self.told = STATES[self.status]
        usage = {"cost": str(self.cost)}  # nothing yet, while it runs
        members: dict[str, Any] = {"id": self.id, "status": self.status, "usage": usage}
        if self.status in FINAL:
            members["output"] = [{"url": "/a.wav"}]
        return members | (ECHO if self.status == "failed" else {})


@dataclass
class _Body:
    parts: Iterator[Any]
    ended: bool = False

    def close(self) -> None: ...

    async def aclose(self) -> None: ...


@dataclass
class Vendor:
    """Carries requests out; `faults` come one after the other, and then all is well."""

    idempotent: bool = False
    jobs: dict[str, Work] = field(default_factory=dict)
    by_key: dict[str, Work] = field(default_factory=dict)
    faults: deque[str] = field(default_factory=deque)
    posts: int = 0

    def carry(self, effect: Send) -> Reply | Failure:
        """The outcome of a request; its trace tells the truth."""
        request, trace = effect.request, effect.trace
        fault = self.faults.popleft() if self.faults else "none"
        trace.handed = trace.traced = True
        if fault == "refused":
            return Failure(OSError("refused"))
        trace.left = True
        path = request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        if request.method == "POST":
            return self._submit(request, fault)
        if path.startswith("v1/videos/"):
            return self._poll(request, self.jobs[path.removeprefix("v1/videos/")], fault)
        return self._download(request, fault)

    def _submit(self, request: Request, fault: str) -> Reply | Failure:
        self.posts += 1
        key = request.headers.get("Idempotency-Key")
        early = {"dropped": 0, "429": 429, "400": 400, "500": 500}
        if fault in early:
            return _broken(request, early[fault], ECHO)
        prompt = json.loads(request.held)["input"]["prompt"]
        job = self.by_key.get(key) if key is not None else None
        if job is None:
            job = Work(f"task_{len(self.jobs) + 1}", prompt)
            self.jobs[job.id] = job
            if key is not None:
                self.by_key[key] = job
        late: dict[str, Callable[[], Reply | Failure]] = {
            "dropped late": lambda: _broken(request, 0, {}),
            "500 late": lambda: _broken(request, 500, ECHO),
            "no id": lambda: _reply(request, 200, {"status": "in_queue"}),
            "cut": lambda: _reply(request, 200, b'{"id": "task_', OSError("cut")),
        }
        return late[fault]() if fault in late else _reply(request, 200, job.tell())

    def _poll(self, request: Request, job: Work, fault: str) -> Reply | Failure:
        if fault == "404":
            if job.told not in FINAL.values():
                job.told = "missing"
            return _reply(request, 404, {})
        others: dict[str, Any] = {"blank": {}, "html": b"<html>", "no id": {"id": job.id}}
        if fault in others:
            return _reply(request, 200, others[fault])
        if fault in ("cut", "dropped late"):
            return _reply(request, 200, b'{"status": "don', OSError("cut"))
        if fault in ("dropped", "429", "400", "500", "500 late"):
            code = int(fault.partition(" ")[0]) if fault[0].isdigit() else 0
            return _broken(request, code, ECHO)
        return _reply(request, 200, job.tell())

    def _download(self, request: Request, fault: str) -> Reply | Failure:
        codes = {"404": 403, "429": 429, "500": 500, "500 late": 503, "400": 410}
        if fault in codes:
            return _broken(request, codes[fault], {})
        if fault in ("cut", "dropped late"):
            return _reply(request, 200, SOUND[:3], OSError("cut"))
        return _broken(request, 0, {}) if fault == "dropped" else _reply(request, 200, SOUND)


def _broken(request: Request, status: int, body: Any) -> Reply | Failure:
    return _reply(request, status, body) if status else Failure(OSError("dropped"))


def _reply(request: Request, status: int, body: Any, end: Exception | None = None) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "audio/wav" if request.route == "download" else "application/json"
    parts: list[Any] = [content, *([Failure(end)] if end is not None else [])]
    headers = {"content-type": kind, "x-request-id": "r1"}
    if request.route == "download":
        headers["content-length"] = str(len(SOUND))
    return Reply(
        status=status,
        headers=headers,
        url=request.url,
        asked=request,
        body=_Body(iter(parts)),
    )


@dataclass
class Stop:
    """Raises `error` at the effect with this number, before it is carried out or behind it."""

    error: BaseException
    at: int
    behind: bool
    seen: int = 0

    def check(self, *, behind: bool) -> None:
        self.seen += not behind
        if self.seen == self.at and self.behind is behind:
            self.at = 0
            raise self.error


class Wire(SyncDriver):
    """A driver without a network."""

    def __init__(self, vendor: Vendor, clock: FakeClock) -> None:
        super().__init__(None, clock)
        self.vendor, self.stop = vendor, Stop(Exception(), 0, behind=False)

    def _perform(self, effect: Any, run: Any) -> Any:
        self.stop.check(behind=False)
        outcome = super()._perform(effect, run)
        self.stop.check(behind=True)
        return outcome

    def _send(self, effect: Send, run: Any) -> Reply | Failure:
        return self.vendor.carry(effect)

    def _read(self, reply: Reply, run: Any) -> bytes | Failure:
        return next(reply.body.parts, b"")


class AsyncWire(AsyncDriver):
    """The same for the async client."""

    def __init__(self, vendor: Vendor, clock: FakeClock) -> None:
        super().__init__(None, clock)
        self.vendor, self.stop = vendor, Stop(Exception(), 0, behind=False)

    async def _perform(self, effect: Any, run: Any) -> Any:
        self.stop.check(behind=False)
        outcome = await super()._perform(effect, run)
        self.stop.check(behind=True)
        return outcome

    async def _send(self, effect: Send, run: Any) -> Reply | Failure:
        return self.vendor.carry(effect)

    async def _read(self, reply: Reply, run: Any) -> bytes | Failure:
        return next(reply.body.parts, b"")
