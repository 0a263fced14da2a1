"""Documents of a few operations, and what `specloom detect` finds in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from specloom.detection import detect
from specloom.diagnostics import Report
from specloom.openapi.rules import check_openapi
from specloom.openapi.tree import Tree
from specloom.source.references import Documents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from specloom.detection.proposals import Proposal

Document = dict[str, Any]

TEXT = {"type": "string"}


def answer_of(schema: Any) -> Document:
    return {"description": "x", "content": {"application/json": {"schema": schema}}}


def object_of(**properties: Any) -> Document:
    return {"type": "object", "properties": properties}


def parameter_of(name: str, place: str = "path") -> Document:
    return {"name": name, "in": place, "required": True, "schema": {"type": "string"}}


def words_of(*words: str) -> Document:
    return {"type": "string", "enum": list(words)}


def write_kilns(paths: Any, folder: Path) -> Path:
    """A document with these paths; those of its operations that take an id declare it."""
    for path, item in paths.items():
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if names:
            item["parameters"] = [parameter_of(name) for name in names]
    document = {"openapi": "3.1.0", "info": {"title": "Kilns", "version": "1"}, "paths": paths}
    written = folder / "kilns.yaml"
    written.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    return written


def found_in(path: Path) -> tuple[Proposal, ...]:
    report = Report()
    documents = Documents.load(path, report)
    assert check_openapi(documents, report), report.diagnostics
    return detect(Tree(documents))


def pair_of(poll: Any, submit: Any, *, status: str = "200") -> Document:
    return {
        "/runs": {"post": {"operationId": "run", "responses": {status: answer_of(submit)}}},
        "/runs/{run_id}": {"get": {"operationId": "getRun", "responses": {"200": answer_of(poll)}}},
    }


def texts_of(proposals: Sequence[Proposal]) -> str:
    return "\n".join(one.text for proposal in proposals for one in proposal.evidence)
