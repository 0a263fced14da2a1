"""A client of openapi-python-client talks to a sandbox: `python -m bench.sandboxes.talking HOME URL`.

It runs in that generator's own environment. `HOME` holds the package `api` and a case for each operation, in the order
in which they are called; what each call gave goes to `HOME/results.jsonl`.
"""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import pkgutil
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.sandboxes.passing import UnpassableError, arguments_of
from bench.wire.packing import stored, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sandbox"
CALL = re.compile(r'"method": "(\w+)",\s*"url": "([^"]*)"')
TOLD = 1500  # characters of an error


class Talk:
    """One client with its hooks: what went over the wire last, and the ids of what was created."""

    def __init__(self, url: str, security: list[dict[str, str]]) -> None:
        self.package = importlib.import_module("api")
        importlib.import_module("api.types")
        self.exchange: dict[str, Any] = {}
        self.made: dict[str, dict[str, Any]] = {}
        self.client = self._client(url, security)
        self.modules = dict(_modules())

    def _client(self, url: str, security: list[dict[str, str]]) -> Any:
        headers, query, cookies = _credentials(security)
        hooks = {"request": [self._sent], "response": [self._answered]}
        return importlib.import_module("api.client").Client(
            base_url=url,
            headers=headers,
            cookies=cookies,
            timeout=20.0,
            httpx_args={"event_hooks": hooks, "params": query},
        )

    def _sent(self, request: Any) -> None:
        self.exchange = {
            "method": request.method,
            "url": str(request.url),
            "headers": dict(request.headers.items()),
            "body": request.read(),
        }

    def _answered(self, response: Any) -> None:
        self.exchange |= {
            "status": response.status_code,
            "answer_type": response.headers.get("content-type", ""),
            "location": response.headers.get("location", ""),
            "answer": response.read(),
        }

    def call(self, number: int, case: dict[str, Any]) -> dict[str, Any]:
        """What came of a case."""
        result: dict[str, Any] = {"case": number, "outcome": "not woven"}
        module = self.modules.get((case["method"], _blank(case["path"])))
        if module is None:
            return result
        self.exchange = {}
        try:
            borrowed, given = self._arguments(module, case)
        except UnpassableError as error:
            return {**result, "outcome": "not passed", "error": str(error)[:TOLD]}
        answer, raised = _tried(module.sync_detailed, client=self.client, **given)
        result |= {"outcome": "called", "borrowed": borrowed, "exchange": self.exchange}
        if raised is not None:
            return {**result, "error": f"{type(raised).__name__}: {raised}"[:TOLD]}
        result["parsed"] = type(answer.parsed).__name__
        self._keep(case)
        return result

    def _arguments(self, module: Any, case: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """How the ids of the path came about, and the arguments of a call."""
        lent = copy.deepcopy(case)
        borrowed = self._borrow(lent)
        try:
            return borrowed, arguments_of(module.sync_detailed, lent, self.package)
        except UnpassableError:  # an id of another type, such as that of something related
            return "", arguments_of(module.sync_detailed, case, self.package)

    def _keep(self, case: dict[str, Any]) -> None:
        """Remember what a POST or PUT gave, to ask for it later."""
        if case["method"] not in ("POST", "PUT") or self.exchange.get("status", 500) >= 300:
            return
        try:
            answer = json.loads(self.exchange.get("answer", b""))
        except ValueError:
            return
        found = answer.get("data", answer) if isinstance(answer, dict) else None
        if isinstance(found, dict):
            self.made.setdefault(case["path"], {**answer, **found})

    def _borrow(self, case: dict[str, Any]) -> str:
        """Put ids of what was created where they are asked for; 'created' if all of the path are."""
        created = []
        for told in case["parameters"]:
            if told["in"] == "path":
                collection = case["path"].partition(f"/{{{told['name']}}}")[0]
                created.append(self._lend(told, collection))
            elif told["in"] == "query" and _plain(told["name"]).endswith("id"):
                self._lend(told, case["path"].rpartition("/")[0] + "/")
        return "created" if created and all(created) else ""

    def _lend(self, told: dict[str, Any], collection: str) -> bool:
        """Put the id of what was created into a parameter; whether it was created at its collection."""
        near = [
            path
            for path in self.made
            if path.startswith(collection) and "{" not in path[len(collection) :]
        ]
        for path in sorted(near, key=lambda path: path != collection):
            found = _id_in(self.made[path], told["name"])
            if found is not None:
                told["value"] = _like(found, told["value"])
                return path == collection
        return False


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _id_in(answer: dict[str, Any], name: str) -> Any:
    """The member that a parameter of the path names, or the one that is an id."""
    bare = {_plain(key): item for key, item in answer.items()}
    wanted = _plain(name)
    inner = bare.get(wanted.removesuffix("id"))
    if isinstance(inner, dict):
        return _id_in(inner, name)
    for key in (wanted, "id", "sid", "uuid", "uid", "name"):
        if isinstance(bare.get(key), str | int):
            return bare[key]
    return None


def _like(found: Any, drawn: Any) -> Any:
    return found if type(found) is type(drawn) or not isinstance(drawn, str) else str(found)


def _credentials(
    security: list[dict[str, str]],
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Headers, query and cookies that hold a key for each scheme."""
    held: dict[str, dict[str, str]] = {"header": {}, "query": {}, "cookie": {}}
    for scheme in security:
        if scheme["kind"] == "apiKey":
            held[scheme["in"]][scheme["name"]] = KEY
        elif scheme["kind"] == "basic":
            held["header"].setdefault("Authorization", "Basic c2FuZGJveDpzYW5kYm94")
        else:
            held["header"]["Authorization"] = f"Bearer {KEY}"
    return held["header"], held["query"], held["cookie"]


def _tried(function: Callable[..., Any], *values: Any, **named: Any) -> tuple[Any, Any]:
    """What a call gives, or raises, whatever that is: it is the result."""
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(function, *values, **named)
        raised = call.exception()
        return (None, raised) if raised is not None else (call.result(), None)


def _modules() -> Iterator[tuple[tuple[str, str], Any]]:
    """The modules with a function to call, by method and path."""
    root = importlib.import_module("api.api")
    for found in pkgutil.walk_packages(root.__path__, "api.api."):
        module, raised = _tried(importlib.import_module, found.name)
        if raised is not None:
            print(f"{found.name} cannot be imported: {raised!r}", file=sys.stderr)
        elif hasattr(module, "sync_detailed"):
            call = CALL.search(inspect.getsource(module))
            if call:
                yield (call[1].upper(), _blank(call[2])), module


def _blank(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)


def main() -> None:
    """Make every call, in the order of the cases."""
    home, url = Path(sys.argv[1]), sys.argv[2]
    sys.path.insert(0, str(home))
    told = json.loads((home / "cases.json").read_text("utf-8"))
    talk = Talk(url, told["security"])
    with (home / "results.jsonl").open("w", encoding="utf-8") as file:
        for number, case in enumerate(told["cases"]):
            file.write(stored(talk.call(number, unpacked(case))) + "\n")
            file.flush()


if __name__ == "__main__":
    main()
