"""One contender in a process of its own: `contenders.py NAME URL FOLDER`.

A number on stdin is how often it shall do its work; it answers with the seconds that took, and the most megabytes that
it has had. Each runs in the virtual environment that it needs: nothing but the standard library is imported here.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEY = {"Authorization": "Bearer k"}


def _repeated(work: Callable[[], object]) -> Callable[[int], object]:
    def run(times: int) -> None:
        for _ in range(times):
            work()

    return run


def _bare(url: str, path: str, read: Callable[[Any], object]) -> Callable[[int], object]:
    client = importlib.import_module("httpx2").Client()
    return _repeated(lambda: read(client.get(url + path, headers=KEY)))


def _ours(url: str) -> Any:
    return importlib.import_module("shop").Shop(api_key="k", base_url=url)


def _our_order(url: str) -> Callable[[int], object]:
    client = _ours(url)
    return _repeated(lambda: client.orders.get(id="1"))


def _our_list(url: str) -> Callable[[int], object]:
    client = _ours(url)
    return _repeated(client.orders.list)


def _theirs(url: str) -> Any:
    key = {"token": "k"}
    return importlib.import_module("shop_client.client").AuthenticatedClient(base_url=url, **key)


def _their(name: str) -> Any:
    return importlib.import_module(f"shop_client.api.orders.{name}")


def _their_call(url: str, name: str, *given: str) -> Callable[[int], object]:
    client, call = _theirs(url), _their(name).sync
    return _repeated(lambda: call(*given, client=client))


def _json(answer: Any) -> Any:
    return answer.json()


def _hand_written(url: str, path: str) -> Callable[[int], object]:
    decode = importlib.import_module("structs").ORDERS.decode
    return _bare(url, path, lambda answer: decode(answer.content))


def _urllib3(url: str) -> Callable[[int], object]:
    pool = importlib.import_module("urllib3").PoolManager()
    return _repeated(lambda: pool.request("GET", f"{url}/orders/1", headers=KEY).json())


def _with_extra(url: str) -> Callable[[int], object]:
    client = _ours(url)
    return _repeated(lambda: [one.extra for one in client.orders.list()])


def _streamed(url: str, target: Path, *, safely: bool) -> Callable[[int], object]:
    client = importlib.import_module("httpx2").Client()

    def save() -> None:
        digest = hashlib.sha256()
        asked = client.stream("GET", f"{url}/invoices/1", headers=KEY)
        with asked as answer, target.open("wb") as file:
            for part in answer.iter_bytes():
                file.write(part)
                if safely:
                    digest.update(part)
            if safely:
                file.flush()
                os.fsync(file.fileno())

    return _repeated(save)


def _saved(url: str, target: Path) -> Callable[[int], object]:
    client = _ours(url)
    return _repeated(lambda: client.invoices.get(id="1").save(target, overwrite=True))


def _finished(url: str, target: Path) -> Callable[[int], object]:
    job = _ours(url).exports.generate()
    return _repeated(lambda: job.save(target, overwrite=True))


def _looped(
    start: Callable[[], Awaitable[Callable[[], Awaitable[object]]]],
) -> Callable[[int], object]:
    """One call after the other on a loop that goes on."""
    loop = asyncio.new_event_loop()
    call = loop.run_until_complete(start())

    async def run(times: int) -> None:
        for _ in range(times):
            await call()

    return lambda times: loop.run_until_complete(run(times))


def _at_once(
    start: Callable[[], Awaitable[Callable[[], Awaitable[object]]]],
) -> Callable[[int], object]:
    """A thousand calls at once, again and again."""

    async def begin() -> Callable[[], Awaitable[object]]:
        call = await start()
        return lambda: asyncio.gather(*(call() for _ in range(1000)))

    return _looped(begin)


def _async_bare(url: str) -> Any:
    async def start() -> Any:
        client = importlib.import_module("httpx2").AsyncClient(timeout=60)

        async def call() -> Any:
            return (await client.get(f"{url}/orders/1", headers=KEY)).json()

        return call

    return start


def _async_ours(url: str) -> Any:
    async def start() -> Any:
        client = importlib.import_module("shop").AsyncShop(api_key="k", base_url=url)
        return lambda: client.orders.get(id="1")

    return start


def _async_theirs(url: str) -> Any:
    async def start() -> Any:
        client, call = _theirs(url), _their("get_order").asyncio
        return lambda: call("1", client=client)

    return start


def makers(url: str, folder: Path) -> dict[str, Callable[[], Callable[[int], object]]]:
    """What makes each contender: it then does its work so often."""
    return {
        "get bare": lambda: _bare(url, "/orders/1", _json),
        "get ours": lambda: _our_order(url),
        "get theirs": lambda: _their_call(url, "get_order", "1"),
        "get urllib3": lambda: _urllib3(url),
        "async bare": lambda: _looped(_async_bare(url)),
        "async ours": lambda: _looped(_async_ours(url)),
        "async theirs": lambda: _looped(_async_theirs(url)),
        "list json": lambda: _bare(url, "/plain/orders", _json),
        "list bare": lambda: _hand_written(url, "/plain/orders"),
        "list ours": lambda: _our_list(f"{url}/plain"),
        "list theirs": lambda: _their_call(f"{url}/plain", "list_orders"),
        "unknown bare": lambda: _hand_written(url, "/unknown/orders"),
        "unknown ours": lambda: _our_list(f"{url}/unknown"),
        "unknown extra": lambda: _with_extra(f"{url}/unknown"),
        "file bare": lambda: _streamed(url, folder / "bare.pdf", safely=False),
        "file safe": lambda: _streamed(url, folder / "safe.pdf", safely=True),
        "file ours": lambda: _saved(url, folder / "ours.pdf"),
        "file job": lambda: _finished(url, folder / "job.pdf"),
        "many bare": lambda: _at_once(_async_bare(url)),
        "many ours": lambda: _at_once(_async_ours(url)),
    }


def _peak() -> float:
    """The most memory that this process has had, in megabytes."""
    told = Path("/proc/self/status").read_text("ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Work until nothing more is asked for."""
    name, url, folder = sys.argv[1:]
    work = makers(url, Path(folder))[name]()
    for line in sys.stdin:
        os.sync()  # what the one before left to be written is none of this one's work
        start = time.perf_counter()
        work(int(line))
        sys.stdout.write(f"{time.perf_counter() - start} {_peak()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
