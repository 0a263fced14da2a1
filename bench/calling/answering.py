"""A server that costs little: `answering.py`, its port on stdout. What it answers is chosen by the end of the path."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from typing import IO, Any

MEGABYTE = 1 << 20


def order(number: int, **unknown: Any) -> dict[str, Any]:
    """An order as `shop.yaml` describes it, with what it does not describe."""
    lines = [{"article": f"article {at}", "count": at + 1, "price": 9.5} for at in range(3)]
    return {
        "id": f"order_{number:08}",
        "number": number,
        "state": ("open", "paid", "sent", "returned")[number % 4],
        "placed_at": "2026-11-23T10:20:30Z",
        "total": 123.45,
        "paid": bool(number % 2),
        "note": None if number % 3 else "leave it at the door",
        "customer": {
            "id": f"customer_{number % 97}",
            "name": "Ada Lovelace",
            "email": "ada@x.example",
        },
        "lines": lines,
        "tags": ["new", "gift"],
        **unknown,
    }


def _listed(**unknown: Any) -> bytes:
    """Orders that make about a megabyte."""
    each = len(json.dumps(order(0, **unknown)))
    return json.dumps([order(at, **unknown) for at in range(MEGABYTE // each)]).encode()


def _answer(body: bytes, kind: str = "application/json", size: int | None = None) -> bytes:
    length = len(body) if size is None else size
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + body


ANSWERS = {
    b"/orders/1": _answer(json.dumps(order(1)).encode()),
    b"/plain/orders": _answer(_listed()),
    b"/unknown/orders": _answer(_listed(channel="web", rating=5, address={"city": "Turin"})),
}


class Answering(asyncio.Protocol):
    """Answers what ANSWERS has; all else is a gigabyte."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._size = size
        self._held = b""
        self._sending: set[asyncio.Task[Any]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
        host, port = transport.get_extra_info("sockname")
        self._link = f"http://{host}:{port}/invoices/1"

    def data_received(self, data: bytes) -> None:
        """Answer each request that is there."""
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, self._held = self._held.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            told = next((one for end, one in ANSWERS.items() if path.endswith(end)), None)
            if path.startswith(b"/exports"):
                told = _answer(
                    json.dumps({"id": "1", "state": "done", "file": self._link}).encode()
                )
            if told is not None:
                self._transport.write(told)
            else:
                self._transport.write(_answer(b"", "application/pdf", self._size))
                task = asyncio.ensure_future(self._send_file())
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    async def _send_file(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sendfile(self._transport, self._file, 0, self._size)


async def main() -> None:
    """Serve until the process is ended."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 30
    with tempfile.TemporaryFile() as file:
        file.truncate(size)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Answering(file, size), "127.0.0.1", 0, backlog=4096
        )
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
