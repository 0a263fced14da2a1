"""Answers on the wire: which content, in which form, with which headers."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from .contents import is_json
from .payloads import payload
from .replies import sendable
from .requests import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from .description import Answer, Content, Operation
    from .samples import Sampler

__all__ = ["Rendering", "answer_for", "negotiated", "refuse_unliked", "success"]

_EVENTS: Final = "text/event-stream"
_JSON: Final = "application/json"
_OWN: Final = (  # headers that the server itself decides
    *("connection", "content-encoding", "content-length", "content-range", "content-type"),
    *("date", "keep-alive", "trailer", "transfer-encoding", "upgrade"),
)
_MEANT: Final = {  # what is sent where the document only says what kind of thing it is
    "*/*": "application/octet-stream",
    "application/*": "application/octet-stream",
    "text/*": "text/plain",
    "image/*": "image/png",
    "audio/*": "audio/wav",
    "video/*": "video/mp4",
}
_UNFIT: Final = re.compile(r"[^\x20-\x7e]")
_TAG: Final = re.compile(r"[^A-Za-z0-9_.-]")
_BARE: Final = (204, 205, 304)  # statuses that have no body


def success(operation: Operation, wanted: Sequence[str] = ()) -> tuple[int, Answer | None]:
    """The status and the answer of what went well: one that is wanted, else the first of 2xx.

    Where only others are declared, `default` means 200, and a redirection is one.
    """
    answers = operation.answers
    for status in [*wanted, *(each for each in answers if each.startswith("2"))]:
        if status in answers:
            return _number(status), answers[status]
    for status in ("default", *(each for each in answers if each.startswith("3"))):
        if status in answers:
            return 200 if status == "default" else _number(status), answers[status]
    return 200, None


def answer_for(operation: Operation, status: int) -> Answer | None:
    """What is declared for a status: itself, its range, or `default`."""
    keys = (str(status), f"{status // 100}XX", "default")
    return next((operation.answers[key] for key in keys if key in operation.answers), None)


def negotiated(answer: Answer, request: Request) -> Content | None:
    """The content that `Accept` (RFC 9110, 12.5.1) likes best; None where it likes none."""
    contents = [answer, *answer.others] if answer.content_type else []
    ranges = _ranges(",".join(request.headers.getlist("accept")) or "*/*")
    rated = [(_liking(each.content_type, ranges), -at, each) for at, each in enumerate(contents)]
    best = max(rated, key=lambda each: each[:2], default=None)
    return best[2] if best is not None and best[0] > 0 else None


def refuse_unliked(operation: Operation, request: Request) -> None:
    """Nothing, unless `Accept` likes no good answer of an operation that declares to be so strict.

    Raises:
        RefusalError: 406; the message tells what there is.
    """
    good = [each for status, each in operation.answers.items() if status.startswith("2")]
    is_open = any(not each.content_type or "*" in each.content_type for each in good)
    if "406" not in operation.answers or is_open or not good:
        return
    if not any(negotiated(each, request) for each in good):
        known = (content.content_type for each in good for content in (each, *each.others))
        told = f"nothing that is accepted, but {', '.join(dict.fromkeys(known))}"
        raise RefusalError(406, "not_acceptable", told)


class Rendering:
    """Writes responses; `pause` is what a caller is told to wait, in seconds."""

    def __init__(self, sampler: Sampler, pause: int = 0) -> None:
        self._sampler, self._pause = sampler, pause

    def write(
        self,
        status: int,
        content: Content | None,
        value: Any,
        request: Request,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The response; `value` is of the content's schema, or the items of a stream."""
        if content is None or not content.content_type or status in _BARE:
            return Response(None, status, headers=sendable(headers))
        media_type = _media_type(content, request)
        body = _body(content, media_type, value, request)
        response = Response(body, status, headers=sendable(headers))
        response.headers["content-type"] = media_type
        if request.method == "HEAD":
            response.body = b""  # its length stays told
        return response

    def headers(self, answer: Answer | None, told: Mapping[str, str]) -> dict[str, str]:
        """The headers that an answer declares, made up but for those that are told."""
        made = {}
        known = {name.lower(): text for name, text in told.items()}
        for name, schema in (answer.headers if answer is not None else {}).items():
            if name.lower() not in _OWN:
                made[name] = self._header(name, schema, known.pop(name.lower(), None))
        return made | {name: text for name, text in told.items() if name.lower() in known}

    def dress(self, response: Response, operation: Operation) -> None:
        """Add what the operation declares: headers that are not there yet, its kind of JSON."""
        answer = answer_for(operation, response.status_code)
        if answer is None:
            return
        for name, text in self.headers(answer, dict(response.headers)).items():
            response.headers.setdefault(name, sendable({name: text})[name])
        contents = [each for each in (answer, *answer.others) if each.kind == "json"]
        names = [each.content_type for each in contents if "*" not in each.content_type]
        is_usual = response.headers.get("content-type") == _JSON
        if is_usual and names and _JSON not in names and names[0]:
            response.headers["content-type"] = names[0]

    def _header(self, name: str, schema: Any, told: str | None) -> str:
        """A header's value: what is told, a URL without its origin where it has to be so."""
        if told is not None:
            path = urlsplit(told)._replace(scheme="", netloc="").geturl()
            fits = self._sampler.fits
            return path if fits(schema, path) and not fits(schema, told) else told
        if name.lower() == "content-disposition":
            return 'attachment; filename="sandbox"'
        if name.lower() == "retry-after" and self._sampler.fits(schema, self._pause):
            return str(self._pause)
        value = self._sampler.value(schema, name)
        items = value if isinstance(value, list) else [value]
        if isinstance(value, dict):
            items = [word for pair in value.items() for word in pair]
        return _UNFIT.sub("", ",".join(map(_plain, items))).strip()


def _body(content: Content, media_type: str, value: Any, request: Request) -> bytes:
    name = media_type.partition(";")[0].strip().lower()
    if content.kind == "stream":
        return _stream(content, name, value)
    if content.kind == "binary":
        return payload(media_type, str(request.url.path))
    if content.kind == "json" and (is_json(name) or not isinstance(value, str)):
        return msgspec.json.encode(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    if name.endswith(("/xml", "+xml")):
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + _xml("response", value).encode()
    if name.endswith("csv"):
        return _csv(value).encode()
    return b"" if value is None else msgspec.json.encode(value)


def _number(status: str) -> int:
    return int(re.sub(r"[Xx]", "0", status)) if re.fullmatch(r"[1-5][0-9Xx]{2}", status) else 200


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for each in accept.split(","):
        name, *words = (part.strip().lower() for part in each.split(";"))
        weight = next((word[2:] for word in words if word.startswith("q=")), "1")
        found.append((name, float(weight) if re.fullmatch(r"[01](\.[0-9]{0,3})?", weight) else 1.0))
    return found


def _liking(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """How much a media type is liked: the most specific range that it is in decides."""
    name = media_type.partition(";")[0].strip().lower()
    fitting = [
        (each.count("*"), -len(each), weight)
        for each, weight in ranges
        if fnmatchcase(name, each) or ("*" in name and fnmatchcase(each, name))
    ]
    return min(fitting)[2] if fitting else 0.0


def _media_type(content: Content, request: Request) -> str:
    """The media type itself; where the document names a range, one that is asked for, if any."""
    name = content.content_type.partition(";")[0].strip().lower()
    if "*" not in name:
        return content.content_type
    ranges = _ranges(request.headers.get("accept", ""))
    asked = [each for each, _ in ranges if "*" not in each and fnmatchcase(each, name)]
    usual = "application/json" if content.kind == "json" else _MEANT.get(name, "text/plain")
    return asked[0] if asked and content.kind == "binary" else usual


def _stream(content: Content, name: str, value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    items = value if isinstance(value, list) else [value]
    if name == _EVENTS:
        return "".join(_event(each, content.items) for each in items).encode("utf-8", "replace")
    start = b"\x1e" if name.endswith("json-seq") else b""
    return b"".join(start + msgspec.json.encode(each) + b"\n" for each in items)


def _event(item: Any, items: str) -> str:
    """One event: the fields that the item has where it is a whole one, else its data alone."""
    if items == "data" or not isinstance(item, dict):
        return f"{_data(item)}\n"
    fields = [
        f"{name}: {_plain(item[name])}\n" for name in ("event", "id", "retry") if name in item
    ]
    return "".join(fields) + (_data(item["data"]) if "data" in item else "") + "\n"


def _data(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return "".join(f"data: {line}\n" for line in text.splitlines() or [""])


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _xml(tag: str, value: Any) -> str:
    name = _TAG.sub("_", tag) or "item"
    name = name if name[0].isalpha() or name[0] == "_" else f"_{name}"
    if isinstance(value, dict):
        inner = "".join(_xml(key, each) for key, each in value.items())
    elif isinstance(value, list):
        inner = "".join(_xml("item", each) for each in value)
    else:
        inner = "" if value is None else _plain(value)
        for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            inner = inner.replace(sign, entity)
    return f"<{name}>{inner}</{name}>"


def _csv(value: Any) -> str:
    rows = value if isinstance(value, list) else [value]
    names = list(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
    told = [[row.get(name) for name in names] for row in rows if isinstance(row, dict)]
    lines = [names, *told] if names else [[row] for row in rows]
    return "".join(",".join(map(_cell, line)) + "\r\n" for line in lines)


def _cell(value: Any) -> str:
    text = "" if value is None else _plain(value)
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text
