"""What is known of one job: shared by its handle, its updates, its result and its errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct, field

from .answers import Parsed, decimal
from .binding import REQUEST, Sources
from .discretion import Discreet
from .errors import APIError, ConfigurationError, printable
from .tokens import write_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from .effects import Request
    from .errors import Billed
    from .exchanging import Exchange, Listener
    from .jobs import AnyJob
    from .operations import LifeCycle, Operation, State, Word
    from .postings import Found
    from .session import Session

__all__ = ["FINAL", "URL", "Guard", "Record", "Update", "resuming", "update_of", "url_of"]

URL = "$url"  # in a token: where to poll, as the server gave it
_WEB = re.compile(r"https?://", re.IGNORECASE)
# `missing` is not among them: a job that is not found may be found later.
FINAL = frozenset({"succeeded", "failed", "cancelled", "expired"})


def url_of(job: LifeCycle, job_id: str) -> str | None:
    """Where to poll, as far as the id of a job tells it: where it is that URL itself."""
    is_url = not job.id or (job.poll.url in job.id and _WEB.match(job_id) is not None)
    return job_id if is_url else None


def resuming(token: str) -> str:
    """The line of Python that resumes a job."""
    return f'client.jobs.resume("{token}")'


class Record(Discreet, Struct, kw_only=True, eq=False):
    """One job; seconds are those of the monotonic clock. Its repr shows no prompt and no link."""

    unsaid = (
        "session",
        "operation",
        "job",
        "parameters",
        "url",
        "content",
        "answered",
        "headers",
        "asked",
        "submitted",
        "known",
        "file",
        "kept",
        "refusal",
        "odd",
        "listener",
        "handle",
        "request",
        "noted",
    )

    session: Session
    operation: Operation[Any]  # that submitted it
    job: LifeCycle
    id: str
    started: float
    since: float  # when it came into its state
    parameters: Mapping[str, Any] = {}  # of the poll
    url: str | None = None  # of the poll, where the server gave it
    state: State | None = None
    status: Word | None = None  # the vendor's word
    content: bytes = b""  # the last answer
    answered: Operation[Any] | None = None  # whose answer that is
    code: int = 200  # under which HTTP status
    headers: Mapping[str, str] = {}  # with which headers
    asked: str = ""  # what URL gave it
    submitted: bytes = b""  # the submit's, where this process submitted
    known: Mapping[str, Any] = {}  # sources, read from that
    reserved: Decimal | None = None  # by the server, when it was submitted
    file: Request | None = None  # that poll, where it gave a file
    request_id: str | None = None
    alone: bool = True  # its submit has made no others
    quiet: float | None = None  # until then the server asks not to be asked
    seen: bool = False  # a poll has found it
    given_up: bool = False  # the server has taken that it is cancelled
    # Answers to result calls that are sent once; of None nobody knows what came of it.
    kept: dict[str, Exchange | None] = field(default_factory=dict)
    refusal: bytes | None = None  # with which its result was refused
    heard: float | None = None  # when an answer told how it stands
    trouble: str = ""  # why the last poll did not tell that; empty where it did
    troubled: int = 0  # so many polls in a row
    odd: bytes = b""  # the last answer among those
    timeout: float | None = None  # of one request
    listener: Listener | None = None
    handle: AnyJob | None = None
    request: Any = None  # the body that was sent, where it is known
    noted: Found | None = None  # what the ledger knows of it

    @property
    def token(self) -> str:
        """What resumes the job elsewhere."""
        sources = self.job.poll.parameters
        needed = {
            name: value
            for name, value in self.parameters.items()
            if isinstance(sources.get(name), str)
            and sources[name].startswith("$")
            and sources[name] != "$id"
        }
        if self.url is not None and self.url != url_of(self.job, self.id):
            needed[URL] = self.url
        needed |= self.known
        return write_token(self.operation.name, self.id, needed)

    @property
    def resume_line(self) -> str:
        """The line of Python that resumes the job."""
        return resuming(self.token)

    @property
    def final(self) -> bool:
        """Whether the job has come to an end."""
        return self.state in FINAL

    def parsed(self) -> Parsed:
        """The last answer."""
        return Parsed(self.content, self.session.settings.envelope)

    def reason(self) -> Parsed:
        """The answer that says why there is no result."""
        told = self.content if self.refusal is None else self.refusal
        return Parsed(told, self.session.settings.envelope)

    def sources(self, *, of_submit: bool) -> Sources:
        """What further calls are bound to: paths lead into the submit's answer, or into the last.

        Of the submit's the job keeps what it needs; a job of which nobody knows that looks into
        its last answer.
        """
        known = {
            source: value
            for source, value in self.known.items()
            if of_submit or source.startswith(REQUEST)
        }
        return Sources(
            job_id=self.id,
            parsed=self.parsed(),
            headers=self.headers,
            known=known,
            several=of_submit and not self.alone,
        )

    def amount(self, which: str) -> Decimal | None:
        """The job's `amount`, `discount` or what is `reserved`; None where it is not said."""
        paths = self.job.cost
        if paths is None:
            return None
        if which == "reserved":
            return self.reserved
        amount = decimal(self.parsed().first(getattr(paths, which)))
        # Less than nothing is no cost: it would make room in a budget.
        return None if amount is None or amount < 0 else amount

    @property
    def billed(self) -> Billed:
        """Whether the job has cost money, as far as its last answer says."""
        amount = self.amount("amount")
        if amount is None:
            return "unknown"
        return "yes" if amount > 0 else "no"

    def facts(self) -> dict[str, Any]:
        """What every error that knows the job says of it."""
        return {"job": self.handle, "job_id": self.id, "billed": self.billed}

    def misled(self, what: str) -> ConfigurationError:
        """The error where no further call can be made of what answers told; the job is paid."""
        hint = f"{self.resume_line}.wait() resumes it elsewhere"
        error = ConfigurationError(f"job {printable(self.id, 200)} {what}", hint=hint)
        error.job, error.job_id = self.handle, self.id
        error.token, error.billed = self.token, self.billed
        return error

    def guarded(self) -> Guard:
        """A guard of this job alone."""
        return Guard(self.operation.name, records=[self])

    def progress(self) -> float | None:
        """How far the job says it is, from 0 to 1; None where it does not say."""
        declared = self.job.progress
        if declared is None:
            return None
        parsed = self.parsed()
        value = decimal(parsed.first(declared.value))
        of = decimal(parsed.first(declared.of) if isinstance(declared.of, str) else declared.of)
        return float(value / of) if value is not None and of else None

    def move(self, state: State | None, status: Word | None, moment: float) -> None:
        """Take the state that an answer tells; None is a word that nobody has named."""
        if (state, status) != (self.state, self.status):
            self.since = moment
        self.state, self.status = state, status

    def understood(self, moment: float) -> None:
        """An answer has told how it stands."""
        self.heard, self.trouble, self.troubled, self.odd = moment, "", 0, b""

    def puzzled(self, trouble: str, content: bytes) -> None:
        """A poll has not told how it stands."""
        self.trouble, self.troubled = trouble, self.troubled + 1
        self.odd = content or self.odd


class Guard:
    """Whatever is raised inside says how to resume the jobs that are known by then.

    An error that knows one of the jobs is told of the others alone. It decides by the job
    and not by the class, since a user's callback may raise an `APIError` too.
    """

    __slots__ = ("_name", "_tokens", "records")

    def __init__(self, name: str, *, records: list[Record] | None = None) -> None:
        self._name = name
        self._tokens: dict[str, str] = {}
        self.records: list[Record] = records or []

    def learn(self, jobs: Iterable[tuple[str, str]]) -> None:
        """Take the ids and tokens of the jobs that a submit's answer names."""
        self._tokens = dict(jobs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, GeneratorExit):
            return
        recorded = {record.id: record for record in self.records}
        ids = tuple(dict.fromkeys((*self._tokens, *recorded)))
        told = error.job_id if isinstance(error, APIError) else None
        said = "\n".join([str(error), *getattr(error, "__notes__", ())])
        for job_id in ids:
            if job_id == told:
                continue
            record = recorded.get(job_id)
            line = record.resume_line if record else resuming(self._tokens[job_id])
            if line not in said:
                stands = "is done" if record is not None and record.final else "goes on"
                error.add_note(f"the job {stands}: {line}.wait() resumes it")


class Update(Discreet, Struct, frozen=True, kw_only=True):
    """How a job stands: seconds since it was submitted, and in this state."""

    unsaid = ("job",)

    state: State | None  # None where the vendor's word is not known
    status: Word | None  # the vendor's word
    elapsed: float
    in_state: float
    progress: float | None  # only what the server says
    job: AnyJob | None

    def __str__(self) -> str:
        word = printable(self.status, 100) if self.status is not None else self.state
        share = f", {self.progress:.0%}" if self.progress is not None else ""
        named = f"{self.state} ({word})" if self.state not in (None, word) else word
        named = named or "no word yet"
        return f"{named} for {self.in_state:.0f} s{share}, {self.elapsed:.0f} s in all"


def update_of(record: Record, moment: float) -> Update:
    """How a job stands at a moment of the monotonic clock."""
    return Update(
        state=record.state,
        status=record.status,
        elapsed=moment - record.started,
        in_state=moment - record.since,
        progress=record.progress(),
        job=record.handle,
    )
