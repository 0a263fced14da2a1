"""What a program waits for before its first answer: which modules are loaded, and which are not."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from tests.weaving import SPEC, run_python, weave_package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLAIN = """
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
security: [{key: []}]
paths:
  /things/{id}:
    get:
      operationId: getThing
      tags: [things]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: It.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    Thing:
      type: object
      required: [id, status]
      properties: {id: {type: string}, status: {type: string, enum: [queued, done]}}
"""
# What costs milliseconds, and is for other calls than a plain GET over http.
OTHERS = (
    *("asyncio", "difflib", "email.utils", "hashlib", "httpcore2", "httpx2", "importlib.resources"),
    *("jsonschema_rs", "mimetypes", "sqlite3", "ssl", "tempfile", "tomllib", "urllib.request"),
)
# All of the runtime that a plain GET needs; whoever adds to it makes every program wait longer.
NEEDED = {
    *("addresses", "answers", "assumed", "building", "calling", "client", "composition"),
    *("connections", "construction", "contents", "credentials", "decoding", "deferred"),
    *("discretion", "drivers", "effects", "encoding", "enums", "errors", "exchanging"),
    *("fitting", "heads", "held_tokens", "hints", "hooks", "incoming", "leftovers"),
    *("life_cycles", "lines", "logs", "models", "operations", "orders", "outgoing", "pacing"),
    *("parameters", "pointers", "problems", "requests", "resources", "session", "settings"),
    *("shapes", "suggestions", "text_paths", "twins", "unions", "vendors"),
}
NAMED = """
import sys
def named(package="shop._runtime."):
    return sorted(name.removeprefix(package) for name in sys.modules if name.startswith(package))
"""


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        told = json.dumps({"id": "t1", "status": "queued"}).encode("ascii")
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_POST(self) -> None:
        self.do_GET()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    document = folder / "shop.yaml"
    document.write_text(PLAIN, "utf-8")
    weave_package(document, "shop", folder)
    return folder


def told(script: str, folder: Path) -> list[str]:
    done = run_python("-c", NAMED + script, path=(folder,))
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_import_loads_nothing_but_itself(shop: Path) -> None:
    script = "import shop\nprint(*named(), *('msgspec' in sys.modules, 'httpx2' in sys.modules))"
    assert told(script, shop) == ["False False"]


def test_a_first_call_loads_what_it_needs_and_nothing_else(shop: Path, url: str) -> None:
    script = (
        "from shop import Shop\n"
        f"with Shop('k', base_url={url!r}) as client:\n"
        "    assert client.things.get('t1').status == 'queued'\n"
        f"print(*(name for name in {OTHERS!r} if name in sys.modules))\n"
        "print(*named())"
    )
    others, loaded = told(script, shop)
    assert others.split() == []
    assert set(loaded.split()) - NEEDED == set()


def test_a_first_awaited_call_loads_no_more_than_an_event_loop_needs(shop: Path, url: str) -> None:
    script = (
        "import asyncio\n"
        "from shop import AsyncShop\n"
        "known = set(sys.modules)\n"
        "async def ask():\n"
        f"    async with AsyncShop('k', base_url={url!r}) as client:\n"
        "        assert (await client.things.get('t1')).status == 'queued'\n"
        "asyncio.run(ask())\n"
        f"print(*(name for name in {OTHERS!r} if name in set(sys.modules) - known))\n"
        "print(*named())"
    )
    others, loaded = told(script, shop)
    assert others.split() == []
    assert set(loaded.split()) - NEEDED == {"async_drivers", "async_lines", "threads"}


def test_what_a_submit_needs_is_loaded_before_it_is_sent(tmp_path: Path, url: str) -> None:
    weave_package(SPEC, "shop", tmp_path)
    script = (
        "from shop import Hooks, Shop\n"
        "sent = []\n"
        "hooks = Hooks(on_request=lambda _: sent.append(named()))\n"
        f"with Shop('k', base_url={url!r}, hooks=hooks) as client:\n"
        "    client.videos.get(id='t1')\n"  # which connects
        "    assert client.videos.submit(prompt='x').id == 't1'\n"
        "    print(*(set(named()) - set(sent[-1])))\n"
        "print(*(set(sent[-1]) & {'submitting', 'polling', 'finishing', 'bookkeeping'}))"
    )
    late, known = told(script, tmp_path)
    assert late.split() == []
    assert len(known.split()) == 4


ANSWERS = {
    "plain": (200, {}, b'{"id": "t1"}'),
    "gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(b'{"id": "t1"}')),
    "cut": (200, {"Content-Length": "99"}, b'{"id": '),
    "refused": (400, {}, b'{"error": {"code": "001026002", "message": "no"}}'),
    "later": (429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"{}"),
}


class _AnsweringAsAsked(_Answering):
    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        status, headers, content = next(one for name, one in ANSWERS.items() if name in asked)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


# An import opens files, of which there may be too many when the answer comes.
FULL = """
import asyncio, errno, sys
import shop
class Full:
    def find_spec(self, name, path=None, target=None):
        raise OSError(errno.EMFILE, "too many open files", name)
def note(request):
    if request.method == "POST":
        sys.meta_path.insert(0, Full())
async def ask(options, prompt):
    async with shop.AsyncShop("k", hooks=shop.Hooks(on_request=note), **options) as client:
        await client.videos.get(id="t1")  # which connects
        return await client.videos.submit(prompt=prompt)
def ask_plainly(options, prompt):
    with shop.Shop("k", hooks=shop.Hooks(on_request=note), **options) as client:
        client.videos.get(id="t1")
        return client.videos.submit(prompt=prompt)
def told(kind, *asked):
    try:
        return (asyncio.run(ask(*asked)) if kind == "async" else ask_plainly(*asked)).id
    except Exception as error:
        return type(error).__name__
"""


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("plain", "t1"),
        ("gzip", "t1"),
        ("cut", "SubmitUncertainError"),
        ("refused", "ReferenceVideosWithAudioError"),
        ("later", "RateLimitError"),
    ],
)
def test_no_answer_of_a_submit_needs_what_cannot_be_loaded_any_more(
    wan: Path, kind: str, answer: str, said: str
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _AnsweringAsAsked)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    options = {"base_url": f"http://127.0.0.1:{server.server_port}", "max_retries": 0}
    try:
        assert told(f"{FULL}\nprint(told({kind!r}, {options!r}, {answer!r}))", wan) == [said]
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.fixture(scope="module")
def wan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wan")
    weave_package(SPEC, "shop", folder)
    return folder
