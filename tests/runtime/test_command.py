"""The woven command: exit codes, what goes to which stream, and that nothing hostile does."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime.command import Argument, Command, main

from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import VideosClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
POLLED = "GET /v1/videos/t1"
SUBMITTED = "POST /v1/videos"

COMMAND = Command(
    operation="videos.generate",
    positional="prompt",
    positional_help="100% of what to see",
    program="videos",
    arguments=(
        Argument(name="duration", kind="integer", help="seconds", choices=(5, 10), default=5),
        Argument(name="reference_urls", kind="strings"),
    ),
)


def told(status: str, **members: Any) -> bytes:
    return answer(200, {"id": "t1", "status": status, **members})


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        made[SUBMITTED] = told("in_queue")
        output = [{"url": f"{made.url}/a.wav"}]
        made[POLLED] = [
            told("processing"),
            told("processing"),
            told("done", output=output, usage={"cost": "0.5"}),
        ]
        made["GET /a.wav"] = answer(200, b"sound", content_type="audio/wav")
        yield made


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, server: Loopback) -> None:
    monkeypatch.setenv("VIDEOS_API_KEY", KEY)
    monkeypatch.setenv("VIDEOS_BASE_URL", server.url)


def run(*argv: str) -> int:
    return main(COMMAND, lambda **settings: VideosClient(clock=FakeClock(), **settings), argv)


def test_a_result_is_made_and_saved(
    server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "a.wav"
    assert run("a kitten", "-o", str(target), "--duration", "5") == 0
    assert target.read_bytes() == b"sound"
    out, err = capsys.readouterr()
    assert out == f"{target}\ncost: 0.5 USD\n"
    assert err.splitlines() == [
        "submitted: videos.submit~t1",
        "queued after 0 s",
        "running after 5 s",
        "succeeded after 24 s",
    ]
    assert server.received[0].json["parameters"] == {"duration": 5}


def test_without_a_file_name_the_links_are_shown(
    server: Loopback, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("a kitten") == 0
    assert capsys.readouterr().out == f"{server.url}/a.wav\ncost: 0.5 USD\n"


def test_json_is_for_machines(
    server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("a kitten", "--json", "-o", str(tmp_path / "a.wav")) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["token"], made["cost"]) == ("videos.submit~t1", "0.5")
    assert (made["job"], made["status"], made["currency"]) == ("t1", "done", "USD")
    assert made["files"][0]["path"] == str(tmp_path / "a.wav")
    assert len(made["files"][0]["sha256"]) == 64


def test_many_files_are_numbered(
    server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server[POLLED] = told("done", output=[{"url": f"{server.url}/a.wav"}] * 2)
    assert run("a kitten", "-o", str(tmp_path / "a.wav")) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-1.wav", "a-2.wav"]
    assert "cost: not said" in capsys.readouterr().out


def test_a_job_that_still_runs_can_be_resumed(
    server: Loopback, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("a kitten", "--timeout", "6") == 3
    assert "--resume videos.submit~t1" in capsys.readouterr().err
    assert run("--resume", "videos.submit~t1") == 0
    assert server.submits == 1


def test_an_uncertain_submit_has_an_exit_code_of_its_own(
    server: Loopback, capsys: pytest.CaptureFixture[str]
) -> None:
    server[SUBMITTED] = DROP
    assert run("a kitten") == 4
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "may have created a job" in err
    assert "second submit may be billed" in err


@pytest.mark.parametrize(
    ("told_", "code", "says"),
    [
        (answer(401, {}), 1, "check the API key"),
        (answer(400, {"error": {"code": "001", "message": "bad\x1b[2J\nline"}}), 1, "bad\\x1b[2J"),
        (told("failed", error={"code": "095", "message": "broke"}), 1, "code 095"),
    ],
)
def test_errors_stand_on_one_line(
    server: Loopback, capsys: pytest.CaptureFixture[str], told_: bytes, code: int, says: str
) -> None:
    server[SUBMITTED] = told_
    assert run("a kitten") == code
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("error: ")
    assert says in last
    assert "\x1b" not in last
    assert KEY not in last


def test_a_bad_request_lists_its_problems_and_sends_nothing(
    server: Loopback, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = [argument for url in "abc" for argument in ("--reference-urls", url)]
    assert run("a kitten", "--duration", "99", *urls) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert server.connections == 0


@pytest.mark.parametrize("argv", [[], ["x", "--duration", "long"], ["x", "--nonsense"]])
def test_bad_usage_is_told(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code: Any = run(*argv)
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert capsys.readouterr().err


def test_a_file_that_is_there_stops_it_before_anything_is_paid(
    server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"mine")
    assert run("x", "-o", str(target)) == 2
    assert "exists" in capsys.readouterr().err
    assert server.submits == 0
    assert run("x", "-o", str(target), "--overwrite") == 0
    assert target.read_bytes() == b"sound"


def test_a_dry_run_checks_and_estimates_and_sends_nothing(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VIDEOS_API_KEY")
    assert run("a kitten", "--dry-run") == 0
    assert "5 x second (1080P), price unknown" in capsys.readouterr().out
    assert run("a kitten", "--dry-run", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["body"]["input"] == {"prompt": "a kitten"}
    assert shown["estimate"] == {"amount": None, "currency": "USD"}
    assert run("a kitten", "--dry-run", "--duration", "99") == 2
    assert server.connections == 0


def test_advice_is_a_line(server: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("a kitten", "--duration", "7") == 0
    assert "advice: 7 seconds is not listed" in capsys.readouterr().err.splitlines()


def test_ctrl_c_while_waiting_says_how_to_go_on(
    server: Loopback, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: Any) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        return told("processing")

    server[POLLED] = stop
    assert run("a kitten") == 3
    assert "videos.submit~t1" in capsys.readouterr().err.splitlines()[-1]


def test_the_help_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("--help")
    assert caught.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "100% of what to see" in text
    assert "seconds (default: 5) [5, 10]" in text
    assert "4 uncertain submit" in text
