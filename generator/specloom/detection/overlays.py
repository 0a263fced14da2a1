"""Proposals as an OpenAPI Overlay, with the evidence as comments above each action."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specloom.detection.evidence import Evidence
    from specloom.detection.proposals import Proposal
    from specloom.diagnostics import Location

__all__ = ["render_overlay"]

_WIDTH = 100
_INDENT = "    "


class _Dumper(yaml.SafeDumper):
    """Every node is written in full: an anchor would hide what a line says."""

    def ignore_aliases(self, data: Any) -> bool:
        """Whether a value is written again where it comes again: always."""
        return True


def render_overlay(proposals: Sequence[Proposal], title: str = "") -> str:
    """Return an Overlay 1.0 document with one action for each proposal.

    Args:
        proposals: At least one: an overlay without actions is none.
        title: Of the document that the proposals are for.

    Raises:
        ValueError: There are no proposals.
    """
    if not proposals:
        raise ValueError("an overlay has one action at least")
    name = f"{title}: proposed life cycles of jobs" if title else "Proposed life cycles of jobs"
    head = _dump({"overlay": "1.0.0", "info": {"title": name, "version": "0.1.0"}})
    return f"{head}actions:\n" + "".join(_action(one) for one in proposals)


def _action(proposal: Proposal) -> str:
    comments = [
        f"{proposal.method} {proposal.path}: {proposal.sureness}, {proposal.score} points",
        *(_told(one, proposal.at.file) for one in proposal.evidence),
    ]
    lines = [f"  # {_plain(comment)}" for comment in comments]
    action = {"target": _target(proposal.at), "update": {"x-job": dict(proposal.job)}}
    written = _dump(action).splitlines()
    lines += [f"  - {written[0]}", *(f"{_INDENT}{line}" for line in written[1:])]
    return "\n".join(lines) + "\n"


def _told(evidence: Evidence, root: str) -> str:
    points = f"{evidence.points:+d}" if evidence.points else " 0"
    file = "" if evidence.at.file == root else evidence.at.file
    return f"{points} {evidence.text} ({file}{_pointer(evidence.at)})"


def _pointer(at: Location) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in at.pointer)
    return "#/" + "/".join(steps)


def _plain(text: str) -> str:
    """What a comment can hold: a name in a document may have any character."""
    return "".join(char if char.isprintable() else " " for char in text)


def _target(at: Location) -> str:
    """The JSONPath of a place."""
    return "$" + "".join(_segment(step) for step in at.pointer)


def _segment(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if step.isascii() and step.isidentifier():
        return f".{step}"
    quoted = step.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{''.join(map(_shown, quoted))}']"


def _shown(char: str) -> str:
    """A character as RFC 9535 lets a name say it: one that does not show is an escape."""
    if char.isprintable():
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at:at + 2].hex()}" for at in range(0, len(units), 2))


def _dump(value: Mapping[str, Any]) -> str:
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=None,
        width=_WIDTH,
        # What does not show, or turns the direction of writing, is an escape: a person reads it.
        allow_unicode=json.dumps(value, ensure_ascii=False).isprintable(),
    )
