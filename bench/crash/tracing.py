"""The order of intent, fsync, POST, id, fsync, as the kernel sees it: a kill proves no fsync."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.crash.served import Served

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Call", "Traced", "check_order", "read_calls", "trace_submits"]

ROOT = Path(__file__).parents[2]
CALLS = (  # those after a ? are not there on every machine
    "pwrite64,write,writev,fsync,fdatasync,sendto,sendmsg,recvfrom,recvmsg,read,"
    "?unlink,unlinkat,?rename,?renameat,?renameat2"
)
_DEEDS = {
    "pwrite64": "write",
    "fdatasync": "fsync",
    "unlinkat": "unlink",
    "renameat": "rename",
    "renameat2": "rename",
}
_SPLIT = " <unfinished ...>"
_BEGUN = re.compile(r"(\d+) +(\w+)\((.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
_PLACE = re.compile(
    r"(?:AT_FDCWD(?:<[^>]*>)?, )?(?:\d+<(TCP(?:v6)?:\[[^\]]*\]|[^>]*)>|\"([^\"]*)\")"
)
_LEDGER = "jobs.sqlite3"
_KEY = "order-0"
_VIDEO = ("write part", "fsync part", "rename part", "fsync videos", "write ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the kernel that matters: what was done to what, and with what."""

    deed: str
    place: str  # ledger, journal, folder, part (of the video), videos (its folder), or line
    text: str = ""

    def __str__(self) -> str:
        return f"{self.deed} {self.place}"


@dataclass(slots=True, kw_only=True)
class Traced:
    """What one submit did, and what was wrong with it."""

    kind: str
    intent: list[str] = field(default_factory=list)
    sent: str = ""
    id: list[str] = field(default_factory=list)
    video: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def trace_submits(home: Path) -> list[Traced]:
    """Trace one submit of each client, its first poll included."""
    strace = shutil.which("strace")
    if strace is None:
        missing = "strace is not installed: the order was not checked (apt-get install strace)"
        return [Traced(kind="sync and async", wrong=[missing])]
    home.mkdir(parents=True, exist_ok=True)
    with Served(home=home, options=("--speed", "0")) as served:
        return [
            _traced(strace, home / kind, served.url, kind, words)
            for kind, words in (("sync", ()), ("async", ("--awaited",)))
        ]


def _traced(strace: str, folder: Path, url: str, kind: str, words: Sequence[str]) -> Traced:
    (folder / "out").mkdir(parents=True)
    trace = folder / "trace.txt"
    watch = [strace, "-f", "-yy", "-s", "100000", "-e", f"trace={CALLS}", "-o", str(trace)]
    worker = ["bench.crash.worker", str(folder), url, "--orders", "1", "--threads", "1", *words]
    known = {name: value for name, value in os.environ.items() if not name.startswith("WAN26_")}
    done = subprocess.run(
        [*watch, sys.executable, "-m", *worker],
        cwd=ROOT,
        env=known,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        return Traced(kind=kind, wrong=[f"the traced worker broke: {done.stderr[-600:]!r}"])
    with trace.open(encoding="utf-8", errors="replace") as lines:
        return check_order(kind, list(read_calls(lines, folder)))


def read_calls(lines: Iterable[str], folder: Path) -> Iterator[Call]:
    """The calls that matter: a sending counts when it begins, all else when it has ended."""
    begun: dict[str, str] = {}
    for line in lines:
        resumed = _RESUMED.match(line)
        if resumed is not None:
            before = begun.pop(resumed[1], "")
            whole = before + resumed[3]
            if before and not _sends(whole):
                yield from _call(whole, folder)
            continue
        found = _BEGUN.match(line)
        if found is None:
            continue
        text = f"{found[2]}({found[3]}"
        if line.rstrip().endswith(_SPLIT.strip()):
            begun[found[1]] = text.removesuffix(_SPLIT)
            if not _sends(text):
                continue
        yield from _call(text, folder)


def _sends(text: str) -> bool:
    return text.startswith(("sendto(", "sendmsg(", "write(", "writev(")) and "<TCP" in text


def _call(text: str, folder: Path) -> Iterator[Call]:
    name, _, rest = text.partition("(")
    place = _PLACE.match(rest)
    if place is None or " = -1 " in text[-80:]:
        return
    where = place[1] or place[2]
    if where.startswith("TCP"):
        said = rest[place.end() :]
        if _sends(text):
            yield Call(deed="send", place="line", text=said)
        elif name in ("recvfrom", "recvmsg", "read") and not text.rstrip().endswith("= 0"):
            yield Call(deed="receive", place="line", text=said)
        return
    known = {
        str(folder): "folder",
        str(folder / _LEDGER): "ledger",
        str(folder / f"{_LEDGER}-journal"): "journal",
        str(folder / "out"): "videos",
        str(folder / "out" / f"{_KEY}.mp4.part"): "part",
    }
    deed = _DEEDS.get(name, name)
    if where in known and deed in ("write", "fsync", "unlink", "rename"):
        yield Call(deed=deed, place=known[where], text=rest)


def check_order(kind: str, calls: Sequence[Call]) -> Traced:
    """See that the intent is on disk before a byte is sent, and the id before the first poll."""
    made = Traced(kind=kind)
    post = _first(calls, 0, "send", "POST ")
    answer = _first(calls, post, "receive", "HTTP/1.1 200")
    poll = _first(calls, answer, "send", "GET /v1/videos/")
    if not 0 <= post < answer < poll:
        made.wrong.append(f"{kind}: no POST, answer and poll in this order in the trace")
        return made
    if any(call.deed == "send" for call in calls[:post]):
        made.wrong.append(f"{kind}: something was sent before the POST")
    job_id = re.search(r"GET /v1/videos/([\w-]+)", calls[poll].text)
    made.sent = " > ".join(dict.fromkeys(_word(call) for call in calls[post : answer + 1]))
    made.intent = _checked(made, calls[:post], _KEY, "the POST")
    made.id = _checked(made, calls[answer:poll], job_id[1] if job_id else "?", "the first poll")
    made.video = _saved(made, calls[poll:])
    return made


def _saved(made: Traced, calls: Sequence[Call]) -> list[str]:
    """How the video got its name: bytes first, then the name, then the row that tells of it."""
    start = next((at for at, call in enumerate(calls) if str(call) == "write part"), len(calls))
    told = [str(call) for call in calls[start:]]
    named = told.index("rename part") if "rename part" in told else len(told)
    ends = [at for at in range(named, len(told)) if told[at] == "write ledger"][:1]
    part = [word for word in told[: ends[0] + 1] if word in _VIDEO] if ends else told
    order = [word for at, word in enumerate(part) if word not in part[:at] or word == "write part"]
    if order != list(_VIDEO):
        made.wrong.append(f"{made.kind}: the video was saved by {', '.join(order) or 'no call'}")
    return order


def _word(call: Call) -> str:
    return {"send": "POST", "receive": "answer"}.get(call.deed, str(call))


def _first(calls: Sequence[Call], start: int, deed: str, text: str) -> int:
    for at in range(max(start, 0), len(calls)):
        if calls[at].deed == deed and text in calls[at].text:
            return at
    return -1


def _checked(made: Traced, calls: Sequence[Call], text: str, then: str) -> list[str]:
    """The transaction that writes `text`, from its journal to its end, all on disk."""
    disk = [call for call in calls if call.place != "line"]
    start = next(
        (at for at, call in enumerate(disk) if str(call) == "write ledger" and text in call.text),
        -1,
    )
    if start < 0:
        made.wrong.append(f"{made.kind}: {text} was not written into the ledger before {then}")
        return []
    while start > 0 and disk[start - 1].deed != "unlink":
        start -= 1
    if disk[start].place == "folder":  # it ends the transaction before
        start += 1
    end = next((at for at in range(start, len(disk)) if disk[at].deed == "unlink"), -1)
    part = disk[start : end + 2] if end >= 0 else disk[start:]
    made.wrong += [f"{made.kind}: {line} before {then}" for line in _unsynced(part)]
    told = [str(call) for call in part]
    return [word for at, word in enumerate(told) if at == 0 or word != told[at - 1]]


def _unsynced(calls: Sequence[Call]) -> Iterator[str]:
    """What of a transaction was not on disk when it ended, or not in SQLite's order."""
    words = [str(call) for call in calls]
    if "unlink journal" not in words:
        yield "the transaction was not committed"
        return
    commit, first = words.index("unlink journal"), words.index("write ledger")
    if "fsync journal" not in words[:first]:
        yield "the journal was not on disk when the ledger was written"
    if "fsync folder" not in words[:first]:
        yield "the journal's name was not on disk when the ledger was written"
    last = max(at for at, word in enumerate(words) if word == "write ledger")
    if "fsync ledger" not in words[last:commit]:
        yield "the ledger was not on disk when its journal was removed"
    if "fsync folder" not in words[commit:]:
        yield "the journal's removal was not on disk"
