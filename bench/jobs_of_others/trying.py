"""All jobs of one woven client, through their lives: `python bench/jobs_of_others/trying.py HOME SERVER NAME`.

`HOME/client` holds the package `api`, `HOME/cases.jsonl` a request for each submit; what each try gave goes to
`HOME/SERVER.json`. The server is the client's own sandbox, or the one of `tests/jobs` that was written by hand.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import sys
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.wire.arguments import Arguments, hints_of
from bench.wire.calling import User
from bench.wire.packing import unpacked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

END = "X-Sandbox-End"  # a header by which a submit says how its job is to end
SOON = 60.0  # seconds: nothing here takes as long
NEVER = 1e-7  # the speed of a sandbox whose jobs do not end
PATIENCE = 0.15  # seconds until a job is given up; it polls several times by then

_SUBMITS = frozenset(("_submit", "_submit_all"))  # one job, or several

Try: TypeAlias = "Callable[[Any, dict[str, Any]], Awaitable[None]]"  # a client, and what was drawn


class TriedError(Exception):
    """What a try should have given and did not."""


class Caller(User):
    """Calls the submits of a woven client as a user does."""

    def client(self, name: str, url: str) -> Any:
        """A client of the server, with a credential for each that it may ask for."""
        made = getattr(self.woven, name)
        keys = [one for one in inspect.signature(made).parameters if one not in _SETTINGS]
        given = {one: f"bench-{one.replace('_', '-')}" for one in keys}
        usual = {"base_url": url, "max_retries": 0, "timeout": 30.0}
        return made(**given, **usual)

    def _client(self, name: str) -> Any:
        return self.client(name, self.base_url)

    def _resources(self, client_name: str) -> Iterator[tuple[str, Any]]:
        client = self._client(client_name)
        for name, member in inspect.getmembers(type(client)):
            if isinstance(member, cached_property) and name != "ledger":
                yield name, getattr(client, name)

    def submit_of(self, case: dict[str, Any]) -> Submit:
        """The method that submits what was drawn.

        Raises:
            TriedError: there is none.
        """
        for resource, method, function in self.methods.get((case["method"], case["path"]), ()):
            seen = self._recorded(function)
            if seen is not None and seen[0] in _SUBMITS:
                return Submit(resource=resource, method=method, function=function, seen=seen)
        raise TriedError(f"no method submits by {case['method']} {case['path']}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """A method that submits, and what it would send: a place for each argument."""

    resource: str
    method: str
    function: Callable[..., Any]
    seen: tuple[str, Any, dict[str, Any]]

    def arguments(self, case: dict[str, Any], package: Any, *, full: bool) -> dict[str, Any]:
        """What was drawn, as keywords; in full, or only the parameters that must be."""
        kept = [one for one in case["parameters"] if full or one["required"]]
        drawn = Arguments(hints_of(self.function), package, Random(1))
        return drawn.of(self.function, self.seen, {**case, "parameters": kept}, {})

    def argument_of(self, wire_name: str) -> str:
        """The argument that fills a parameter of the request."""
        spelled = self.seen[2].get("parameters") or {}
        found = (at for key, at in spelled.items() if key.rpartition(".")[2] == wire_name)
        return str(next(found, wire_name))


_SETTINGS = frozenset(
    (
        *("base_url", "assumed", "config", "prices", "timeout", "max_retries", "http_client"),
        *("server", "server_variables", "client_id", "client_secret", "scopes", "allow_insecure"),
        *("ledger", "ledger_prompts", "budget", "hooks"),
    )
)


def main() -> None:
    """Try every job, sync and async."""
    home, server, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    warnings.simplefilter("ignore")
    lines = (home / "cases.jsonl").read_text("utf-8").splitlines()
    cases = [unpacked(json.loads(line)) for line in lines]
    with _serving(server, name) as (ending, lasting):
        tries = asyncio.run(Trial(cases, server, ending, lasting).run())
    (home / f"{server}.json").write_text(json.dumps(tries, indent=1), "utf-8")


@contextmanager
def _serving(server: str, name: str) -> Iterator[tuple[Any, Any]]:
    """A server whose jobs end at once, and one whose jobs do not end."""
    if server == "sandbox":
        made = importlib.import_module("api.sandbox").Sandbox
        kinds = {"speed": 0}, {"speed": NEVER}
    else:
        module = f"tests.jobs.{name.partition('__')[0]}_server"
        made = importlib.import_module(module).Server
        kinds = {"ends": True}, {"ends": False}
    with made(**kinds[0]) as ending, made(**kinds[1]) as lasting:
        yield ending, lasting


class Trial:
    """All tries with one pair of servers."""

    def __init__(self, cases: list[dict[str, Any]], kind: str, ending: Any, lasting: Any) -> None:
        self.cases, self.kind, self.ending, self.lasting = cases, kind, ending, lasting
        self.caller = Caller(cases, ending.url)
        self.errors = importlib.import_module("api.errors")

    async def run(self) -> list[dict[str, Any]]:
        """A result for each job, way and outcome."""
        results: list[dict[str, Any]] = []
        for name in sorted(self.caller.names, key=lambda name: name.startswith("Async")):
            way = "async" if name.startswith("Async") else "sync"
            for case in self.cases:
                for outcome, trial in self._trials(case["job"]):
                    trouble = await self._tried(name, case, trial)
                    told = {"job": case["job"]["name"], "way": way, "outcome": outcome}
                    results.append({**told, "server": self.kind, "trouble": trouble})
        return results

    def _trials(self, job: dict[str, Any]) -> Iterator[tuple[str, Try]]:
        yield "submit", self._submit
        yield "success", self._succeed
        if "failed" in job["states"] or self.kind == "by-hand":  # else nothing says that it failed
            yield "failure", self._ending("failed", "JobFailedError")
        if "expired" in job["states"]:
            yield "expiry", self._ending("expired", "JobExpiredError")
        else:  # no word for it: the server knows the job no more
            yield "expiry", self._ending("missing", "JobMissingError")
        yield "time-out", self._give_up
        yield "resume", self._resume
        if job["cancels"]:
            yield "cancel", self._cancel
        if job["lists"] is not None:
            yield "list", self._list

    async def _tried(self, name: str, case: dict[str, Any], trial: Try) -> str:
        """What went wrong, or nothing."""
        server = self.lasting if trial in (self._give_up, self._cancel) else self.ending
        client, before = self.caller.client(name, server.url), _count(server)
        try:
            await trial(client, case)
            made = _count(server) - before
            _check(made in (0, 1), f"one submit made {made} jobs")
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:1200]
        finally:
            await _got(client.close())
        return ""

    async def _started(
        self, client: Any, case: dict[str, Any], *, full: bool = False, end: str = ""
    ) -> Any:
        submit = self.caller.submit_of(case)
        given = submit.arguments(case, self.caller.api, full=full)
        call = getattr(getattr(client, submit.resource), submit.method)
        made = await _got(call(**given, extra_headers={END: end} if end else {}))
        return made[0] if isinstance(made, list) else made

    async def _submit(self, client: Any, case: dict[str, Any]) -> None:
        job = await self._started(client, case, full=True)
        _check(bool(job.id), "the job has no id")

    async def _succeed(self, client: Any, case: dict[str, Any]) -> None:
        job = await self._started(client, case)
        await self._collect(job, case)

    async def _collect(self, job: Any, case: dict[str, Any]) -> None:
        """Wait for a job and take all that it comes to."""
        result = await _got(job.wait(timeout=SOON))
        _check(job.state == "succeeded", f"the job is {job.state}")
        if case["job"]["has_files"]:
            _check(bool(result.files), "the result has no file")
        with tempfile.TemporaryDirectory() as folder:
            for index, file in enumerate(result.files):
                path = await _got(file.save(Path(folder, str(index))))
                _check(Path(path).stat().st_size > 0, "a file is empty")
        if not result.files:
            _check(result.value is not None, "the result is nothing")

    async def _resume(self, client: Any, case: dict[str, Any]) -> None:
        job = await self._started(client, case)
        other = self.caller.client(type(client).__name__, client.base_url)
        try:
            again = await _got(other.jobs.resume(job.token))
            _check(again.id == job.id, f"the job that was taken up again is {again.id}")
            await self._collect(again, case)
        finally:
            await _got(other.close())

    def _ending(self, end: str, error: str) -> Try:
        async def trial(client: Any, case: dict[str, Any]) -> None:
            job = await self._started(client, case, end=end)
            try:
                await _got(job.wait(timeout=SOON))
            except getattr(self.errors, error):
                return
            raise TriedError(f"no {error}: the job is {job.state}")

        return trial

    async def _give_up(self, client: Any, case: dict[str, Any]) -> None:
        job = await self._started(client, case)
        try:
            await _got(job.wait(timeout=PATIENCE))
        except self.errors.JobTimeoutError as error:
            _check(error.job is job, "the error does not carry the job")
            _check(job.token in str(error), "the error does not say how to go on")
            return
        raise TriedError(f"no JobTimeoutError: the job is {job.state}")

    async def _cancel(self, client: Any, case: dict[str, Any]) -> None:
        job = await self._started(client, case)
        await _got(job.cancel())
        _check(job.state in ("cancelled", "missing"), f"the cancelled job is {job.state}")

    async def _list(self, client: Any, case: dict[str, Any]) -> None:
        job, submit = await self._started(client, case), self.caller.submit_of(case)
        sent = {one["name"]: one["value"] for one in case["parameters"]}
        given = {submit.argument_of(name): sent[name] for name in case["job"]["lists"]}
        found = await _got(client.jobs.list(case["job"]["name"], **given))
        _check(job.id in [one.id for one in found], "the list does not name the job")
        again = next(one for one in found if one.id == job.id)
        await _got(again.refresh())
        _check(again.state is not None, "nothing is known of the job that was found")


def _count(server: Any) -> int:
    """The jobs that a server by hand has made; nobody counts those of a sandbox."""
    return len(getattr(server, "created", ()))


def _check(holds: bool, trouble: str) -> None:
    if not holds:
        raise TriedError(trouble)


async def _got(value: Any) -> Any:
    """What a call of the sync or of the async client gives."""
    return await value if inspect.isawaitable(value) else value


if __name__ == "__main__":
    main()
