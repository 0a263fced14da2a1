"""Every error that a client raises, each with what it cost and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from .composition import compose, composed_of, revive
from .hints import OVER, status_hint
from .problems import Problem, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .effects import Request
    from .jobs import AnyJob

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AdviceWarning",
    "AuthenticationError",
    "BadRequestError",
    "Billed",
    "BudgetExceededError",
    "ConfigurationError",
    "ConflictError",
    "DownloadError",
    "InternalServerError",
    "InvalidRequestError",
    "JobCancelledError",
    "JobError",
    "JobExpiredError",
    "JobFailedError",
    "JobMissingError",
    "JobResultError",
    "JobTimeoutError",
    "LedgerConflictError",
    "LedgerError",
    "ManyFilesError",
    "ManyJobsError",
    "NotFoundError",
    "PermissionDeniedError",
    "Problem",
    "RateLimitError",
    "ResultExpiredError",
    "StreamError",
    "SubmitUncertainError",
    "UnprocessableEntityError",
    "VendorError",
    "compose",
    "printable",
    "status_class",
]

Billed: TypeAlias = Literal["yes", "no", "unknown"]


class AdviceWarning(UserWarning):
    """A request that the server accepts, but that is hardly what was meant."""


class APIError(Exception):
    """The root of all errors of this client.

    Attributes:
        request_id: what the server calls the request, if it said so.
        job_id: the job's id, where there is a job.
        job: the job's handle; it does not survive pickling, `token` does.
        billed: whether this has cost money.
        retryable: whether the same call may succeed later.
        hint: what to do next.
        code: the vendor's error code, if there is one.
        kind: who is at fault by the vendor's code: `request`, `server`, ...
    """

    code: str | None = None
    kind: str | None = None
    default_hint: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        request_id: str | None = None,
        job_id: str | None = None,
        job: AnyJob | None = None,
        billed: Billed = "unknown",
        retryable: bool = False,
        hint: str = "",
        code: str | None = None,
        kind: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.job = job
        self.job_id = job.id if job is not None and job_id is None else job_id
        self.token = job.token if job is not None else None
        self.billed: Billed = billed
        self.retryable = retryable
        self.hint = hint or self.default_hint
        if code is not None:
            self.code = code
        if kind:
            self.kind = kind

    def __str__(self) -> str:
        lines = [self.message, *(f"  {name}: {value}" for name, value in self._facts() if value)]
        return "\n".join(lines)

    def _facts(self) -> list[tuple[str, str | None]]:
        return [
            ("code", printable(self.code) if self.code else None),
            ("request id", printable(self.request_id) if self.request_id else None),
            ("job", printable(self.job_id) if self.job_id else None),
            ("billed", self.billed),
            ("hint", self.hint),
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        # The handle holds connections; a composed class has no name of its own to be found by.
        state = {key: value for key, value in self.__dict__.items() if key != "job"}
        return revive, (composed_of(type(self)), self.args, {**state, "job": None})


class ConfigurationError(APIError):
    """The client cannot work as it is set up; nothing was sent."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, billed="no", hint=hint)


class InvalidRequestError(APIError):
    """The request breaks rules of the document; all `problems` are listed, nothing was sent."""

    default_hint = "change the request; check=False sends it as it is"

    def __init__(self, message: str, *, problems: tuple[Problem, ...] = (), **facts: Any) -> None:
        super().__init__(message, **{"billed": "no", **facts})
        self.problems = problems


class APIConnectionError(APIError):
    """No answer came."""


class APITimeoutError(APIConnectionError):
    """No answer came in time."""


class StreamError(APIConnectionError):
    """A stream broke off; what came before was handed out.

    Attributes:
        count: how many items came.
        partial: the bytes of an item that came in part.
        last_id: the id of the last event, where the server names it.
    """

    default_hint = "a stream is never asked for again by itself: the request may have cost money"

    def __init__(
        self,
        message: str,
        *,
        count: int = 0,
        partial: bytes = b"",
        last_id: str = "",
        **facts: Any,
    ) -> None:
        super().__init__(message, **facts)
        self.count = count
        self.partial = partial
        self.last_id = last_id


class APIStatusError(APIError):
    """The server answered with an error.

    Attributes:
        status_code: the HTTP status.
        headers: the answer's headers.
        body: the answer's body: parsed where it is JSON, else text.
        raw: the answer's bytes.
        model: the body as the document describes it for this status; None where it does not.
        retry_after: seconds that the server asks to wait, if it does.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        headers: Mapping[str, str],
        body: Any,
        raw: bytes,
        model: Any = None,
        retry_after: float | None = None,
        **facts: Any,
    ) -> None:
        hint = facts.pop("hint", "") or status_hint(status_code)
        super().__init__(message, hint=hint, **facts)
        self.status_code = status_code
        self.headers = dict(headers)
        self.body = body
        self.raw = raw
        self.model = model
        self.retry_after = retry_after

    def _facts(self) -> list[tuple[str, str | None]]:
        return [("status", str(self.status_code)), *super()._facts()]


class BadRequestError(APIStatusError):
    """400: the server does not accept the request."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such thing, or no such path: then check the base URL."""


class ConflictError(APIStatusError):
    """409: the request does not fit the state of things."""


class UnprocessableEntityError(APIStatusError):
    """422: the server understands the request and refuses it."""


class RateLimitError(APIStatusError):
    """429: too many requests, or no quota left."""


class InternalServerError(APIStatusError):
    """5xx: the server failed."""


class SubmitUncertainError(APIError):
    """A submit may or may not have created a job, which may cost money; it is not sent again.

    Attributes:
        request: what was sent, secrets taken out.
        fate: `unanswered` (bytes may have left, no whole answer came), `unclear` (an answer came
            that names no job) or `untraced` (the transport does not tell what it did).
        status: HTTP status of the answer, if one came.
        headers: its headers.
        body: its bytes, as far as they came.
        known: what is known, in words.
    """

    default_hint = (
        "look in your account whether the job exists before you submit again: "
        "a second submit may be billed too"
    )

    def __init__(
        self,
        message: str,
        *,
        request: Request | None = None,
        fate: str = "unanswered",
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        known: str = "",
        **facts: Any,
    ) -> None:
        super().__init__(message, **facts)
        self.request = request
        self.fate = fate
        self.status = status
        self.headers = dict(headers or {})
        self.body = body
        self.known = known

    def _facts(self) -> list[tuple[str, str | None]]:
        status = None if self.status is None else str(self.status)
        return [("known", self.known), ("status", status), *super()._facts()]


class JobError(APIError):
    """A job did not come to a result; `answer` is the last answer, as bytes."""

    def __init__(self, message: str, *, answer: bytes = b"", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.answer = answer


class JobFailedError(JobError):
    """The server says that the job failed."""

    default_hint = OVER


class JobCancelledError(JobError):
    """The job was cancelled."""

    default_hint = OVER


class JobExpiredError(JobError):
    """The job or its result is kept no longer."""

    default_hint = OVER


class JobMissingError(JobError):
    """The server does not find the job; that is not a failure: it may be found later."""


class JobTimeoutError(JobError):
    """Waiting ended before the job did; the job goes on and can be waited for again."""


class JobResultError(JobError):
    """The job succeeded, but not all that was promised is there; `result` is what is."""

    default_hint = "the answer is at .answer"
    result: Any = None


class ManyJobsError(JobError):
    """One submit created several jobs; `jobs` holds their handles."""

    def __init__(self, message: str, *, jobs: tuple[AnyJob, ...] = (), **facts: Any) -> None:
        super().__init__(message, **facts)
        self.jobs = jobs

    def __reduce__(self) -> tuple[Any, ...]:
        make, (classes, args, state) = super().__reduce__()
        return make, (classes, args, {**state, "jobs": ()})


class DownloadError(APIError):
    """A file could not be fetched whole; if a job made it, that is done and can be asked again."""


class ResultExpiredError(DownloadError):
    """The link to the file is dead, and a fresh one was not to be had."""


class ManyFilesError(APIError):
    """One file was asked for, and there are `count`."""

    def __init__(self, message: str, *, count: int = 0, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.count = count


class LedgerError(APIError):
    """The ledger cannot be read or written; a submit that needs it is not sent."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message, **{"billed": "no", **facts})


class LedgerConflictError(LedgerError):
    """The ledger says otherwise: a key that stands for another request, a row that is taken."""


class BudgetExceededError(APIError):
    """The request may cost more than the budget has left; nothing was sent."""

    default_hint = "give a larger budget, or settle rows of the ledger whose cost is known by now"

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message, **{"billed": "no", **facts})


class VendorError(APIError):
    """An error that the vendor gives a code; each code has its class."""


_STATUSES: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_class(status: int) -> type[APIStatusError]:
    """The class of errors for an HTTP status."""
    if status in _STATUSES:
        return _STATUSES[status]
    return InternalServerError if status >= 500 else APIStatusError
