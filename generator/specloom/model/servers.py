"""`servers` -> the base URLs of an API, a path or an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.api import Server, ServerVariable
from specloom.openapi.rules import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.openapi.tree import Node


def read_servers(holder: Node) -> Iterator[Server]:
    """The servers that stand at a place, in document order."""
    for server in holder.elements("servers"):
        yield Server(
            url=server.text("url"),
            name=server.text("name"),
            doc=server.text("description"),
            variables=tuple(_variables(server)),
            assumed=" ".join(server.text("x-assumed").split()),
        )


def own_server(operation: Node, item: Node) -> Server | None:
    """The server that an operation or its path has in place of the API's; the first of several."""
    for holder in (operation, item):
        for server in read_servers(holder):
            return server if server.url.strip("/") else None
    return None


def _variables(server: Node) -> Iterator[ServerVariable]:
    for name, variable in server.items("variables"):
        values = [
            text_of(one.tree.documents, one.at) or str(one.value)
            for one in variable.elements("enum")
        ]
        yield ServerVariable(
            name=name,
            default=variable.text("default"),
            values=tuple(values),
            doc=variable.text("description"),
        )
