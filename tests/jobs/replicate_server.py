"""Predictions and trainings as Replicate's document and its prose tell them, on loopback."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.jobs.listening import PNG, ByHand, Listener, answer

if TYPE_CHECKING:

    from tests.jobs.listening import Answer, Call

__all__ = ["Server"]

PAGE = 100
STEPS = ("starting", "processing", "succeeded")
FINAL = {"succeeded", "failed", "canceled", "aborted"}
WAIT = re.compile(r"wait(=([1-9]|[1-9][0-9]|60))?")
EVENTS = {"start", "output", "logs", "completed"}
PREDICTING: dict[str, type] = {
    "input": dict,
    "stream": bool,
    "webhook": str,
    "webhook_events_filter": list,
}
CREATES: tuple[tuple[str, re.Pattern[str], dict[str, type]], ...] = (
    ("predictions", re.compile(r"/v1/predictions"), {**PREDICTING, "version": str}),
    ("predictions", re.compile(r"/v1/models/([^/]+)/([^/]+)/predictions"), PREDICTING),
    ("predictions", re.compile(r"/v1/deployments/([^/]+)/([^/]+)/predictions"), PREDICTING),
    (
        "trainings",
        re.compile(r"/v1/models/([^/]+)/([^/]+)/versions/([^/]+)/trainings"),
        {"destination": str, "input": dict, "webhook": str, "webhook_events_filter": list},
    ),
)
REQUIRED = ("version", "destination", "input")


@dataclass(slots=True, kw_only=True)
class _Work:
    """A prediction or a training: its body as it is told, and how it is to end."""

    kind: str
    end: str
    told: dict[str, Any]


class Server(ByHand):
    """Replicate by hand; its jobs go on for ever where they do not end.

    Attributes:
        created: The ids of all jobs, oldest first.
    """

    root = "/v1"

    def __init__(self, ends: bool = True) -> None:
        self.created: list[str] = []
        self._ends, self._work = ends, dict[str, _Work]()
        super().__init__(Listener(self._respond))

    def _respond(self, call: Call) -> Answer:
        scheme, _, token = call.header("Authorization").partition(" ")
        if scheme != "Bearer" or not token:
            return _problem(401, "Unauthenticated", "You did not pass an authentication token")
        if call.method == "POST":
            for kind, path, members in CREATES:
                if path.fullmatch(call.path):
                    return self._create(call, kind, members)
        return self._existing(call)

    def _existing(self, call: Call) -> Answer:
        match call.method, call.parts[1:]:
            case "GET", ["predictions" | "trainings" as kind]:
                return self._list(call, kind)
            case "GET", ["predictions" | "trainings" as kind, job]:
                return self._get(kind, job)
            case "POST", ["predictions" | "trainings" as kind, job, "cancel"]:
                return self._cancel(kind, job)
            case "GET", ["delivery", _]:
                return answer(200, PNG, kind="image/png")
        return _problem(404, "Not found", "The requested resource could not be found")

    def _create(self, call: Call, kind: str, members: dict[str, type]) -> Answer:
        wrong = _wrong(call, members)
        if wrong:
            return _problem(422, "Input validation failed", wrong)
        drawn = hashlib.sha256(str(len(self.created)).encode()).digest()
        job = base64.b32encode(drawn).decode()[:26].lower()
        work = _Work(kind=kind, end=call.header("X-Sandbox-End"), told=self._new(call, kind, job))
        self._work[job] = work
        self.created.append(job)
        waits = bool(WAIT.fullmatch(call.header("Prefer"))) and kind == "predictions"
        if waits and self._ends and work.end != "missing":
            self._advance(work)
            self._advance(work)
            return answer(201, work.told)
        return answer(202 if kind == "predictions" else 201, work.told)

    def _new(self, call: Call, kind: str, job: str) -> dict[str, Any]:
        asked, here = call.json, f"{self.url}/{kind}/{job}"
        owner = "/".join(call.parts[2:4]) or "replicate/hello-world"
        urls = {"get": here, "cancel": f"{here}/cancel"}
        told = {
            "id": job,
            "model": owner,
            "version": asked.get("version", "hidden"),
            "input": asked["input"],
            "logs": "",
            "output": None,
            "error": None,
            "status": STEPS[0],
            "created_at": "2026-01-02T03:04:05.678901Z",
            "source": "api",
            "urls": urls,
        }
        if kind == "predictions":
            told |= {"data_removed": False}
            urls["web"] = f"https://replicate.com/p/{job}"
        return told

    def _get(self, kind: str, job: str) -> Answer:
        work = self._work.get(job)
        if work is None or work.kind != kind or work.end == "missing":
            return _problem(404, "Not found", f"There is no such thing among the {kind}")
        self._advance(work)
        return answer(200, work.told)

    def _advance(self, work: _Work) -> None:
        """One step further; the last one where jobs end, and as it was asked for."""
        now = work.told["status"]
        if now in FINAL:
            return
        if now == STEPS[0]:
            work.told |= {"status": STEPS[1], "started_at": "2026-01-02T03:04:06.678901Z"}
        elif self._ends:
            work.told |= _ending(work, self.url)

    def _cancel(self, kind: str, job: str) -> Answer:
        work = self._work.get(job)
        if work is None or work.kind != kind:
            return _problem(404, "Not found", f"There is no such thing among the {kind}")
        if work.told["status"] not in FINAL:
            work.told |= {"status": "canceled", **_completed()}
        return answer(200, work.told)

    def _list(self, call: Call, kind: str) -> Answer:
        own = [work.told for work in self._work.values() if work.kind == kind][::-1]
        start = int(call.query.get("cursor", ["0"])[0])
        here = f"{self.url}/{kind}?cursor="
        page: dict[str, Any] = {"next": None, "previous": None, "results": own[start:][:PAGE]}
        if start + PAGE < len(own):
            page["next"] = f"{here}{start + PAGE}"
        if start:
            page["previous"] = f"{here}{max(0, start - PAGE)}"
        return answer(200, page)


def _ending(work: _Work, url: str) -> dict[str, Any]:
    match work.end:
        case "failed":
            return {"status": "failed", "error": "CUDA out of memory", **_completed()}
        case "cancelled":
            return {"status": "canceled", **_completed()}
        case "expired" if work.kind == "predictions":  # the data is gone an hour after the end
            gone: dict[str, Any] = {"data_removed": True, "output": None, "input": {}}
            return {"status": "succeeded", **gone, **_completed()}
        case "expired":  # terminated before it started running, at its deadline
            return {"status": "aborted", **_completed()}
    output: Any = [f"{url}/delivery/{work.told['id']}.png"]
    if work.kind == "trainings":
        output = {"version": f"me/mine:{work.told['id']}", "weights": output[0]}
    return {"status": "succeeded", "output": output, **_completed()}


def _completed() -> dict[str, Any]:
    ended = "2026-01-02T03:04:07.678901Z"
    return {"completed_at": ended, "metrics": {"predict_time": 0.012683, "total_time": 2.0}}


def _wrong(call: Call, members: dict[str, type]) -> str:
    """What is wrong with the body of a submit; nothing where it is right."""
    asked = call.json
    if call.media_type != "application/json" or not isinstance(asked, dict):
        return "the body is a JSON object"
    for name in REQUIRED:
        if name in members and name not in asked:
            return f"{name} is required"
    for name, value in asked.items():
        if name not in members and "destination" not in members:
            return f"Additional property {name} is not allowed"
        if name in members and not isinstance(value, members[name]):
            return f"{name} is of another type"
    if not EVENTS.issuperset(asked.get("webhook_events_filter", ())):
        return "webhook_events_filter names an event that does not exist"
    return ""


def _problem(status: int, title: str, detail: str) -> Answer:
    return answer(status, {"title": title, "detail": detail, "status": status})
