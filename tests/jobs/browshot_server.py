"""Screenshots and batches as Browshot's document and its prose tell them, on loopback."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.jobs.listening import PNG, ByHand, Listener, answer

if TYPE_CHECKING:

    from tests.jobs.listening import Answer, Call

__all__ = ["Server"]

STEPS = ("in_queue", "processing", "finished")
FIRST = 12005001  # of the ids
MOST = 10  # URLs, and instances, of one call
ZIP = "application/zip"
LIMITS = {  # of the numbers in a query
    "delay": (0, 60),
    "flash_delay": (0, 30),
    "screen_width": (1, 2000),
    "screen_height": (1, 2000),
    "priority": (1, 3),
    "details": (0, 3),
    "html": (0, 1),
    "max_wait": (0, 60),
    "shots": (1, 10),
    "shot_interval": (1, 10),
    "hosting_height": (1, 15000),
    "hosting_width": (1, 2000),
    "limit": (1, 100),
}
WORDS = {"size": {"screen", "page"}, "hosting": {"s3", "browshot"}}
STATUSES = {"error", "finished", "in_process"}
KEPT = ("cookie", "post_data", "referer", "script")  # told again as they came


@dataclass(slots=True, kw_only=True)
class _Work:
    """A screenshot or a batch: its body as it is told, and how it is to end."""

    kind: str
    end: str
    told: dict[str, Any]


class Server(ByHand):
    """Browshot by hand; its jobs go on for ever where they do not end.

    Attributes:
        created: The ids of all jobs, oldest first.
    """

    root = "/api/v1"

    def __init__(self, ends: bool = True) -> None:
        self.created: list[int] = []
        self._ends, self._work = ends, dict[int, _Work]()
        self._files = Listener(_file)  # another host: what lies there is asked for without a key
        super().__init__(Listener(self._respond), self._files)

    def _respond(self, call: Call) -> Answer:
        if not _one(call, "key"):
            return answer(401, {"error": "Missing or invalid API key", "status": "error"})
        wrong = _wrong(call)
        if wrong:
            return answer(400, {"error": wrong, "status": "error"})
        match call.method, call.path.removeprefix("/api/v1"):
            case "GET", "/screenshot/create":
                return self._create(call)
            case "GET", "/screenshot/multiple":
                return self._create_many(call)
            case "GET", "/screenshot/info":
                return self._info(call)
            case "GET", "/screenshot/list":
                return self._list(call)
            case "POST", "/batch/ceate":  # so the document spells it
                return self._create_batch(call)
            case "GET", "/batch/info":
                return self._batch(call)
        return answer(404, {"error": "There is no such call", "status": "error"})

    def _create(self, call: Call) -> Answer:
        lacking = _lacking(call, "url", "instance_id")
        if lacking:
            return lacking
        work = self._screenshot(call, call.query["url"][0], call.query["instance_id"][0])
        return answer(200, work.told)

    def _create_many(self, call: Call) -> Answer:
        lacking = _lacking(call, "url", "instance_id")
        if lacking:
            return lacking
        urls, instances = call.query["url"], call.query["instance_id"]
        if len(urls) > MOST or len(instances) > MOST:
            return answer(400, {"error": f"{MOST} of each at most", "status": "error"})
        made = [self._screenshot(call, url, one) for url in urls for one in instances]
        return answer(200, {str(work.told["id"]): work.told for work in made})

    def _screenshot(self, call: Call, url: str, instance: str) -> _Work:
        told = {
            "url": url,
            "instance_id": int(instance),
            "size": _one(call, "size") or "screen",
            "delay": int(_one(call, "delay") or 5),
            "priority": int(_one(call, "priority") or 2),
            "cost": 1,
            **{name: _one(call, name) for name in KEPT if name in call.query},
        }
        return self._new(call, "screenshot", told)

    def _new(self, call: Call, kind: str, told: dict[str, Any]) -> _Work:
        job = FIRST + len(self.created)
        told = {"id": job, "status": STEPS[0], **told}
        self._work[job] = _Work(kind=kind, end=call.header("X-Sandbox-End"), told=told)
        self.created.append(job)
        return self._work[job]

    def _create_batch(self, call: Call) -> Answer:
        if call.media_type != "multipart/form-data" or b"\r\n--" not in call.body:
            return answer(400, {"error": "POST multipart/form-data", "status": "error"})
        told = {"count": 2, "processed": 0, "failed": 0}
        return answer(200, [self._new(call, "batch", told).told])

    def _asked(self, call: Call, kind: str) -> _Work | None:
        """The job that a query names, one step further."""
        work = self._work.get(int(call.query["id"][0]))
        if work is None or work.kind != kind or work.end == "missing":
            return None
        now = work.told["status"]
        if now == STEPS[0]:
            work.told["status"] = STEPS[1]
        elif now == STEPS[1] and self._ends:
            work.told |= _ending(work, self._files.url)
        return work

    def _info(self, call: Call) -> Answer:
        lacking = _lacking(call, "id")
        if lacking:
            return lacking
        work = self._asked(call, "screenshot")
        if work is None:
            told = {"error": "Screenshot not found", "status": "error", "id": int(_one(call, "id"))}
            return answer(404, told)
        return answer(200, [work.told])

    def _batch(self, call: Call) -> Answer:
        lacking = _lacking(call, "id")
        if lacking:
            return lacking
        work = self._asked(call, "batch")
        if work is None:
            return answer(404, {"error": "Batch not found", "status": "error"})
        return answer(200, work.told)

    def _list(self, call: Call) -> Answer:
        wanted = _one(call, "status")
        if wanted and wanted not in STATUSES:
            return answer(400, {"error": "there is no such status", "status": "error"})
        found = [
            work.told
            for work in self._work.values()
            if work.kind == "screenshot" and wanted in ("", _listed(work.told["status"]))
        ]
        newest = found[::-1][: int(_one(call, "limit") or 100)]
        return answer(200, [{str(told["id"]): told} for told in newest])


def _listed(status: str) -> str:
    """The word by which the list filters."""
    return status if status in STATUSES else "in_process"


def _ending(work: _Work, files: str) -> dict[str, Any]:
    if work.end == "failed":
        if work.kind == "batch":
            return {"status": "error", "failed": 2, "processed": 2}
        return {"status": "error", "error": "Invalid domain", "cost": 0}
    if work.kind == "batch":
        done = {"processed": 2, "started": 1767323045, "finished": 1767323047}
        return {"status": STEPS[2], **done, "urls": [f"{files}/batch/{work.told['id']}.zip"]}
    shot = f"{files}/screenshot/image/{work.told['id']}?scale=1"
    size = {"width": 1024, "height": 768, "scale": 1.0}
    return {"status": STEPS[2], "final_url": work.told["url"], "screenshot_url": shot, **size}


def _file(call: Call) -> Answer:
    """An image, or a batch of them; with credentials this host answers nothing."""
    if "key" in call.query or call.header("Authorization"):
        return answer(400, b"credentials are not for this host", kind="text/plain")
    if not call.path.startswith("/batch/"):
        return answer(200, PNG, kind="image/png")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("1.png"), PNG)
        archive.writestr(zipfile.ZipInfo("2.png"), PNG)
    return answer(200, packed.getvalue(), kind=ZIP)


def _one(call: Call, name: str) -> str:
    return call.query.get(name, [""])[0]


def _lacking(call: Call, *names: str) -> Answer | None:
    """The refusal of a call without what it must have."""
    for name in names:
        if not _one(call, name):
            return answer(400, {"error": f"{name} is missing", "status": "error"})
        whole = name != "url"
        if whole and not all(value.isdecimal() for value in call.query[name]):
            return answer(400, {"error": f"{name} is no whole number", "status": "error"})
    return None


def _wrong(call: Call) -> str:
    """What is wrong with the values of a query; nothing where all are right."""
    for name, (least, most) in LIMITS.items():
        for value in call.query.get(name, ()):
            if not value.isdecimal() or not least <= int(value) <= most:
                return f"{name} is not between {least} and {most}"
    for name, words in WORDS.items():
        if not words.issuperset(call.query.get(name, ())):
            return f"{name} is no word that is known"
    return ""
