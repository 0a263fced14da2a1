"""What the types of an operation's answers are named after: the first one is the response, or the error, as such."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from specloom.model.names import pascal

if TYPE_CHECKING:
    from specloom.openapi.tree import Node

_RANGES = {"1": "Informational", "3": "Redirection", "4": "ClientError", "5": "ServerError"}


def answer_contexts(operation: Node, context: str) -> dict[str, str]:
    """The name that each status gives to the inline types of its answers; no name depends on a later status."""
    contexts: dict[str, str] = {}
    named: set[str] = set()
    for status, holder in operation.items("responses"):
        # Beside a success, all others are errors.
        is_success = status.startswith("2") or (
            status == "default" and not any(told.startswith("2") for told in contexts)
        )
        word = "Response" if is_success else "Error"
        further = word in named
        contexts[status] = f"{context}{_said(status, word)}" if further else f"{context}{word}"
        if any(not _is_reference(content) for _, content in holder.follow().items("content")):
            named.add(word)
    return contexts


def _is_reference(content: Node) -> bool:
    schema = content.get("schema")
    return schema is None or schema.names_reference


def _said(status: str, word: str) -> str:
    """A status in words: `NotFoundError`, `AcceptedResponse`."""
    try:
        phrase = pascal(HTTPStatus(int(status)).phrase.lower().title())
    except ValueError:
        phrase = _RANGES.get(status[:1], pascal(status))
    return phrase if phrase.endswith(word) else f"{phrase}{word}"
