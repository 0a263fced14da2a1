"""What the bytes of an answer are, by its own `Content-Type`, then by the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_origin

from .answers import MISSING, Parsed, in_utf8, media_type, names_json, text_of
from .decoding import DecodingError, decode, decode_value, surprised
from .effects import Caught
from .errors import APIError, APIStatusError
from .models import Model

if TYPE_CHECKING:
    from .exchanging import Exchange
    from .operations import Answer, Operation
    from .session import Session

__all__ = ["PAGES", "decoded", "error_model", "names_file", "pick", "success", "typed"]

_EMPTY = (204, 205)
PAGES = frozenset({"text/html", "application/xhtml+xml"})
_TEXT = frozenset({"application/xml", "application/yaml", "application/x-yaml"})


def decoded(session: Session, operation: Operation[Any], made: Exchange) -> Any:
    """An answer as the type that the operation gives for it; as it came if of another kind.

    Raises:
        APIStatusError: it is no JSON, and must be; a web page is an answer only where the document
            says.
    """
    if made.status in _EMPTY or made.request.method == "HEAD":
        return None
    content_type = made.headers.get("content-type", "")
    answer = pick(operation, made.status or 0, content_type)
    envelope = session.settings.envelope
    with Caught(APIError) as caught:
        return typed(answer, made.content, envelope, operation.name, content_type)
    raise APIStatusError(
        session.settings.redacted(str(caught.error and caught.error.args[0])),
        status_code=made.status or 0,
        headers=made.headers,
        body=text_of(made.content, content_type),
        raw=made.content,
        request_id=made.request_id,
    )


def error_model(session: Session, operation: Operation[Any], made: Exchange) -> Any:
    """An error's body as the document describes it; None where it describes none, or another."""
    content_type = made.headers.get("content-type", "")
    answer = pick(operation, made.status or 0, content_type)
    if answer is None or not names_json(content_type):
        return None
    parsed = made.parsed(session)
    inside = parsed.inner if isinstance(parsed.inner, dict) else parsed.whole
    read = decode_value(inside, answer.type()) if parsed.is_json else None
    if isinstance(read, Model):
        vars(read)["_raw"] = made.content
        return read
    return read if isinstance(read, list) and get_origin(answer.type()) is list else None


def pick(operation: Operation[Any], status: int, content_type: str) -> Answer | None:
    """The answer that the document gives for a status: exact, by range, else the default.

    Of several content types the one that came, else a range that holds it, else the first. Where
    some success is described, what the default says is of errors.
    """
    for key in (str(status), f"{status // 100}XX", "DEFAULT"):
        found = [one for one in operation.answers if key in one.status.upper().split()]
        if found and key == "DEFAULT" and status // 100 == 2:
            found = [one for one in operation.answers if _is_success(one)] or found
        if found:
            return _fitting(found, content_type)
    return None


def success(operation: Operation[Any], status: int, content_type: str) -> Answer | None:
    """The answer of a status, else of any success: an operation may be answered as another is."""
    found = pick(operation, status, content_type)
    return found or next((one for one in operation.answers if _is_success(one)), None)


def names_file(declared: Answer | None, content_type: str, *, looked_into: bool) -> bool:
    """Whether a body is a file, to be brought to disk, and no answer to be read.

    Args:
        declared: what the document says of it.
        content_type: what the server says of it.
        looked_into: whether somebody wants to read it, where the document does not tell.
    """
    kind = media_type(content_type)
    said = media_type(declared.content_type) if declared is not None else ""
    if not kind:
        return bool(said) and not names_json(said) and not looked_into
    if names_json(kind) or kind in PAGES:
        return kind in PAGES and said in PAGES
    is_json = names_json(said) or (not said and looked_into)
    # JSON often comes under a name that says nothing.
    return not (is_json and (kind.startswith("text/") or kind == "application/octet-stream"))


def _is_success(answer: Answer) -> bool:
    return any(status.startswith("2") for status in answer.status.split())


def _fitting(found: list[Answer], content_type: str) -> Answer:
    """The answer whose content type came, with as many of its parameters as possible."""
    if len(found) == 1:
        return found[0]
    wanted, given = media_type(content_type), _parameters(content_type)
    for kind in (wanted, f"{wanted.partition('/')[0]}/*", "*/*"):
        alike = [one for one in found if media_type(one.content_type) == kind]
        exact = [one for one in alike if _parameters(one.content_type) <= given]
        if exact:
            return max(exact, key=lambda one: len(_parameters(one.content_type)))
        if alike:
            return alike[0]
    return found[0]


def _parameters(content_type: str) -> set[str]:
    """What a content type says besides its name: a profile, a version."""
    told = content_type.partition(";")[2].replace('"', "").replace(" ", "").lower()
    return {one for one in told.split(";") if one and not one.startswith("charset=")}


def typed(
    answer: Answer | None,
    content: bytes,
    envelope: str | None,
    name: str,
    content_type: str = "application/json",
) -> Any:
    """A body of some content type as an answer's type, read inside its envelope if it has one.

    Raises:
        APIError: it is no JSON, and must be.
    """
    kind = answer.type() if answer is not None else Any
    if kind is None or kind is type(None):
        if content:
            surprised(name, "an answer has a body that the document does not promise: left out")
        return None
    if not content:
        return kind() if kind in (str, bytes) else None
    is_json = names_json(content_type)
    if kind is bytes:
        read = decode(content, bytes) if is_json and content[:1] == b'"' else content
        return read if isinstance(read, bytes) else content
    declared = answer.content_type if answer is not None else ""
    text = _text(kind, content, content_type, declared)
    if text is not None:
        return text
    with Caught(DecodingError):
        value = _read(in_utf8(content, content_type), kind, envelope)
        if isinstance(value, Model):
            vars(value)["_raw"] = content
        return value
    return _raw(content, content_type, kind, name)


def _read(content: bytes, kind: Any, envelope: str | None) -> Any:
    """A body of JSON, read once where there is no envelope to look into.

    Raises:
        DecodingError: it is none.
    """
    parsed = Parsed(content, envelope) if envelope is not None else None
    if parsed is None or parsed.inner is parsed.whole or parsed.inner is MISSING:
        return decode(content, kind)
    return decode_value(parsed.inner, kind)


def _text(kind: Any, content: bytes, content_type: str, declared: str) -> str | None:
    """The body as text, where that is what it is; None where it is to be read as JSON."""
    if names_json(content_type) or not (kind is str or kind is Any):
        return None
    said = media_type(content_type)
    if kind is Any:
        return text_of(content, content_type) if said.startswith("text/") else None
    if names_json(declared):  # a string of JSON under a wrong name, or the text itself
        return None if isinstance(Parsed(content).whole, str) else text_of(content, content_type)
    return text_of(content, content_type)


def _raw(content: bytes, content_type: str, kind: Any, name: str) -> str | bytes:
    """A body that is no JSON, as text or bytes; said once where the document promises a type."""
    said = media_type(content_type)
    if said in PAGES or names_json(content_type):
        raise APIError(f"{name}: the answer is not JSON but {said}: {content[:200]!r}")
    if kind is not Any:
        surprised(name, f"an answer came as {said or 'bytes'} and is given as it came")
    is_text = said.startswith("text/") or said in _TEXT or said.endswith("+xml")
    return text_of(content, content_type) if is_text or "charset=" in content_type else content
