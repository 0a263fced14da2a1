"""Bulk exports as Twilio's document and its prose tell them, on loopback."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.jobs.listening import ByHand, Listener, answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.jobs.listening import Answer, Call

__all__ = ["Server"]

RESOURCES = {"Messages", "Calls", "Conferences", "Participants"}
REQUIRED = ("StartDay", "EndDay", "FriendlyName")
KNOWN = {*REQUIRED, "WebhookUrl", "WebhookMethod", "Email"}
SID = re.compile(r"JS[0-9a-fA-F]{32}")
MOST = 366  # days of a job
SIGNED = "?X-Amz-Signature=4f1d"


@dataclass(slots=True, kw_only=True)
class _Work:
    """An export: its body as it is told, its days, how often it was asked for, and how it ends."""

    end: str
    days: list[str]
    told: dict[str, Any]
    polls: int = 0


class Server(ByHand):
    """Twilio's exports by hand; its jobs go on for ever where they do not end.

    Twilio has no word for a job that failed: the file of a day is not there, though the job is done.

    Attributes:
        created: The ids of all jobs, oldest first.
    """

    def __init__(self, ends: bool = True) -> None:
        self.created: list[str] = []
        self._ends, self._work = ends, dict[str, _Work]()
        self._made: set[tuple[str, str]] = set()  # resource and day of each file
        self._bucket = Listener(self._file)
        super().__init__(Listener(self._respond), self._bucket)

    def _respond(self, call: Call) -> Answer:
        if not _is_known(call.header("Authorization")):
            return _problem(401, 20003, "Authentication Error - invalid username")
        match call.method, call.parts:
            case "POST", ["v1", "Exports", resource, "Jobs"] if resource in RESOURCES:
                return self._create(call, resource)
            case "GET", ["v1", "Exports", resource, "Jobs"] if resource in RESOURCES:
                return self._list(call, resource)
            case "GET" | "DELETE" as method, ["v1", "Exports", "Jobs", job]:
                return self._job(method, job)
            case "GET", ["v1", "Exports", resource, "Days", day]:
                return self._day(resource, day)
        return _problem(404, 20404, f"The requested resource {call.path} was not found")

    def _create(self, call: Call, resource: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(call.body.decode("ascii")).items()}
        wrong = _wrong(call, asked)
        if wrong:
            return _problem(400, 20001, wrong)
        drawn = hashlib.sha256(str(len(self.created)).encode()).hexdigest()
        work = _Work(
            end=call.header("X-Sandbox-End"),
            days=_days(asked["StartDay"], asked["EndDay"]),
            told=_told(f"JS{drawn[:32]}", resource, asked),
        )
        self._work[work.told["job_sid"]] = work
        self.created.append(work.told["job_sid"])
        return answer(201, work.told)

    def _job(self, method: str, job: str) -> Answer:
        work = self._work.get(job)
        if not SID.fullmatch(job) or work is None or work.end == "missing":
            return _problem(404, 20404, f"The requested resource /Exports/Jobs/{job} was not found")
        if method == "DELETE":
            del self._work[job]
            return answer(204)
        self._advance(work)
        return answer(200, {**work.told, "url": f"{self.url}/v1/Exports/Jobs/{job}"})

    def _advance(self, work: _Work) -> None:
        """In the queue, then some days done, then all of them; each group under its word."""
        work.polls += 1
        first, rest = work.days[:1], work.days[1:]
        if work.polls == 1:
            groups = {"SUBMITTED": work.days}
        elif not self._ends:
            groups = {"COMPLETED": rest, "RUNNING": first}
        elif work.polls == 2:
            groups = {"COMPLETED": first, "SUBMITTED": rest}
        else:
            groups = {"COMPLETED": work.days}
        queued = "1" if work.polls == 1 else None
        grouped = [
            {"status": status, "count": len(days), "days": days}
            for status, days in groups.items()
            if days
        ]
        work.told |= {"details": grouped, "job_queue_position": queued}
        files = {(work.told["resource_type"], day) for day in groups.get("COMPLETED", ())}
        self._made = self._made - files if work.end == "failed" else self._made | files

    def _list(self, call: Call, resource: str) -> Answer:
        size = _number(call, "PageSize", 50, range(1, 1001))
        page = _number(call, "Page", 0, range(10**9))
        if size is None or page is None:
            return _problem(400, 20001, "the page is none")
        own = [one.told for one in self._work.values() if one.told["resource_type"] == resource]
        there = f"{self.url}/v1/Exports/{resource}/Jobs?PageSize={size}&Page="
        has_next = (page + 1) * size < len(own)
        meta = {
            "key": "jobs",
            "page": page,
            "page_size": size,
            "url": f"{there}{page}",
            "first_page_url": f"{there}0",
            "previous_page_url": f"{there}{page - 1}" if page else None,
            "next_page_url": f"{there}{page + 1}&PageToken=PT{page + 1}" if has_next else None,
        }
        return answer(200, {"jobs": own[::-1][page * size :][:size], "meta": meta})

    def _day(self, resource: str, day: str) -> Answer:
        if (resource, day) not in self._made:
            return _problem(404, 20404, f"The requested resource /Days/{day} was not found")
        to = f"{self._bucket.url}/{resource}/{day}.json.gz{SIGNED}"
        return answer(307, {"redirect_to": to}, Location=to)

    def _file(self, call: Call) -> Answer:
        """A day's file; a signed link with credentials beside it is refused, as buckets do."""
        if call.header("Authorization") or "X-Amz-Signature" not in call.query:
            told = b"<Error><Code>InvalidArgument</Code></Error>"
            return answer(400, told, kind="application/xml")
        resource, day = call.parts[0], call.parts[1].removesuffix(".json.gz")
        lines = [json.dumps({"sid": f"SM{n:032x}", "date": day, "of": resource}) for n in range(3)]
        packed = gzip.compress("\n".join(lines).encode(), mtime=0)
        return answer(200, packed, kind="application/gzip")


def _told(job: str, resource: str, asked: Mapping[str, str]) -> dict[str, Any]:
    return {
        "job_sid": job,
        "resource_type": resource,
        "friendly_name": asked["FriendlyName"],
        "start_day": asked["StartDay"],
        "end_day": asked["EndDay"],
        "webhook_url": asked.get("WebhookUrl"),
        "webhook_method": asked.get("WebhookMethod"),
        "email": asked.get("Email"),
        "details": None,
        "job_queue_position": "1",
        "estimated_completion_time": "2026-01-02T03:04:05.547",
    }


def _wrong(call: Call, asked: Mapping[str, str]) -> str:
    """What is wrong with a form; nothing where it is right."""
    if call.media_type != "application/x-www-form-urlencoded":
        return "the body is a form"
    for name in REQUIRED:
        if name not in asked:
            return f"{name} is required"
    if not asked.keys() <= KNOWN:
        return f"unknown: {sorted(asked.keys() - KNOWN)}"
    if ("WebhookUrl" in asked) != ("WebhookMethod" in asked):
        return "WebhookUrl and WebhookMethod go together"
    try:
        first, last = (date.fromisoformat(asked[name]) for name in REQUIRED[:2])
    except ValueError:
        return "a day is written as yyyy-mm-dd"
    return "" if 0 <= (last - first).days < MOST else "EndDay is inclusive and after StartDay"


def _days(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [str(start + timedelta(days=n)) for n in range((end - start).days + 1)]


def _number(call: Call, name: str, default: int, within: range) -> int | None:
    """A number of the query; None where it is none, or out of its bounds."""
    told = call.query.get(name, [str(default)])[0]
    return int(told) if told.isdecimal() and int(told) in within else None


def _is_known(given: str) -> bool:
    """Whether a user name and a password came."""
    scheme, _, told = given.partition(" ")
    if scheme != "Basic":
        return False
    name, _, password = base64.b64decode(told).decode().partition(":")
    return bool(name and password)


def _problem(status: int, code: int, message: str) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return answer(status, {"code": code, "message": message, "more_info": more, "status": status})
