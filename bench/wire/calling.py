"""A user of a woven client, in a process of its own: `python bench/wire/calling.py CLIENT FOLDER PORT`.

`CLIENT` holds the package `api`, `FOLDER` the cases; what each call gave goes to `results.jsonl`. Arguments are passed
as the signatures ask for them: models, enums, dates, files.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import sys
import warnings
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.wire.arguments import Arguments, argument_places, hints_of
from bench.wire.packing import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARE = 4  # of the operations, every fourth is called with await too
SETTINGS = frozenset(
    (
        *("base_url", "assumed", "config", "prices", "timeout", "max_retries", "allow_insecure"),
        *("http_client", "server", "server_variables", "client_id", "client_secret", "scopes"),
    )
)


class Recorder:
    """Stands for a resource: notes what a woven method would send."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def note(operation: Any, *_: Any, **given: Any) -> Any:
            self.seen.append((name, operation, given))

        return note


def main() -> None:
    """Make every call, sync, then some of them with await."""
    client_folder, folder, port = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(client_folder))
    lines = (folder / "cases.jsonl").read_text("utf-8").splitlines()
    cases = [unpacked(json.loads(line)) for line in lines]
    with (folder / "results.jsonl").open("w", encoding="utf-8") as file:

        def note(result: dict[str, Any]) -> None:
            file.write(json.dumps(packed(result)) + "\n")
            file.flush()

        try:
            user = User(cases, f"http://127.0.0.1:{port}")
            for result in user.all_sync():
                note(result)
            asyncio.run(user.all_async(note))
        except Exception as error:
            note({"broken": f"{type(error).__name__}: {error}"[:500]})
            raise


class User:
    """Calls the methods of a woven client."""

    def __init__(self, cases: list[dict[str, Any]], base_url: str) -> None:
        self.api, self.cases, self.base_url = importlib.import_module("api"), cases, base_url
        self.woven = importlib.import_module("api._client")
        self.names = list(self.woven.__all__)
        self.methods = self._methods()

    def _client(self, name: str) -> Any:
        made = getattr(self.woven, name)
        given: dict[str, Any] = {"base_url": self.base_url, "max_retries": 0, "timeout": 30.0}
        for parameter in inspect.signature(made).parameters:
            if parameter not in SETTINGS:
                given[parameter] = f"bench-{parameter.replace('_', '-')}"
        if "allow_insecure" in inspect.signature(made).parameters:
            given["allow_insecure"] = True
        return made(**given)

    def _methods(self) -> dict[tuple[str, str], list[tuple[str, str, Callable[..., Any]]]]:
        """Resource, name and function of each method, by method and path of what it calls."""
        found: dict[tuple[str, str], list[tuple[str, str, Callable[..., Any]]]] = {}
        for name, resource in self._resources(self.names[0] if self.names else ""):
            for method, function in inspect.getmembers(type(resource), inspect.isfunction):
                if method.startswith("_"):
                    continue
                seen = self._recorded(function)
                if seen is not None and seen[0] != "_pages":
                    key = (seen[1].method, seen[1].path)
                    found.setdefault(key, []).append((name, method, function))
        return found

    def _resources(self, client_name: str) -> Iterator[tuple[str, Any]]:
        client = next(
            self._client(one) for one in (client_name, *self.names) if not one.startswith("Async")
        )
        for name, member in inspect.getmembers(type(client)):
            if isinstance(member, cached_property | property) and not name.startswith("_"):
                resource = getattr(client, name)
                if hasattr(resource, "_driver"):
                    yield name, resource

    def _recorded(self, function: Callable[..., Any]) -> tuple[str, Any, dict[str, Any]] | None:
        recorder = Recorder()
        try:
            function(recorder, **argument_places(function))
        except Exception:
            return None
        return next((one for one in recorder.seen if hasattr(one[1], "path")), None)

    def all_sync(self) -> Iterator[dict[str, Any]]:
        """A result for each case and each method of it."""
        name = next(one for one in self.names if not one.startswith("Async"))
        client = self._client(name)
        for number, case in enumerate(self.cases):
            methods = self.methods.get((case["method"], case["path"]), [])
            if not methods:
                yield {"case": number, "run": "sync", "error": "no method calls it"}
            for resource, method, function in methods:
                result = {"case": number, "run": f"sync {method}", "method": f"{resource}.{method}"}
                try:
                    given = self._arguments(number, case, function, result)
                    made = getattr(getattr(client, resource), method)(**given)
                    result["value"] = self._taken(made)
                except Exception as error:
                    result["error"] = f"{type(error).__name__}: {error}"[:600]
                yield result
        client.close()

    async def all_async(self, note: Callable[[dict[str, Any]], None]) -> None:
        """As `all_sync`, for a share of the cases."""
        name = next((one for one in self.names if one.startswith("Async")), None)
        if name is None:
            note({"broken": "there is no async client"})
            return
        client = self._client(name)
        for number, case in enumerate(self.cases):
            methods = self.methods.get((case["method"], case["path"]), [])
            for resource, method, function in methods if number % SHARE == 0 else ():
                result = {
                    "case": number,
                    "run": f"async {method}",
                    "method": f"{resource}.{method}",
                }
                try:
                    given = self._arguments(number, case, function, result)
                    made = await getattr(getattr(client, resource), method)(**given)
                    result["value"] = await self._taken_async(made)
                except Exception as error:
                    result["error"] = f"{type(error).__name__}: {error}"[:600]
                note(result)
        await client.close()

    def _arguments(
        self,
        number: int,
        case: dict[str, Any],
        function: Callable[..., Any],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        seen = self._recorded(function)
        assert seen is not None
        given = Arguments(hints_of(function), self.api, Random(f"{number} {result['run']}")).of(
            function, seen, case, result
        )
        headers = {"X-Bench-Case": str(number), "X-Bench-Run": result["run"]}
        return {**given, "extra_headers": headers}

    def _taken(self, made: Any) -> Any:
        name = type(made).__name__
        if name == "Download":
            return made.read()
        return [self._item(item) for item in made] if name == "Stream" else self._wire(made)

    async def _taken_async(self, made: Any) -> Any:
        name = type(made).__name__
        if name == "AsyncDownload":
            return await made.read()
        if name == "AsyncStream":
            return [self._item(item) async for item in made]
        return self._wire(made)

    def _item(self, item: Any) -> Any:
        return item.data if type(item).__name__ == "Event" else self._wire(item)

    def _wire(self, made: Any) -> Any:
        """What the user would send back: the object as the client writes it."""
        if isinstance(made, bytes):
            return made
        return importlib.import_module("api._runtime.encoding").to_wire(made)


if __name__ == "__main__":
    main()
