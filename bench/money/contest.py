"""The same faults for current SDKs from PyPI and for the client woven here: jobs by one call."""

from __future__ import annotations

import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.money.faults import FAULTS, REDIRECT, SLOW, Fault
from bench.money.server import JOB, KEY, FaultyServer
from bench.running import Done, run

__all__ = ["LIMIT", "NO_END", "PEERS", "READ_TIMEOUT", "Cell", "Peer", "ask", "compete"]

HERE = Path(__file__).parent
LIMIT = (
    120.0  # seconds for one submit; fal-client pauses for about 51 s in all between its ten tries
)
READ_TIMEOUT = 2.0  # seconds, where an answer comes late: the server answers after LATE
SETTING_UP = 600.0
NO_END = "did not end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An SDK: what to install, the script that submits, how its server answers a submit."""

    name: str
    script: str
    answer: dict[str, Any]
    requirement: str = ""  # none: the environment in which the bench runs
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one submit call led to: POSTs and jobs at all servers, and how it ended."""

    peer: str
    fault: str
    passes: bool
    jobs: int
    posts: int
    ended: str
    key_travelled: bool = False
    text: str = field(default="", repr=False)


PEERS = (
    Peer(
        name="fal-client",
        requirement="fal-client==1.0.3",
        script="fal.py",
        answer={
            "request_id": JOB,
            "status": "IN_QUEUE",
            "response_url": "URL/requests/JOB",
            "status_url": "URL/requests/JOB/status",
            "cancel_url": "URL/requests/JOB/cancel",
        },
        note="its address is a constant with https: the script sets `QUEUE_URL_FORMAT`",
    ),
    Peer(
        name="openai",
        requirement="openai==3.57.0",
        script="openai_videos.py",
        answer={"id": JOB, "object": "video", "status": "queued", "model": "sora-2"},
    ),
    Peer(
        name="runwayml",
        requirement="runwayml==5.24.0",
        script="runway.py",
        answer={"id": JOB},
    ),
    Peer(
        name="lumaai",
        requirement="lumaai==1.21.0",
        script="luma.py",
        answer={"id": JOB, "state": "queued"},
    ),
    Peer(
        name="together",
        requirement="together==3.1.1",
        script="together_videos.py",
        answer={"id": JOB, "status": "queued"},
    ),
    Peer(
        name="replicate",
        requirement="replicate==1.0.7",
        script="replicate_predictions.py",
        note="its read timeout follows from `wait`; without it there is none",
        answer={
            "id": JOB,
            "version": "hidden",
            "model": "wan-video/wan-2.2",
            "status": "starting",
            "input": {"prompt": "a kitten"},
            "output": None,
            "urls": {"get": "URL/v1/predictions/JOB"},
        },
    ),
    Peer(
        name="dashscope",
        requirement="dashscope==2.0.2",
        script="dashscope_videos.py",
        answer={"request_id": "r-1", "output": {"task_id": JOB, "task_status": "PENDING"}},
        note="raises for no refusal: its answer must be looked at",
    ),
    Peer(
        name="google-genai",
        requirement="google-genai==3.6.1",
        script="google.py",
        answer={"name": "models/veo/operations/JOB"},
        note="in its platform mode, the only one in which it makes videos",
    ),
    Peer(
        name="wan26",
        script="wan26_videos.py",
        answer={"id": JOB, "status": "in_queue"},
        note="the client woven here",
    ),
)


def compete(home: Path, names: list[str], workers: int) -> list[Cell]:
    """All faults for the named peers, each passing after the first request, and staying.

    Raises:
        RuntimeError: a peer cannot be installed, or cannot submit where nothing is wrong.
    """
    peers = [peer for peer in PEERS if not names or peer.name in names]
    for peer in peers:
        _set_up(peer, home)
        if (plain := ask(peer, home, None, passes=True)).ended != "id":
            raise RuntimeError(f"{peer.name} cannot submit: {plain.ended} {plain.text}")
    tasks = [
        (peer, fault, passes) for fault in FAULTS for passes in (True, False) for peer in peers
    ]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda task: ask(task[0], home, task[1], passes=task[2]), tasks))


def _set_up(peer: Peer, home: Path) -> None:
    """The peer's own environment, made where there is none."""
    folder = home / peer.name
    ready = folder / peer.requirement
    if not peer.requirement or ready.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    install: list[str | Path] = [
        _python(peer, home),
        "-m",
        "pip",
        "install",
        "--quiet",
        peer.requirement,
    ]
    venv: list[str | Path] = [sys.executable, "-m", "venv", folder]
    for command in (venv, install):
        done = run(command, folder=home, seconds=SETTING_UP, environment={"PIP_CONSTRAINT": ""})
        if done.code:
            raise RuntimeError(f"{peer.requirement} cannot be installed: {done.errors[-800:]}")
    ready.touch()


def _python(peer: Peer, home: Path) -> Path:
    return home / peer.name / "bin" / "python" if peer.requirement else Path(sys.executable)


def ask(peer: Peer, home: Path, fault: Fault | None, *, passes: bool) -> Cell:
    """One submit call of a peer, in a process of its own."""
    with ExitStack() as stack:
        other = stack.enter_context(FaultyServer(peer.answer))
        times = 1 if passes else None
        server = stack.enter_context(FaultyServer(peer.answer, fault, times, other=other))
        name = fault.name if fault is not None else ""
        timeout = str(READ_TIMEOUT) if name == SLOW else ""
        script = HERE / "peers" / peer.script
        command: list[str | Path] = [_python(peer, home), "-I", HERE / "asking.py"]
        command += [script, server.url, KEY, timeout]
        ended, text = _ending(run(command, folder=HERE, seconds=LIMIT))
        return Cell(
            peer=peer.name,
            fault=name,
            passes=passes,
            jobs=server.jobs + other.jobs,
            posts=server.posts + other.posts,
            ended=ended,
            key_travelled=name == REDIRECT and other.posts_with_key > 0,
            text=text,
        )


def _ending(done: Done) -> tuple[str, str]:
    """How a submit ended, and what it said: an id, an exception's class, or not at all."""
    if done.timed_out:
        return NO_END, ""
    lines = done.out.strip().splitlines()
    try:
        told = json.loads(lines[-1])
    except (IndexError, ValueError):
        return f"exit code {done.code}", done.errors[-500:]
    if "error" in told:
        return str(told["error"]), str(told["text"])
    return ("id" if told["id"] else "no error, no id"), repr(told["id"])
