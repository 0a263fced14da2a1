"""What became of a submit: read from the transport's trace and the answer, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

from .binding import locate
from .errors import printable
from .sources import may_be_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from .answers import Parsed
    from .exchanging import Exchange
    from .operations import LifeCycle, Operation

    Own: TypeAlias = Callable[[Exchange], str]

__all__ = ["Fate", "Verdict", "ids_of", "read_fate", "text_of_id"]

Fate: TypeAlias = Literal["not-sent", "not-taken", "rejected", "job", "uncertain"]


class Verdict(Struct, frozen=True, kw_only=True):
    """The fate of one submit: `ids` of its jobs, or what `kind` of doubt there is."""

    fate: Fate
    ids: tuple[str, ...] = ()
    kind: str = ""
    known: str = ""


def read_fate(
    made: Exchange, operation: Operation[Any], job: LifeCycle, parsed: Parsed, own: Own
) -> Verdict:
    """Read the fate of a submit from what came of it; `own` as in `ids_of`."""
    status = made.status
    if status is None:
        return _unanswered(made)
    if status == 429 or status in job.not_taken:
        return Verdict(fate="not-taken")
    if 400 <= status < 500 and status != 408:
        return Verdict(fate="rejected")
    if 200 <= status < 300:
        verdict = _accepted(made, job, parsed, own)
        # JSON that can be read is whole: its id counts, even if the line broke behind it.
        if verdict.fate != "uncertain" or made.failure is None:
            return verdict
    if _is_declared(operation, status):  # a redirect is not followed; that it names a job is enough
        verdict = _accepted(made, job, parsed, own)
        if verdict.fate == "job":
            return verdict
    if made.failure is not None:
        known = f"the server began to answer HTTP {status}, and the answer broke off"
        return Verdict(fate="uncertain", kind="unanswered", known=known)
    return Verdict(fate="uncertain", kind="unclear", known=_unclear(made, status))


def _unanswered(made: Exchange) -> Verdict:
    if made.trace.not_sent:
        return Verdict(fate="not-sent")
    if not made.trace.traced:
        known = "the transport does not tell whether a byte of the request was sent"
        return Verdict(fate="uncertain", kind="untraced", known=known)
    known = "bytes of the request may have reached the server, and no answer came"
    return Verdict(fate="uncertain", kind="unanswered", known=known)


def _is_declared(operation: Operation[Any], status: int) -> bool:
    """Whether the document declares that the submit may redirect so."""
    told = (str(status), "3XX")
    return 300 <= status < 400 and any(answer.status in told for answer in operation.answers)


def _accepted(made: Exchange, job: LifeCycle, parsed: Parsed, own: Own) -> Verdict:
    if job.refused is not None and parsed.nodes(job.refused):
        return Verdict(fate="rejected")
    ids = ids_of(made, job, parsed, own)
    if ids:
        return Verdict(fate="job", ids=ids)
    what = "without a job's id" if parsed.is_json else "with a body that is not JSON"
    known = f"the server answered HTTP {made.status} {what}"
    return Verdict(fate="uncertain", kind="unclear", known=known)


def ids_of(made: Exchange, job: LifeCycle, parsed: Parsed, own: Own) -> tuple[str, ...]:
    """The ids of the jobs that an answer names; none where one of them cannot be read.

    Where no place names one, the id is where the job is asked for; `own` makes that of the
    request, where no answer has to tell it.
    """
    if not job.id:
        return _urls(made, job.poll.url, parsed) if job.poll.url else (own(made),)
    ids = [text_of_id(node.value) for node in parsed.placed(job.id)]
    # Half an answer is none: one id that cannot be read would be a job lost in silence.
    return tuple(ids) if all(ids) else ()


def _urls(made: Exchange, url: str, parsed: Parsed) -> tuple[str, ...]:
    """The URLs that are ids; none where one of several is missing."""
    found = tuple(locate(url, made, parsed))
    is_whole = not may_be_many(url) or len(parsed.placed(url)) == len(found)
    return found if is_whole else ()


def text_of_id(node: object) -> str:
    """An id as text; empty where it is none."""
    if isinstance(node, bool) or not isinstance(node, str | int):
        return ""
    return str(node).strip()


def _unclear(made: Exchange, status: int) -> str:
    if 300 <= status < 400:
        to = printable(made.headers.get("location", "another place").partition("?")[0], 200)
        return f"the server answered HTTP {status}, pointing to {to}; a submit follows no redirect"
    return f"the server answered HTTP {status}, which does not say whether it took the request"
