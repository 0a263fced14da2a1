"""What the names in an API say: resources that are work, and those that are things with a status of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from specloom.detection.words import set_of, singular, tokens_of

if TYPE_CHECKING:
    from specloom.openapi.operations import Operation

__all__ = [
    "CANCELLING",
    "DECIDING",
    "RESULTS",
    "SAYING",
    "VERBS",
    "controls",
    "creates",
    "literals_of",
    "nouns_of",
    "placeholders_of",
    "reads",
    "shape_of",
    "thing_in",
    "work_in",
]

_WORK = set_of(
    "job task run execution export import generation prediction batch render rendering"
    " transcription conversion build training report scan crawl operation workflow upscale"
    " inference process extraction synthesis analysis translation migration reindex action"
    " download prompt tuning finetune optimization simulation evaluation"
    " submission screenshot video image speech audio dubbing bulk backup async"
)
_THINGS = set_of(
    "payment order invoice refund payout transfer charge subscription customer account user member"
    " dispute shipment ticket issue project product contract quote booking reservation appointment"
    " card wallet transaction deal lead contact company employee message email sms call conference"
    " verification application domain certificate instance server droplet machine vm cluster"
    " database volume node device bill authorization mandate cheque check credit deposit withdrawal"
    " intent capture session invitation participant device person recipient plan offer swap"
    " pet review return purchase settlement credential identity webhook subscriber sale"
    " campaign statement loan address profile firewall network vpc bucket reader clock schedule"
    " point label topup reversal debit funding balance agreement visit trip ride reward"
    " codespace workspace environment pod host"
)
_CONTROLLING = set_of(
    "cancel abort stop pause resume kill terminate delete archive unarchive restore update close"
    " complete approve reject confirm void capture acknowledge ack fail finish lock unlock release"
    " reset remove revoke suspend activate deactivate enable disable edit rename move share"
    " accept decline publish unpublish poll claim heartbeat comment comments status undo"
    " append metadata finalize submit_result events chunk watch logs refund"
    " restart resurrect reboot revive"
)
# What people do with a thing.
DECIDING = set_of("approve reject publish pay close reopen assign accept decline sign")
VERBS = set_of(
    "create submit start request generate enqueue launch make convert render run new add upload"
    " start execute process async"
)
_READING = set_of(
    "read search query list get validate preview count match check lookup suggest find login logout"
    " token auth authenticate"
)
_CREATING = set_of(
    "create submit start request generate enqueue launch make convert render run new add"
)
CANCELLING = ("cancel", "abort", "stop", "terminate", "kill")
RESULTS = (
    *("result", "results", "output", "outputs", "download", "content", "file", "files", "report"),
    *("response", "artifact", "artifacts", "transcript", "data", "pdf", "video", "audio"),
)
SAYING = set_of(
    "status state progress info details detail get result results fetch check show view poll"
)
_PLACEHOLDER = re.compile(r"\{([^}]+)\}")
_VERSION = re.compile(r"v\d+(\.\d+)*|[\d.\-]+|api|rest", re.IGNORECASE)


def placeholders_of(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return _PLACEHOLDER.findall(path)


def shape_of(path: str) -> tuple[str, ...]:
    """The segments of a path, every parameter as `{}`; a custom verb (`/jobs/{id}:cancel`) is one of its own."""
    plain = _PLACEHOLDER.sub("{}", path.partition("?")[0]).replace(":", "/")
    return tuple(part.removesuffix(".json") for part in plain.split("/") if part)


def literals_of(path: str) -> list[str]:
    """The segments of a path that are no parameters and no version."""
    return [part for part in shape_of(path) if "{" not in part and not _VERSION.fullmatch(part)]


def nouns_of(path: str) -> frozenset[str]:
    """The nouns of a path in the singular, whole segments (joined by `_`) and their words."""
    found: set[str] = set()
    for part in literals_of(path):
        words = [singular(word) for word in tokens_of(part)]
        found |= {*words, "_".join(words)}
    return frozenset(found)


def _resource(path: str) -> list[str]:
    named = [part for part in literals_of(path) if part.lower() not in SAYING]
    return [singular(word) for word in tokens_of(named[-1])] if named else []


def work_in(*paths: str) -> str:
    """The noun of work that names the resource of one of the paths; empty if none does."""
    return next((word for path in paths for word in _resource(path)[::-1] if word in _WORK), "")


def thing_in(poll: str, submit: str) -> str:
    """The noun of a thing that names what is polled, or what is submitted where that has a name of neither."""
    for path in (poll, submit):
        if work_in(path):
            return next((word for word in _resource(path)[-1:] if word in _THINGS), "")
        if thing := next((word for word in _resource(path) if word in _THINGS), ""):
            return thing
    return ""


def controls(operation: Operation) -> bool:
    """Whether an operation acts on what is there already: `/jobs/{id}/cancel`."""
    parts = shape_of(operation.path)
    return "{}" in parts and parts[-1].lower() in _CONTROLLING


def reads(operation: Operation) -> bool:
    """Whether a name says that this operation changes nothing, whatever its method is."""
    return bool({part.lower() for part in shape_of(operation.path)[-1:]} & _READING)


def creates(operation: Operation) -> bool:
    """Whether a name says that this operation makes something, whatever its method is."""
    last = literals_of(operation.path)[-1:]
    words = {*tokens_of(last[0])} if last and "{" not in shape_of(operation.path)[-1] else set()
    verbs = _CREATING - {"run", "new", "add"}
    told = (tokens_of(operation.node.text(key))[:1] for key in ("operationId", "summary"))
    return bool(words & _CREATING) or any({*first} & verbs for first in told)
