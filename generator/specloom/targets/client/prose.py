"""What the docstrings of woven methods say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.types import ABSENT
from specloom.python.spelling import sentence
from specloom.targets.client.ranges import range_text

if TYPE_CHECKING:
    from specloom.model.api import Argument, Operation


def call_doc(operation: Operation) -> str:
    """Of a plain call: what it does, and its arguments."""
    return "\n\n".join([*_head(operation), *_arguments_doc(operation.signature.arguments)])


def submit_doc(operation: Operation) -> str:
    """Of a submit: what it does, its arguments, what it gives, what can go wrong."""
    returns = (
        "Returns:\n    The job, as soon as the server has taken it. It costs money from then on."
    )
    raises = (
        "Raises:\n"
        "    InvalidRequestError: the request breaks a rule; nothing was sent.\n"
        "    SubmitUncertainError: nobody knows whether the server took it; it is never sent again by itself.\n"
        "    APIStatusError: the server refused it."
    )
    return "\n\n".join(
        [*_head(operation), *_arguments_doc(operation.signature.arguments), returns, raises]
    )


def generate_doc(operation: Operation) -> str:
    """Of a submit that waits."""
    return (
        f"Submit a job, wait for it and give what it made; `save_to` saves its file as well.\n\n"
        f"The arguments are those of `{operation.name}`; `wait_timeout` (seconds) bounds the waiting, "
        f"and `on_update` is told each state.\n\nRaises:\n"
        f"    JobTimeoutError: the job still runs; the error carries it and says how to resume.\n"
        f"    JobFailedError: the job failed; for a known code also that code's class."
    )


def estimate_doc(operation: Operation) -> str:
    """Of an estimate."""
    return (
        "What a request would cost, before it is sent; nothing is sent.\n\n"
        "Returns:\n    The tier, the quantity and, where the unit price is known (`prices=`), the amount; "
        "an unknown amount is None and never 0."
    )


def _head(operation: Operation) -> list[str]:
    parts = [sentence(operation.summary), sentence(operation.doc)]
    told = [part for part in parts if part] or [f"{operation.method} {operation.path}."]
    return [*told, *(["Deprecated."] if operation.deprecated else [])]


def _arguments_doc(arguments: tuple[Argument, ...]) -> list[str]:
    """The section about arguments: all of them, or none where the document says nothing of any."""
    told = [(one.name, _argument_doc(one)) for one in arguments]
    lines = [f"    {name}: {doc or '(Not described.)'}" for name, doc in told]
    return ["\n".join(["Args:", *lines])] if any(doc for _, doc in told) else []


def _argument_doc(one: Argument) -> str:
    doc = " ".join(sentence(one.doc).split())
    default = "" if one.default is ABSENT else f"Default: {one.default}."
    deprecated = "Deprecated." if one.deprecated else ""
    return " ".join(note for note in (doc, range_text(one.limits), deprecated, default) if note)
