"""Documents joined into one with as many operations as are wanted, so that what is measured is their number alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from specloom.diagnostics import Report
from specloom.source.references import Documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def value_of(document: Path) -> Any:
    """What a document says, in JSON's own types."""
    return json.loads(json.dumps(Documents.load(document, Report()).root.value, default=str))


def joined(documents: Sequence[Path], wanted: int) -> tuple[str, int]:
    """One document as JSON, and how many operations it has: `wanted`, or as many as its last path brings more.

    The documents follow each other, each with names and paths of its own, and begin anew where they do not suffice.
    """
    values = [value_of(document) for document in documents]
    version = str(values[0]["openapi"])  # those that are of another one would be full of findings
    values = [value for value in values if str(value.get("openapi"))[:3] == version[:3]]
    whole: dict[str, Any] = {
        "openapi": version,
        "info": {"title": "Joined", "version": "1"},
        "paths": {},
        "components": {},
    }
    count = 0
    for number, value in enumerate(_again_and_again(values)):
        for kind, named in value.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(named)
        for path, item in value.get("paths", {}).items():
            whole["paths"][f"/d{number}{path}"] = item
            count += sum(method in METHODS for method in item)
            if count >= wanted:
                return json.dumps(whole), count
    raise ValueError("documents without operations cannot be joined")


def _again_and_again(values: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    texts = [json.dumps(value) for value in values]
    number = 0
    while True:
        for text in texts:
            yield _renamed(json.loads(text), number)
            number += 1


def _renamed(value: dict[str, Any], number: int) -> dict[str, Any]:
    """A document whose components have names of their own."""
    mark = f"D{number}"
    named = {
        kind: {f"{mark}{name}": one for name, one in members.items()}
        for kind, members in value.get("components", {}).items()
        if isinstance(members, dict) and kind != "securitySchemes"
    }
    text = json.dumps({"components": named, "paths": value.get("paths", {})})
    for kind in named:
        text = text.replace(f'"#/components/{kind}/', f'"#/components/{kind}/{mark}')
    return {key: _without(one) for key, one in json.loads(text).items()}


def _without(node: Any) -> Any:
    """The same without what names are for the whole of a document: operationIds, security."""
    if isinstance(node, dict):
        return {
            key: _without(one)
            for key, one in node.items()
            if not (key == "operationId" and isinstance(one, str)) and key != "security"
        }
    return [_without(one) for one in node] if isinstance(node, list) else node
