"""A socket on the loopback, and the server that listens on it: in a thread or in the foreground."""

from __future__ import annotations

import ipaddress
import signal
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn

from .lines import LineProtocol
from .overrides import SandboxError

if TYPE_CHECKING:
    from .server import Application

__all__ = ["Running", "address", "bind", "run"]


class Running:
    """A thread that serves an application on a socket."""

    def __init__(self, application: Application, listening: socket.socket) -> None:
        self.application = application
        self.url = address(listening)
        self._socket = listening
        self._server = _Server(application, "critical")
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)

    def start(self) -> None:
        """Serve from now on; what was asked before waits in the socket's queue."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, close the socket, remove the files."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self.application.close()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


class _Server(uvicorn.Server):
    """Wakes what waits in the application before it waits for that to end."""

    def __init__(self, application: Application, log_level: str) -> None:
        super().__init__(_config(application, log_level))
        self._application = application

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._application.patience.end()
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        SandboxError: the host is not this machine's loopback, or the port is taken.
    """
    ip = ipaddress.ip_address("127.0.0.1" if host == "localhost" else _checked(host))
    if not ip.is_loopback:
        raise SandboxError(f"the sandbox only listens on the loopback, not on {host}")
    family = socket.AF_INET6 if ip.version == 6 else socket.AF_INET
    # Asyncio sends small answers at once (TCP_NODELAY) only where the protocol is told.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((str(ip), port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        reason = error.strerror or error
        raise SandboxError(f"port {port} cannot be used: {reason}; try another --port") from error
    return listening


def address(listening: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(application: Application, listening: socket.socket, *, log_level: str = "warning") -> None:
    """Serve in the foreground until Ctrl-C or SIGTERM; then remove the files."""
    # uvicorn shuts down on either signal and then raises it again: as the same exception.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _Server(application, log_level).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
        application.close()


def _checked(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        raise SandboxError(f"{host} is no address of the loopback; try 127.0.0.1") from None


def _config(application: Application, log_level: str) -> uvicorn.Config:
    return uvicorn.Config(
        application.asgi,
        loop="asyncio",
        http=LineProtocol,
        ws="none",
        lifespan="off",
        log_level=log_level,
        access_log=log_level in ("info", "debug"),
        server_header=False,
        timeout_graceful_shutdown=1,
    )
