"""What to do next, where the status of an answer or the vendor's code is all that is known."""

from __future__ import annotations

__all__ = [
    "OF_THE_KEY",
    "OVER",
    "elsewhere_hint",
    "ended_hint",
    "poll_hint",
    "result_hint",
    "status_hint",
]

OVER = "the job is over; a new submit is a new job and may be billed again"
OF_THE_KEY = frozenset({401, 403})  # under which a job that is done stays so
_REFUSED = "the server refuses the request: change it before you send it again"
_CALLS = {
    400: "change the request: the server does not accept it as it is",
    401: "check the API key",
    402: "the account has no credit, or no plan for this: look at its balance",
    403: "the key may not do this: look at its rights",
    404: "no such thing, or no such path at {base_url}: check the id and the base URL",
    405: "this path takes no such method: check the base URL",
    408: "the server waited too long for the request: try again later",
    409: "the request does not fit how things stand: look at them, then try again",
    410: "it is gone for good, or the path is no longer served: look at the vendor's page",
    413: "make the request smaller: a shorter text, fewer or smaller files",
    415: "the server does not take this kind of content: send another",
    422: "change the request: the server understands it, and refuses what it asks for",
    425: "it came too early: try again later",
    429: "wait, or ask more slowly",
    451: "the server may not give this, for reasons of law: ask the vendor",
}
_SUBMITS = {
    404: "no such path at {base_url}: check the base URL",
    409: "no job was created: look how things stand, then try again",
    425: "no job was created: try again later",
    429: "no job was created: wait, or submit more slowly",
}
_KINDS = {  # of the vendor's codes: who or what is at fault
    "request": "change the request: the message says what is wrong with it",
    "moderation": "change the prompt or the files: the vendor's moderation refuses them",
    "account": "look at your account: its balance, its plan, its limits",
}
_PLAIN = frozenset({400, 422})  # what they mean, the vendor's code says better


def status_hint(
    status: int,
    *,
    kind: str | None = None,
    base_url: str = "the base URL",
    submits: bool = False,
    reads: bool = True,
) -> str:
    """What to do after an answer with an error status.

    Args:
        status: the HTTP status; below 300 it is a refusal all the same.
        kind: who is at fault by the vendor's code.
        base_url: where the request was sent to.
        submits: whether it was to create a job.
        reads: whether it can have changed nothing.
    """
    by_kind = _by_kind(kind, submits) if status in _PLAIN or status < 300 else ""
    told = by_kind or (_SUBMITS.get(status) if submits else None) or _CALLS.get(status)
    if told is not None:
        return told.format(base_url=base_url)
    if 300 <= status < 400:
        return "redirects are not followed: check the base URL"
    if status < 500:
        return _REFUSED
    if submits:
        return "no job was created: try again later"
    return (
        "the server failed: try again later"
        if reads
        else "the server failed, and may have done it all the same: look before you try again"
    )


def _by_kind(kind: str | None, submits: bool) -> str:
    if kind == "server":
        failed = "the fault is the vendor's: try again later"
        return f"no job was created, and {failed}" if submits else failed
    return _KINDS.get(kind or "", "")


def ended_hint(kind: str | None) -> str:
    """What to do after a job that came to nothing, by the kind of the vendor's code."""
    told = _KINDS.get(kind or "")
    return f"{told}; {OVER}" if told else OVER


def poll_hint(status: int, line: str, *, ended: bool) -> str:
    """What to do where the server refuses to tell how a job stands; `line` resumes it."""
    if status == 401:
        told = f"check the API key, then {line}.wait()"
    elif status == 403:
        told = f"the key may not see this job: look at its rights, then {line}.wait()"
    elif status == 410:
        return "the server says it is gone; its money stays reserved: look in your account"
    elif ended:
        return f"the job is done and stays so: {line}.wait() asks again"
    else:
        return f"the job may go on: {line}.wait() resumes it"
    return told if ended else f"{told}; the job may go on"


def elsewhere_hint(url: str, base_url: str, line: str) -> str:
    """What to do where a bare URL that the server named asks for a key: ours is not for it."""
    place, own = _origin(url), _origin(base_url)
    return (
        f"the key was not sent: the server named a URL at {place}, and the key is for {own}; "
        f"the job stays as it is: {line}.wait() asks again"
    )


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def result_hint(status: int, line: str) -> str:
    """What to do where the server refuses the result of a job that is done."""
    if status == 401:
        return f"the job is done: check the API key, then {line}.result()"
    if status == 403:
        return f"the job is done: look at the rights of the key, then {line}.result()"
    return (
        "the job is done and its result refused: look in your account; " + OVER.partition("; ")[2]
    )
