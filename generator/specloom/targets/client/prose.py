"""What the docstrings of woven methods say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.media import plain
from specloom.model.types import ABSENT
from specloom.python.spelling import sentence
from specloom.targets.client.descriptions import description, entry, without_markup
from specloom.targets.client.ranges import range_text

if TYPE_CHECKING:
    from specloom.model.api import Argument, Operation


_ROOMS = (420, 240, 160)  # characters for an argument: the more there are, the fewer for each
_LONGEST = 36  # lines of a section


def call_doc(operation: Operation) -> str:
    """Of a plain call: what it does, and its arguments."""
    return "\n\n".join([*_head(operation), *_arguments_doc(operation.signature.arguments)])


def stream_doc(operation: Operation) -> str:
    """Of a call whose answer comes item by item."""
    return f"{call_doc(operation)}\n\n{_STREAM}"


def download_doc(operation: Operation) -> str:
    """Of a call whose answer is a file."""
    return f"{call_doc(operation)}\n\n{_FILE}"


def pages_doc(operation: Operation) -> str:
    """Of what iterates over all pages of a list."""
    return (
        f"The items of all pages of `{operation.name}`, which is called for each page as it is needed.\n\n"
        f"Takes the arguments of `{operation.name}`; `.pages()` iterates over the answers themselves."
    )


def alternative_doc(operation: Operation, key: str) -> str:
    """Of a call that asks for another kind of content."""
    media_type = next(content.media_type for _, content in operation.alternatives(key))
    kinds = {content.kind for _, content in operation.alternatives(key)}
    told = _STREAM if "stream" in kinds else _FILE if "binary" in kinds else ""
    said = f"As `{operation.name}`, with the same arguments; the answer is `{plain(media_type)}`."
    return f"{said}\n\n{told}" if told else said


_STREAM = (
    "Returns:\n    The items, each as soon as it comes; leave it early with `close()` or `with`."
)
_FILE = "Returns:\n    The file: `save(path)`, `read()` or `iter_bytes()`; leave it early with `close()` or `with`."


def submit_doc(operation: Operation) -> str:
    """Of a submit: what it does, its arguments, what it gives, what can go wrong."""
    returns = (
        "Returns:\n    The jobs, as soon as the server has taken them. They cost money from then on."
        if operation.job is not None and operation.job.makes_several
        else "Returns:\n    The job, as soon as the server has taken it. It costs money from then on."
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
    if operation.job is not None and operation.job.makes_several:
        return _generate_all_doc(operation)
    return (
        f"Submit a job, wait for it and give what it made; `save_to` saves its file as well.\n\n"
        f"The arguments are those of `{operation.name}`; `wait_timeout` (seconds) bounds the waiting, "
        f"and `on_update` is told each state.\n\nRaises:\n"
        f"    JobTimeoutError: the job still runs; the error carries it and says how to resume.\n"
        f"    JobFailedError: the job failed; for a known code also that code's class."
    )


def _generate_all_doc(operation: Operation) -> str:
    return (
        f"Submit jobs, wait for all of them and give what each made; `save_to`, a folder, gets their files.\n\n"
        f"The arguments are those of `{operation.name}`; `wait_timeout` (seconds) bounds the waiting for all, "
        f"and `on_update` is told each state.\n\nRaises:\n"
        f"    JobTimeoutError: a job still runs; its notes say how to take up each job.\n"
        f"    JobFailedError: a job failed, and no other runs any more; the notes name the others, and what they "
        f"made is saved."
    )


def estimate_doc(operation: Operation) -> str:
    """Of an estimate."""
    return (
        "What a request would cost, before it is sent; nothing is sent.\n\n"
        "Returns:\n    The tier, the quantity and, where the unit price is known (`prices=`), the amount; "
        "an unknown amount is None and never 0."
    )


def _head(operation: Operation) -> list[str]:
    """The summary and the description, each once, or method and path."""
    summary = sentence(without_markup(operation.summary))
    page = operation.qualified.partition(".")[0]
    doc = sentence(description(operation.doc, f"The whole text stands in `docs/{page}.md`."))
    if _letters(doc).startswith(_letters(summary)):
        summary = ""
    told = [part for part in (summary, doc) if part] or [f"{operation.method} {operation.path}."]
    return [*told, *(["Deprecated."] if operation.deprecated else [])]


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _arguments_doc(arguments: tuple[Argument, ...]) -> list[str]:
    """The section about arguments: those of which the document says something.

    It is not called `Args`: pydocstyle would ask for a line on every argument, though nothing is known of it.
    """
    lines: list[str] = []
    for room in _ROOMS:
        told = [(one.name, _argument_doc(one, room)) for one in arguments]
        lines = [f"    {name}: {doc}" for name, doc in told if doc]
        if sum(1 + len(line) // 85 for line in lines) <= _LONGEST:
            break
    return ["\n".join(["Parameters:", *lines])] if lines else []


def _argument_doc(one: Argument, room: int) -> str:
    doc = sentence(entry(one.doc, room))
    default = "" if one.default is ABSENT else f"Default: {one.default}."
    deprecated = "Deprecated." if one.deprecated else ""
    return " ".join(note for note in (doc, range_text(one.limits), deprecated, default) if note)
