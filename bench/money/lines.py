"""All faults that the woven client meets here, and what must come of each by the money rules."""

from __future__ import annotations

from bench.money.expected import Expected, Line

__all__ = ["LINES"]


def _refused(outcome: str) -> Expected:
    """Nothing was made, nothing is reserved."""
    return Expected(outcome=outcome, jobs=(0,), billed="no", held=False)


def _uncertain(*jobs: int, code: str = "") -> Expected:
    """Nobody knows; the money stays reserved until a person decides."""
    outcome = f"{code}/SubmitUncertainError" if code else "SubmitUncertainError"
    return Expected(outcome=outcome, jobs=jobs, billed="unknown", held=True)


def _open(outcome: str) -> Expected:
    """The job may go on, so its money stays reserved."""
    return Expected(outcome=outcome, jobs=(1,), billed="unknown", held=True)


def _over(outcome: str) -> Expected:
    """The job has ended, and its cost is known."""
    return Expected(outcome=outcome, jobs=(1,), billed="yes", held=False)


def _always(
    told: str, spec: str, expected: Expected, *, slow: bool = False, family: str = ""
) -> Line:
    """A fault of which the same comes, whether it passes or not."""
    return Line(told=told, spec=spec, passes=expected, stays=expected, slow=slow, family=family)


def _coded(code: str, expected: Expected, family: str, where: str = "submit") -> Line:
    return _always(f"the code {code}", f"{where}:code:{code}", expected, family=family)


VIDEO = _over("a video")
JOB = Expected(outcome="a job", jobs=(1,), billed="yes", held=True)
LATE = _open("JobTimeoutError")
NO_LINE = _refused("APIConnectionError")
BUSY = _refused("RateLimitError")


def _passing(told: str, name: str, stays: Expected = LATE, *, slow: bool = False) -> Line:
    """A fault of polling or downloading: one that passes costs nothing but time."""
    return Line(told=told, spec=name, passes=VIDEO, stays=stays, slow=slow)


_LINE = (
    Line(told="the server cannot be reached", spec="line:refused", passes=JOB, stays=NO_LINE),
    Line(told="the server's name is not found", spec="line:no-name", passes=JOB, stays=NO_LINE),
    Line(told="TLS cannot be set up", spec="line:no-tls", passes=None, stays=NO_LINE),
    Line(
        told="the server closes a connection that was kept",
        spec="line:idle",
        passes=None,
        stays=JOB,
    ),
    Line(
        told="the same, through your own `http_client`",
        spec="line:idle-given",
        passes=None,
        stays=_uncertain(0),
    ),
    _always("a redirect to another server", "line:redirect", _uncertain(0)),
    _always(
        "the same, through an `http_client` that follows it",
        "line:redirect-followed",
        _uncertain(0),
    ),
    _always("503, through an `auth` that sends again", "line:auth-503", _uncertain(1)),
    _always(
        "401, through an `auth` that sends again", "line:auth-401", _refused("AuthenticationError")
    ),
    _always("503, through a transport that sends again", "line:transport-503", _uncertain(1)),
    _always("HTTP/2: GOAWAY, and the request was not taken", "line:goaway", _uncertain(0)),
    _always("HTTP/2: GOAWAY, and the request was taken", "line:goaway-taken", _uncertain(1)),
    _always("HTTP/2: GOAWAY, and the server lies about it", "line:goaway-lying", _uncertain(1)),
)

_SUBMIT = (
    _always("the line drops before the job is made", "submit:drop-before-accept", _uncertain(0)),
    _always("the line drops after the job was made", "submit:drop-after-accept", _uncertain(1)),
    _always("no answer in time", "submit:slow-answer", _uncertain(1), slow=True),
    _always("an answer that drips", "submit:dripping-answer", _uncertain(1), slow=True),
    _always("408", "submit:408", _uncertain(0)),
    Line(told="429", spec="submit:429", passes=VIDEO, stays=BUSY),
    Line(told="429 with `Retry-After`", spec="submit:429-hint", passes=VIDEO, stays=BUSY),
    _always("500", "submit:500", _uncertain(0)),
    _always("502", "submit:502", _uncertain(0)),
    _always("503", "submit:503", _uncertain(0)),
    _always("500, and the job was made", "submit:500-after-accept", _uncertain(1)),
    _always("504, and the job was made", "submit:504-after-accept", _uncertain(1)),
    _always("a page of HTML", "submit:html", _uncertain(1)),
    _always("JSON that ends in its middle", "submit:cut-json", _uncertain(1)),
    _always("the line drops in the middle of the answer", "submit:cut-answer", _uncertain(1)),
    _always("JSON under another content type", "submit:wrong-content-type", VIDEO),
    _always("an answer without an id", "submit:no-id", _uncertain(1)),
    _always("a redirect to another host", "submit:redirect", _uncertain(0)),
)

# A vendor's code under 400 is a refusal; under 500 nobody knows.
_CODES = (
    *(
        _coded(code, _refused(f"{name}/BadRequestError"), "a vendor's code under HTTP 400")
        for code, name in (
            ("001026001", "ReferenceVideosCountError"),
            ("001026002", "ReferenceVideosWithAudioError"),
            ("001026003", "ReferenceVideosDurationError"),
        )
    ),
    *(
        _coded(code, _uncertain(0, code=name), "a vendor's code under HTTP 500")
        for code, name in (
            ("001026095", "InternalGenerationError"),
            ("001026096", "ResultParsingError"),
            ("001026097", "HttpResponseError"),
            ("001026098", "StatusCheckError"),
            ("001026099", "TaskCreationError"),
        )
    ),
)

_POLL = (
    _passing("the line drops", "poll:drop-after-accept"),
    _passing("no answer in time", "poll:slow-answer", slow=True),
    _passing("an answer that drips", "poll:dripping-answer", slow=True),
    _passing("408", "poll:408"),
    _passing("429", "poll:429"),
    _passing("429 with `Retry-After`", "poll:429-hint"),
    _passing("500", "poll:500"),
    _passing("502", "poll:502"),
    _passing("503", "poll:503"),
    _passing("a page of HTML", "poll:html"),
    _passing("JSON that ends in its middle", "poll:cut-json"),
    _passing("the line drops in the middle of the answer", "poll:cut-answer"),
    _passing("JSON under another content type", "poll:wrong-content-type", VIDEO),
    _always("a redirect to another host", "poll:redirect", _open("APIStatusError")),
    _passing("a state that nobody knows", "poll:unknown-state"),
    _passing("no state", "poll:no-status"),
    _passing("an error under 200", "poll:error-under-200"),
    _passing("JSON of another shape", "poll:other-shape"),
    _passing("the job runs backwards", "poll:backwards"),
    _passing("the queue is slow", "poll:slow-queue", VIDEO),
    Line(told="a job that goes on tells a cost", spec="poll:early-cost", passes=None, stays=LATE),
    _always("404: the job is not found", "poll:missing", _open("JobMissingError")),
    _always("410: the job is gone", "poll:gone", _open("APIStatusError")),
    _always("done, without a file", "poll:done-without-file", _over("JobResultError")),
    _coded(
        "001026095",
        _open("InternalGenerationError/JobFailedError"),
        "the job fails, with a vendor's code",
        "poll",
    ),
)

_BROKEN = _over("DownloadError")
_DOWNLOAD = (
    _passing("the line drops", "download:drop-after-accept", _BROKEN),
    _passing("429 with `Retry-After`", "download:429-hint", _BROKEN),
    _passing("500", "download:500", _BROKEN),
    _passing("503", "download:503", _BROKEN),
    _passing("the file breaks off in its middle", "download:cut", _BROKEN),
    _passing("the file stalls in its middle", "download:stalled", _BROKEN, slow=True),
    _passing("the file is shorter than told", "download:wrong-length", _BROKEN),
    _passing("the link has expired, a fresh one works", "download:expired", VIDEO),
    Line(
        told="the link has expired, and so has each fresh one",
        spec="download:expired-for-ever",
        passes=None,
        stays=_over("ResultExpiredError"),
    ),
    _always("what comes is no video", "download:not-a-video", _BROKEN),
    _always("a page of HTML", "download:html", _BROKEN),
    _passing("a redirect to another host", "download:redirect", VIDEO),
)

LINES = (*_LINE, *_SUBMIT, *_CODES, *_POLL, *_DOWNLOAD)
