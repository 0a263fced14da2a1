"""`webhooks.py`: a function for each webhook and callback, which reads its body as the document describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specloom.python.spelling import (
    Code,
    Spelling,
    docstring,
    identifier,
    listed,
    literal,
    sentence,
)
from specloom.targets.client.descriptions import description
from specloom.targets.client.imports import standard_imports, words_of

if TYPE_CHECKING:

    from specloom.model.api import Api, Webhook


def webhooks_view(api: Api) -> dict[str, Any]:
    """What `webhooks.py` says; for an API that sends something."""
    spelling = Spelling(api.declared)
    views = [
        {
            "name": identifier(f"parse_{one.name}"),
            "annotation": spelling.annotation(one.type),
            "content_type": literal(one.content_type or "application/json"),
            "doc": docstring(_doc(one)),
        }
        for one in api.webhooks
    ]
    said = words_of(str(view["annotation"]) for view in views)
    imports = [Code("from . import models")] if "models" in said else []
    return {
        "doc": docstring(
            f"""What {api.title} sends by itself: each function reads the body of one call as its type.

Nothing here proves who sent it: check its signature, where the sender signs, before you trust it.""",
            0,
        ),
        "standard_imports": list(standard_imports(said)),
        "imports": [*imports, Code("from ._runtime.receiving import received")],
        "names": listed(sorted(view["name"] for view in views)),
        "webhooks": views,
    }


def _doc(one: Webhook) -> str:
    what = f"the webhook `{one.wire_name}`"
    if one.operation:
        what = f"the callback `{one.wire_name}` of `{one.operation}`"
    head = sentence(one.summary) or f"Read {what}."
    body = sentence(description(one.doc, "The document says more."))
    told = f"`{one.method}`: {what}, as its body came." if one.summary else ""
    deprecated = "Deprecated." if one.deprecated else ""
    return "\n\n".join(part for part in (head, body, told, deprecated) if part) + (
        "\n\nRaises:\n    APIError: it is not JSON, and should be.\n"
    )
