"""The other end of the wire: draws the cases of a document, answers on loopback, and judges what comes by openapi-core.

It runs in a virtual environment of its own: `python -m bench.wire.judge DOCUMENT FOLDER`. `FOLDER/calls.json` has the
seed and the operations; `cases.jsonl` is written, then the port is printed, and a verdict for each request goes to
`verdicts.jsonl`. It ends when its standard input does.
"""

from __future__ import annotations

import copy
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote

from bench.wire.cases import LINES, Cases
from bench.wire.document import METHODS, read
from bench.wire.judging import Received, judge
from bench.wire.packing import stored

if TYPE_CHECKING:
    from collections.abc import Callable

    Judge = Callable[[dict[str, Any], Received], tuple[str, str]]


def main() -> None:
    """Draw, serve, judge."""
    document, folder = Path(sys.argv[1]), Path(sys.argv[2])
    told = json.loads((folder / "calls.json").read_text("utf-8"))
    cases = Cases(document, told["seed"]).of({(method, path) for method, path in told["calls"]})
    lines = [stored(case) for case in cases]
    (folder / "cases.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    with (folder / "verdicts.jsonl").open("w", encoding="utf-8") as file:
        server = _Server(cases, openapi_core(document), file)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 50

    def __init__(self, cases: list[dict[str, Any]], ask: Judge, file: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cases, self.ask, self.file = cases, ask, file
        self.lock = threading.Lock()

    def verdict(self, received: Received, number: str, run: str) -> dict[str, Any]:
        """Judge a request, note what was found, and choose the answer."""
        case = self.cases[int(number)]
        answer = _asked_for(case, received.headers.get("accept", ""))
        with self.lock:
            said, why = self.ask(case, received)
            found = {
                "case": int(number),
                "run": run,
                "openapi-core": said,
                "why": why[:600],
                "own": judge(case, received)[:5],
                "target": received.target[:300],
                "answer": answer,
            }
            self.file.write(stored(found) + "\n")
            self.file.flush()
        return answer


def _asked_for(case: dict[str, Any], accept: str) -> dict[str, Any]:
    for kind in accept.split(","):
        for answer in case["answers"]:
            if answer["content_type"].partition(";")[0] == kind.partition(";")[0].strip():
                return dict(answer)
    first = case["answers"][0] if case["answers"] else {}
    return dict(first) or {"status": 200, "content_type": "", "kind": "empty", "value": None}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def parse_request(self) -> bool:
        """Every method is taken, also those that HTTP does not know."""
        parsed = super().parse_request()
        if parsed:
            setattr(self, f"do_{self.command}", self._serve)
        return parsed

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the parent has it
        """Say nothing."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, self.path, headers, self._body())
        answer = cast("_Server", self.server).verdict(
            received, headers.pop("x-bench-case", "0"), headers.pop("x-bench-run", "")
        )
        content, kind = _content(answer)
        bodiless = answer["status"] in {204, 205, 304}
        self.send_response(answer["status"])
        if kind and not bodiless:
            self.send_header("Content-Type", kind)
        if not bodiless:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and not bodiless:
            self.wfile.write(content)


def _content(answer: dict[str, Any]) -> tuple[bytes, str]:
    """The bytes of an answer, and its content type."""
    kind, value, told = answer["kind"], answer["value"], answer["content_type"]
    if kind == "empty":
        return b"", ""
    if kind == "json":
        return json.dumps(value).encode(), told if "*" not in told else "application/json"
    if kind == "text":
        return value.encode(), f"{told}; charset=utf-8" if "*" not in told else "text/plain"
    if kind == "bytes":
        return value, told if "*" not in told else "application/octet-stream"
    if kind == "events":
        return "".join(_event(item, whole=answer["whole"]) for item in value).encode(), told
    mark = "" if kind in LINES else "\x1e"
    return "".join(f"{mark}{json.dumps(item)}\n" for item in value).encode(), told


def _event(item: Any, *, whole: bool) -> str:
    if whole and isinstance(item, dict):
        fields = {key: item[key] for key in ("event", "id", "retry", "data") if key in item}
    else:
        fields = {"data": item}
    texts = [
        f"{key}: {value if isinstance(value, str) else json.dumps(value)}\n"
        for key, value in fields.items()
    ]
    return "".join(texts) + "\n"


def openapi_core(document: Path) -> Judge:
    """What openapi-core says of a request: `right`, `wrong`, or `cannot` where it is at its wits' end."""
    # Imported by name: the environment in which types are checked has no openapi-core.
    core, refused = import_module("openapi_core"), import_module("openapi_core.exceptions")
    try:
        config = core.Config(spec_validator_cls=None)
        uri = document.resolve().as_uri()
        api = core.OpenAPI.from_dict(_without_servers(read(document)), config=config, base_uri=uri)
    except Exception as error:  # whatever it fails at, the other judge speaks
        why = f"{type(error).__name__}: {error}"
        return lambda _case, _received: ("cannot", why)

    def ask(case: dict[str, Any], received: Received) -> tuple[str, str]:
        try:
            request = _Request(case, received)
            api.validate_request(request)
        except refused.OpenAPIError as error:
            return "wrong", _told(error)
        except Exception as error:
            return "cannot", f"{type(error).__name__}: {error}"
        return "right", ""

    return ask


def _told(error: BaseException) -> str:
    texts = [f"{type(error).__name__}: {error}"]
    inner = [*getattr(error, "schema_errors", ()), *filter(None, [error.__cause__])]
    texts += [f"{getattr(one, 'message', None) or _told(one)}"[:300] for one in inner[:3]]
    return " <- ".join(texts)


def _without_servers(root: Any) -> Any:
    """The document served from here: which server is called is not the question."""
    made = copy.copy(root)
    made["servers"] = [{"url": "http://loopback"}]
    made["paths"] = {}
    for path, item in (root.get("paths") or {}).items():
        whole = dict(item) if isinstance(item, dict) else item
        if isinstance(whole, dict):
            whole.pop("servers", None)
            for method in METHODS:
                if isinstance(whole.get(method), dict):
                    whole[method] = {k: v for k, v in whole[method].items() if k != "servers"}
        made["paths"][path] = whole
    return made


class _Request:
    """A request as openapi-core takes it."""

    def __init__(self, case: dict[str, Any], received: Received) -> None:
        core, werkzeug = (
            import_module(name) for name in ("openapi_core.datatypes", "werkzeug.datastructures")
        )
        path, _, query = received.target.partition("?")
        self.host_url, self.path = "http://loopback", unquote(path)
        self.method = received.method.lower()
        self.content_type = received.headers.get("content-type", "")
        self.body = received.body or None
        cookies = [(name, unquote(value)) for name, value in received.cookies]
        self.parameters = core.RequestParameters(
            query=werkzeug.ImmutableMultiDict(parse_qsl(query, keep_blank_values=True)),
            header=werkzeug.Headers(received.headers),
            cookie=werkzeug.ImmutableMultiDict(cookies),
        )


if __name__ == "__main__":
    main()
