"""openapi-spec-validator runs in a process of its own; what it finds has a place and fits on a line."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from tests.checking import codes, found, load, told

from specloom.openapi import validator_process as module
from specloom.openapi.rules import check_rules
from specloom.openapi.validate import Validation
from specloom.source.references import check_references

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.diagnostics import Report
    from specloom.source.references import Documents

INFO = "info: {title: t, version: '1'}\n"


def after_rules(documents: Documents, report: Report) -> None:
    check_references(documents, report)
    check_rules(documents, report)
    Validation(documents).tell(report)


def validated(documents: Documents, report: Report) -> None:
    Validation(documents).tell(report)


MIXED = """\
paths:
  /a:
    get:
      parameters:
        - {name: p, in: quary, schema: {type: strin}}
      responses:
        '200':
          content: {application/json: {schema: {type: object, required: a}}}
components:
  schemas:
    A: {type: integer, default: word}
    B: {minLength: -1, maximum: big}
    default: {type: array, items: {type: text}}
"""


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_findings_stand_at_the_value_that_caused_them(tmp_path: Path, version: str) -> None:
    documents = load(tmp_path, f"openapi: {version}\n{INFO}{MIXED}")
    lines = [line.replace(" warning", "") for line in told(documents, validated)]
    starts = [
        "7:25:[openapi-enum]: `quary` is not one of `",
        "7:47:[openapi-enum]: `strin` is not one of `array`, `boolean`, `integer`, `",
        "9:9:[openapi-required]: `description` is missing",
        '10:73:[openapi-type]: this must be a list, not `"a"`',
        '13:33:[openapi-default]: the default does not fit its schema: this must be an integer, not `"word"`',
        "14:20:[openapi-limit]: this must be 0 or more",
        '14:33:[openapi-type]: this must be a number, not `"big"`',
        "15:42:[openapi-enum]: `text` is not one of `array`, `boolean`, `integer`, `",
    ]
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts


def test_a_message_is_one_short_line(tmp_path: Path) -> None:
    enum = ", ".join(f"word{number}" for number in range(500))
    schema = f"{{type: string, enum: [{enum}], default: other}}"
    text = f"openapi: 3.1.0\n{INFO}paths: {{}}\ncomponents: {{schemas: {{A: {schema}}}}}\n"
    (only,) = found(load(tmp_path, text), validated)
    assert only.code == "openapi-default"
    assert "489 more" in only.message
    assert len(only.message) < 250


def test_a_sound_document_has_no_findings(tmp_path: Path) -> None:
    text = dedent("""\
        openapi: 3.1.0
        info: {title: t, version: '1'}
        paths:
          /a:
            get:
              responses:
                '200': {description: d, links: {l: {operationId: a, server: {url: /}}}}
                x-own: 1
          x-own: text
        """)
    assert told(load(tmp_path, text), validated) == []


def test_what_our_rules_say_is_not_said_twice(tmp_path: Path) -> None:
    text = dedent("""\
        openapi: 3.1.0
        info: {title: t, version: 1.0, titel: u}
        tags: [{name: a}, {name: a}]
        paths:
          /a/{id}:
            get:
              operationId: a
              parameters:
                - {$ref: '#/components/parameters/Nowhere'}
                - {name: other, in: path, required: true, schema: {type: string}}
              responses: {2xx: {description: d}}
            put:
              operationId: a
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
                - {name: id, in: path, required: true, schema: {type: string}}
              responses: {'200': {$ref: '#/components/responses/Nowhere'}}
          no-slash: {}
        """)
    documents = load(tmp_path, text)
    assert sorted(codes(documents, after_rules)) == [
        "dangling-reference",
        "dangling-reference",
        "duplicate-operation-id",
        "duplicate-parameter",
        "duplicate-tag",
        "number-for-string",
        "path-without-slash",
        "response-status",
        "undeclared-path-parameter",
        "unknown-key",
        "unused-path-parameter",
    ]


def test_findings_in_another_file_stand_there(tmp_path: Path) -> None:
    text = f"openapi: 3.1.0\n{INFO}paths: {{/a: {{$ref: 'other.yaml#/item'}}}}\n"
    other = "item:\n  get:\n    responses:\n      '200':\n        description: d\n"
    other += "        content: {a/b: {schema: {type: wrong}}}\n"
    documents = load(tmp_path, text, other=other)
    (line,) = told(documents, after_rules)
    assert line.startswith("other.yaml:6:40: warning[openapi-enum]: `wrong` is not one of")


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_reference_is_never_fetched(tmp_path: Path, version: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/a.json"
        text = f"openapi: {version}\n{INFO}paths: {{/a: {{$ref: '{url}'}}}}\n"
        text += f"components:\n  schemas:\n    A: {{$ref: '{url}'}}\n"
        text += (
            f"    B: {{type: object, default: {{c: 1}}, properties: {{c: {{$ref: '{url}'}}}}}}\n"
        )
        text += "    D: {$ref: 'file:///etc/hostname'}\n"
        assert "validator-timeout" not in codes(load(tmp_path, text), validated)
        assert not connected(listener)


def test_the_validator_cannot_connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Whatever openapi-spec-validator would do with a URL, it would do in this process.
        fetch = f"import socket; socket.create_connection({listener.getsockname()})"
        message = after_validation(tmp_path, monkeypatch, fetch)
        assert not connected(listener)
    assert "ConnectionRefusedError: a document is validated without the network" in message


def connected(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def after_validation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> str:
    """What the process of the validator says in the end, if it runs a program once a document is validated."""
    start = "from specloom.openapi.spec_validator import main; main()"
    monkeypatch.setattr(module, "_COMMAND", (sys.executable, "-c", f"{start}; {program}"))
    (only,) = found(load(tmp_path, f"openapi: 3.1.0\n{INFO}paths: {{}}\n"), validated)
    assert only.code == "validator-failed"
    return only.message


LIMITS = "raise SystemExit('limits %d %d' % resource.getrlimit(resource.RLIMIT_AS))"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_the_validator_gets_so_much_memory_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = 4 * 1024**3 if hard == resource.RLIM_INFINITY else min(4 * 1024**3, hard)
    message = after_validation(tmp_path, monkeypatch, f"import resource; {LIMITS}")
    assert message.endswith(f"limits {most} {hard}")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize("least", ["soft", "hard"])
def test_a_lower_limit_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: str) -> None:
    import resource

    low = 3_000_000 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    pair = (low, low if least == "hard" else hard)
    program = f"import resource; resource.setrlimit(resource.RLIMIT_AS, {pair}); "
    program += "from specloom.openapi.spec_validator import main; main(); "
    monkeypatch.setattr(module, "_COMMAND", (sys.executable, "-c", program + LIMITS))
    (only,) = found(load(tmp_path, f"openapi: 3.1.0\n{INFO}paths: {{}}\n"), validated)
    assert only.message.endswith(f"limits {pair[0]} {pair[1]}")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_a_system_that_refuses_the_limit_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "import resource; resource.setrlimit = lambda *_: int('refused'); "
    program += "from specloom.openapi.spec_validator import main; main()"
    monkeypatch.setattr(module, "_COMMAND", (sys.executable, "-c", program))
    assert codes(load(tmp_path, f"openapi: 3.1.0\n{INFO}paths: {{}}\n"), validated) == []


BROKEN = (
    "so that it did not check this part: TypeError: Expected a string value, got <class 'list'>"
)


def test_a_crash_in_one_part_leaves_the_rest_checked(tmp_path: Path) -> None:
    text = dedent("""\
        openapi: 3.0.3
        info: {title: t, version: '1'}
        tags: [{name: [a]}]
        paths: {}
        components: {schemas: {A: {type: integer, default: x}}}
        """)
    assert told(load(tmp_path, text), validated) == [
        f"3:7: warning[validator-failed]: openapi-spec-validator broke here, {BROKEN}",
        "3:15: warning[openapi-type]: this must be a string, not a list",
        '5:52: warning[openapi-default]: the default does not fit its schema: this must be an integer, not `"x"`',
    ]


def test_a_deadline_ends_it(tmp_path: Path) -> None:
    documents = load(tmp_path, f"openapi: 3.1.0\n{INFO}paths: {{}}\n")
    (only,) = found(
        documents, lambda documents, report: Validation(documents, deadline=0).tell(report)
    )
    assert (only.severity, only.code) == ("warning", "validator-timeout")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("raise SystemExit('out of luck')", "out of luck"),
        ("import os; os._exit(9)", "no reason given"),
        ("print('{'); print('[]'); raise MemoryError", "MemoryError"),
    ],
)
def test_a_validator_that_dies_is_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, words: str
) -> None:
    monkeypatch.setattr(module, "_COMMAND", (sys.executable, "-c", program))
    (only,) = found(load(tmp_path, f"openapi: 3.1.0\n{INFO}"), validated)
    assert (only.severity, only.code) == ("warning", "validator-failed")
    assert words in only.message


def test_a_validator_that_cannot_start_is_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_COMMAND", (str(tmp_path / "nowhere"),))
    assert codes(load(tmp_path, f"openapi: 3.1.0\n{INFO}"), validated) == ["validator-failed"]


def test_a_validator_that_is_not_asked_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlived = tmp_path / "outlived"
    program = f"import sys; sys.stdin.read(); open({str(outlived)!r}, 'w')"
    monkeypatch.setattr(module, "_COMMAND", (sys.executable, "-c", program))
    with module.ValidatorProcess():
        pass
    assert not outlived.exists()


def test_what_is_no_openapi_is_not_validated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_COMMAND", (str(tmp_path / "nowhere"),))
    assert codes(load(tmp_path, "swagger: '2.0'\n"), validated) == []


def test_thousands_of_findings_are_cut(tmp_path: Path) -> None:
    schemas = "".join(f"    A{number}: {{type: wrong}}\n" for number in range(1010))
    text = f"openapi: 3.0.3\n{INFO}paths: {{}}\ncomponents:\n  schemas:\n{schemas}"
    diagnostics = found(load(tmp_path, text), validated)
    assert len(diagnostics) == 1001
    assert diagnostics[-1].code == "validator-stopped"
    assert "10 more" in diagnostics[-1].message


def test_a_validator_that_nobody_stops_any_more_ends_by_itself() -> None:
    hanging = "module._Inspection.run = lambda inspection: threading.Event().wait()"
    program = "import threading; from specloom.openapi import spec_validator as module; "
    request = {"version": "3.1", "root": "file:///a", "documents": {}, "seconds": 0.1}
    done = subprocess.run(
        (sys.executable, "-c", f"{program}{hanging}; module.main()"),
        input=json.dumps(request).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert b"Timeout" in done.stderr
    assert done.returncode != 0
