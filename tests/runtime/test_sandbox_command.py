"""The sandbox as a command and on its port."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import pytest

from specloom.targets.client.runtime.sandbox.command import main
from specloom.targets.client.runtime.sandbox.network import bind
from specloom.targets.client.runtime.sandbox.overrides import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.targets.client.runtime.sandbox.serving import Sandbox


def test_the_port_is_free_again_after_the_end(wan26_sandbox: type[Sandbox]) -> None:
    with wan26_sandbox() as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
    with wan26_sandbox(port=port) as sandbox:
        assert sandbox.url.endswith(f":{port}")
    with pytest.raises(SandboxError, match="not running"):
        _ = sandbox.url


def test_a_taken_port_is_told(
    wan26_sandbox: type[Sandbox], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(wan26_sandbox, ["--port", str(port)]) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com"])  # noqa: S104
def test_nothing_but_the_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(SandboxError, match="loopback"):
        bind(host, 0)


RUN = """
import sys
from pathlib import Path
from specloom.targets.client.runtime.sandbox.command import main
from specloom.targets.client.runtime.sandbox.serving import Sandbox

class Wan26Sandbox(Sandbox):
    data = Path(sys.argv[1])
    schemas = Path(sys.argv[2])

raise SystemExit(main(Wan26Sandbox, ["--port", "0", *sys.argv[3:]]))
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_how_to_use_it_and_ends_quietly(
    wan26_sandbox: type[Sandbox], tmp_path: Path, stop: signal.Signals
) -> None:
    command = [sys.executable, "-c", RUN, str(wan26_sandbox.data), str(wan26_sandbox.schemas)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"WAN26_BASE_URL=(\S+) WAN26_API_KEY=sandbox", line)
        assert found
        report = httpx2.get(f"{found[1]}/_sandbox/report").json()
        assert report["play_money"]
        process.send_signal(stop)
        rest, complaints = process.communicate(timeout=60)
    assert (process.returncode, rest, complaints) == (0, "", "")
    assert list(tmp_path.iterdir()) == []  # nothing is left of the files


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "99999"],
        ["--port=-1"],
        ["--port", "x"],
        ["--speed", "-1"],
        ["--price", "720P"],
        ["--price", "720P=NaN"],
        ["--discount", "2"],
        ["--seed", "x"],
        ["--slow-answer", "-1"],
        ["--drip", "x"],
        ["--retry-after", "0.5"],
    ],
)
def test_the_command_refuses_what_makes_no_sense(
    wan26_sandbox: type[Sandbox], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wan26_sandbox, arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("htlm", "there is no fault 'htlm'; did you mean 'html'?"),
        ("poll:code:7", "there is no code '7' (001026001, "),
        ("download:no-id", "no-id is not for download, but for submit"),
    ],
)
def test_the_command_refuses_what_is_no_fault(
    wan26_sandbox: type[Sandbox], capsys: pytest.CaptureFixture[str], fault: str, told: str
) -> None:
    assert main(wan26_sandbox, ["--port", "0", "--fault", "500*1", "--fault", fault]) == 2
    assert told in capsys.readouterr().err


def test_the_command_lists_the_faults(
    wan26_sandbox: type[Sandbox], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wan26_sandbox, ["--list-faults"])
    assert ended.value.code == 0
    assert "  done-without-file   tells of a finished job" in capsys.readouterr().out


def test_a_config_that_cannot_be_read_is_told(
    wan26_sandbox: type[Sandbox], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(wan26_sandbox, ["--config", str(tmp_path / "none.toml")]) == 2
    assert "none.toml cannot be read" in capsys.readouterr().err


def test_a_speed_that_is_none_is_told(
    wan26_sandbox: type[Sandbox], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(wan26_sandbox, ["--speed", "abc"])
    assert "'abc' is no number from 0 on, and not instant" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[assumed]\n'job.id' = 5", "assumed value 'job.id' must be a JSONPath"),
        ("[assumed]\n'submit.path' = 'x'", "must be a path that begins with '/'"),
        ("assumed = 1", "assumed must be a table: [assumed]"),
        ("assume = 1", "did you mean 'assumed'?"),
    ],
)
def test_a_config_with_a_wrong_value_is_told_as_the_client_tells_it(
    wan26_sandbox: type[Sandbox],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    told: str,
) -> None:
    config = tmp_path / "wan26.toml"
    config.write_text(text)
    assert main(wan26_sandbox, ["--port", "0", "--config", str(config)]) == 2
    assert told in capsys.readouterr().err


FAULTY = ["--fault=submit:503*1", "--fault=slow-answer", "--slow-answer=1000000", "--seed=1"]
FAULTY += ["--drip=1", "--retry-after=2", "--slow-queue=3", "--one-film"]


def test_the_command_switches_faults_on_and_ends_though_somebody_waits(
    wan26_sandbox: type[Sandbox],
) -> None:
    files = [str(wan26_sandbox.data), str(wan26_sandbox.schemas)]
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", RUN, *files, *FAULTY]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"WAN26_BASE_URL=http://(\S+):(\d+) ", process.stdout.readline())
        assert found
        url = f"http://{found[1]}:{found[2]}"
        assert httpx2.post(f"{url}/v1/videos").status_code == 503
        with socket.create_connection((found[1], int(found[2]))) as waiting:
            waiting.sendall(b"GET /v1/videos/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            while not httpx2.get(f"{url}/_sandbox/report").json()["faults"].get("slow-answer"):
                pass
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=60)
            assert waiting.recv(1) == b""  # dropped without an answer
    assert (process.returncode, complaints) == (0, "")
