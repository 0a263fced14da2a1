"""What is started to measure its start: woven clients and their calls, the same of a peer, and bare httpx2."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.checked import make, peer
from bench.documents import peer_home
from bench.reached import blank, parsed, peer_call

from specloom.pipeline import weave
from specloom.targets.client.constructors import needed_credentials
from specloom.targets.client.runtime.sandbox.samples import Sampler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specloom.model.api import Api, Operation

__all__ = ["BARE", "BARE_ASYNC", "Peer", "Program", "Subject", "woven"]


@dataclass(frozen=True, slots=True)
class Program:
    """What a process does: what it imports, then what it calls, where there is something to call."""

    imports: str
    call: str = ""


BARE = Program(
    "import httpx2",
    """
with httpx2.Client() as client:
    client.get({url!r}, headers={{"Authorization": "Bearer k"}}).json()
""",
)
BARE_ASYNC = Program(
    "import asyncio, httpx2",
    """
async def ask():
    async with httpx2.AsyncClient() as client:
        (await client.get({url!r}, headers={{"Authorization": "Bearer k"}})).json()
asyncio.run(ask())
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The client that the peer makes of the same document, and its module for the same call."""

    python: Path
    path: Path
    module: str
    arguments: str

    def program(self) -> Program:
        """What a program does that makes one call."""
        return Program(
            f"from api import AuthenticatedClient as Client\nfrom {self.module} import sync_detailed",
            "with Client(base_url={url!r}, token='k') as client:\n"
            f"    sync_detailed({self.arguments}client=client)",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A woven client: where its package lies, its class, and two calls of it with their answers."""

    name: str
    path: Path
    client: str
    keys: str
    plain: tuple[str, Any]
    large: tuple[str, Any]
    peer: Peer | None

    def program(self, call: str) -> Program:
        """What a program does that makes one call."""
        made = f"Client(base_url={{url!r}}, {self.keys})"
        return Program(
            f"from api import {self.client} as Client", f"with {made} as client:\n    client.{call}"
        )

    def async_program(self, call: str) -> Program:
        """The same with the async client."""
        made = f"Client(base_url={{url!r}}, {self.keys})"
        return Program(
            f"import asyncio\nfrom api import Async{self.client} as Client",
            f"async def ask():\n    async with {made} as client:\n"
            f"        await client.{call}\nasyncio.run(ask())",
        )


def woven(document: Path, cache: Path) -> Subject:
    """Weave a client and choose its calls: the GET with the smallest answer, and the one with the largest."""
    home = cache / "starting" / document.stem
    shutil.rmtree(home, ignore_errors=True)
    made = weave(document, package="api")
    if made.api is None:
        raise SystemExit(made.findings)
    for file in made.files:
        path = home / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    _compile(sys.executable, home)
    api = made.api
    calls = sorted(_readable(api), key=lambda one: _reach(api, one))
    return Subject(
        name=document.stem,
        path=home / "client",
        client=api.client_name,
        keys=", ".join(f"{keyword}='k'" for keyword in needed_credentials(api)),
        plain=_call(api, calls[0]),
        large=_call(api, calls[-1]),
        peer=_peer(document, calls[0], cache),
    )


def _compile(python: str | Path, folder: Path) -> None:
    """Compile all modules, as pip does when it installs them."""
    subprocess.run([python, "-m", "compileall", "-q", folder], check=False)


def _peer(document: Path, wanted: Operation, cache: Path) -> Peer | None:
    """What the peer makes of it; None where it does not, or without that call."""
    generator = peer(peer_home(cache.absolute()))
    home = cache.absolute() / "starting" / f"{document.stem}.peer"
    if make(generator, document, home)["exit"]:
        return None
    package = home / generator.package
    for path in sorted((package / "api").rglob("*.py")):
        tree = parsed(path)
        found = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
        if {"_get_kwargs", "sync_detailed"} <= found.keys():
            told = [
                peer_call(node)
                for node in ast.walk(found["_get_kwargs"])
                if isinstance(node, ast.Dict)
            ]
            if (wanted.method, blank(wanted.path)) in told:
                _compile(generator.python, home)
                names = path.relative_to(package.parent).with_suffix("").parts
                given = "'1', " * len(found["sync_detailed"].args.args)
                return Peer(
                    python=generator.python,
                    path=package.parent,
                    module=".".join(names),
                    arguments=given,
                )
    return None


def _readable(api: Api) -> Iterator[Operation]:
    """The GETs that give JSON and need nothing but parts of their path."""
    for one in (one for resource in api.resources for one in resource.operations):
        needed = [argument for argument in one.signature.arguments if argument.required]
        is_plain = one.gives == "value" and one.job is None and one.server is None
        from_path = all(argument.place == "path" for argument in needed)
        if one.method == "GET" and is_plain and from_path and _schema(api, one) is not None:
            yield one


def _schema(api: Api, one: Operation) -> Any:
    return next(
        (api.answers["answers"][one.qualified].get(each.status) for each in one.successes), None
    )


def _reach(api: Api, one: Operation) -> int:
    """How many schemas an answer leads to."""
    seen: set[str] = set()
    waiting: list[Any] = [_schema(api, one)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                waiting.append(api.answers["$defs"].get(name))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return len(seen)


def _call(api: Api, one: Operation) -> tuple[str, Any]:
    arguments = ", ".join(f"{each.name}='1'" for each in one.signature.arguments if each.required)
    answer = Sampler(api.answers["$defs"], "bench").value(_schema(api, one))
    return f"{one.qualified}({arguments})", answer
