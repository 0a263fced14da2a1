"""How the members of a form and the parts of a body are written (Encoding Object), and what of it no client writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from specloom.model.api import Encoding
from specloom.model.media import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Report
    from specloom.model.api import BodyKind
    from specloom.openapi.tree import Node

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_NESTED = ("encoding", "prefixEncoding", "itemEncoding")


def read_encodings(content: Node, kind: BodyKind, report: Report) -> tuple[Encoding, ...]:
    """The encodings of a form or of parts: declared ones, and those of members that hold base64."""
    if kind not in ("form", "multipart"):
        return ()
    encoded = set(_base64(content)) if kind == "multipart" else set()
    told = []
    for name, holder in content.items("encoding"):
        told.append(_encoding(name, holder.follow(), encoded, report))
    for at, holder in enumerate(content.elements("prefixEncoding")):
        told.append(_encoding(str(at), holder.follow(), encoded, report))
    item = content.get("itemEncoding")
    if item is not None:
        told.append(_encoding("", item.follow(), encoded, report))
    named = {one.name for one in told}
    others = (Encoding(name=name, base64=True) for name in _base64(content) if name in encoded)
    return (*told, *(one for one in others if one.name not in named))


def _encoding(name: str, node: Node, encoded: set[str], report: Report) -> Encoding:
    explode, content_type = node.get("explode"), node.text("contentType")
    is_told = explode is not None and isinstance(explode.value, bool)
    if plain(content_type).startswith("multipart/"):
        message = (
            f"a part that is `{content_type}` itself is not written: it is sent as its value is"
        )
        report.warning("fallback", message, node.at.child("contentType"))
        content_type = ""
    _report_nested(node, report)
    return Encoding(
        name=name,
        base64=name in encoded,
        headers=dict(_headers(node, report)),
        content_type=content_type,
        style=node.text("style"),
        explode=explode.value if explode is not None and is_told else None,
        allow_reserved=node.flag("allowReserved"),
    )


def _report_nested(node: Node, report: Report) -> None:
    for key in _NESTED:
        if node.get(key) is not None:
            message = f"`{key}` of a part is not written: what a part holds is JSON, text or a file"
            report.warning("fallback", message, node.at.child(key).at_key())


def _headers(node: Node, report: Report) -> Iterator[tuple[str, str]]:
    """The headers of a part that have one value: a constant, or the default of one that has to be there."""
    for name, holder in node.items("headers"):
        header = holder.follow()
        value = _only_value(header)
        if name.lower() == "content-type":  # described by `contentType`
            continue
        if TOKEN.fullmatch(name) and value.isascii() and value.isprintable() and value:
            yield name, value
        else:
            message = "a header of a part is not sent: `Upload` takes headers of its own"
            report.warning("fallback", message, node.at.child("headers", name).at_key())


def _only_value(header: Node) -> str:
    """The text that a header always has, empty where there is none."""
    schema = header.get("schema")
    if schema is None:
        return ""
    default = schema.follow().text("default") if header.flag("required") else ""
    return schema.follow().text("const") or default


def _base64(content: Node) -> Iterator[str]:
    """The members that hold bytes as text."""
    schema = content.get("schema")
    if schema is None:
        return
    node = schema.follow()
    for one in (node, *(part.follow() for part in node.elements("allOf"))):
        for name, member in one.items("properties"):
            held = member.follow()
            items = held.get("items")
            inner = items.follow() if items is not None else held
            if inner.text("contentEncoding") == "base64":
                yield name
