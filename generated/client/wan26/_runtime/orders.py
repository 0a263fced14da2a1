"""From the arguments of a woven method to a core: checked, built, sent."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from . import calling
from .deferred import Deferred
from .outgoing import checked
from .requests import Options, build_request
from .suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from . import binary, streaming
    from .binary import Plan
    from .effects import Core, Request
    from .operations import Operation
    from .session import Session
else:
    binary, streaming = Deferred("binary"), Deferred("streaming")

__all__ = ["call", "download", "known_options", "prepared", "stream"]

T = TypeVar("T")


def known_options(
    options: Mapping[str, Any], kind: type[Options], method: Callable[..., Any] | None = None
) -> None:
    """Refuse options that do not exist, such as a misspelt parameter of a woven method.

    Raises:
        TypeError: there is one.
    """
    for name in options:
        if name not in kind.__annotations__:
            named = inspect.signature(method).parameters if method is not None else {}
            known = [known for known in named if known not in ("self", "options")]
            close = suggest(name, [*known, *kind.__annotations__])
            raise TypeError(f"unexpected argument {name!r}{close}")


def call(
    session: Session,
    operation: Operation[T],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
) -> Core[T]:
    """A plain call."""
    changed = session.changed(operation)
    request = prepared(session, changed, parameters, body, options)
    timeout = options.get("timeout", session.timeout)
    return (yield from calling.call(session, changed, request, timeout, options.get("on_response")))


def stream(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
) -> Core[None]:
    """A call whose answer comes item by item."""
    changed = session.changed(operation)
    request = prepared(session, changed, parameters, body, options)
    asked = replace(request, streamed=True)
    timeout = options.get("timeout", session.timeout)
    yield from streaming.items(session, changed, asked, timeout, options.get("on_response"))


def download(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
    plan: Plan,
) -> Core[None]:
    """A call whose answer is a file."""
    changed = session.changed(operation)
    request = prepared(session, changed, parameters, body, options)
    asked = replace(request, streamed=True)
    timeout = options.get("timeout", session.timeout)
    yield from binary.content(session, changed, asked, plan, timeout, options.get("on_response"))


def prepared(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
    url: str | None = None,
) -> Request:
    """A request, checked; under a URL of the server's own its query is all there is."""
    wire = checked(session, operation, parameters, body, options)
    if url is not None:
        kept = tuple(one for one in operation.parameters if one.place in ("header", "cookie"))
        operation = replace(operation, parameters=kept)
        options = {**options, "extra_query": {}}
    return build_request(
        session, operation, parameters=parameters, body=wire, options=options, url=url
    )
