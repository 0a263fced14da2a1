import asyncio
import inspect
import pickle
from typing import Any, assert_type

import httpx2
from async_methods_are_the_sync_ones_awaited import (
    AsyncAsyncMethodsAreTheSyncOnesAwaited,
    AsyncMethodsAreTheSyncOnesAwaited,
    models,
)
from async_methods_are_the_sync_ones_awaited.resources.things import AsyncThings, Things
from tests.answering import Vendor

vendor = Vendor({"name": "a"})
assert AsyncMethodsAreTheSyncOnesAwaited(http_client=vendor.http).things.get("1").name == "a"


def answer(request: httpx2.Request) -> httpx2.Response:
    if request.method == "DELETE":
        return httpx2.Response(204)
    return httpx2.Response(200, json={"name": str(request.url)})


async def main() -> None:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    async with AsyncAsyncMethodsAreTheSyncOnesAwaited(http_client=http) as client:
        thing = await client.things.get("1", deep=2, timeout=3.0)
        assert_type(thing, models.Thing)
        assert thing.name == "https://api.example.com/things/1?deep=2"
        await client.things.awaited_("1")
        misspelt: Any = {"dep": 2}
        try:
            await client.things.get("1", **misspelt)
        except TypeError as error:
            assert "deep" in str(error), error
        else:
            raise AssertionError("a misspelt keyword was taken")


asyncio.run(main())
assert inspect.iscoroutinefunction(AsyncThings.get)
assert inspect.signature(AsyncThings.get) == inspect.signature(Things.get)
assert AsyncThings.get.__doc__ == Things.get.__doc__
assert "How deep to look." in str(AsyncThings.get.__doc__)
assert pickle.loads(pickle.dumps(AsyncThings.get)) is AsyncThings.get
