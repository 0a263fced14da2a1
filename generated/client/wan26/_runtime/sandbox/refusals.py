"""Error bodies in the shape of a schema: a message where it has one, a code, a status."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from .facets import Facets
from .overlays import Overlay
from .wordbook import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .description import Content
    from .requests import RefusalError
    from .samples import Sampler

__all__ = ["write_refusal"]

_MESSAGES: Final = (
    "message",
    "detail",
    "errormessage",
    "errordescription",
    "description",
    "msg",
    "reason",
    "title",
    "error",
    "text",
    "errors",
    "messages",
    "errormessages",
)
_CODES: Final = ("code", "errorcode", "error")
_STATUSES: Final = ("status", "statuscode", "httpstatus", "httpcode", "httpstatuscode", "code")
_LEVELS: Final = 4


def write_refusal(sampler: Sampler, content: Content, refusal: RefusalError) -> Any:
    """A body of the content that says what the refusal says; the rest is as short as it may be."""
    if content.kind != "json":
        return refusal.message
    schema = content.schema
    examples = sampler.examples(content)
    facets = Facets(schema, sampler.definitions)
    body = examples[0] if examples else sampler.value(schema, is_short=True)
    if isinstance(body, str):
        return refusal.message if sampler.fits(schema, refusal.message) else body
    overlay = Overlay(sampler.fitting, schema, body)
    message = _write(overlay, facets, _MESSAGES, [refusal.message])
    if message is None:  # what is optional may have room for it
        overlay = Overlay(sampler.fitting, schema, sampler.value(schema))
        message = _write(overlay, facets, _MESSAGES, [refusal.message])
    code = _write(overlay, facets, _CODES, [refusal.code], spared=message)
    _write(
        overlay, facets, _STATUSES, [refusal.status, str(refusal.status)], spared=code or message
    )
    if message is None and not facets.names() and not examples:
        overlay.take({"error": {"code": refusal.code, "message": refusal.message}})
    return overlay.body


def _write(
    overlay: Overlay,
    facets: Facets,
    words: tuple[str, ...],
    values: list[Any],
    spared: tuple[str | int, ...] | None = None,
) -> tuple[str | int, ...] | None:
    """Write the first value that fits at the first place of that name; give the place."""
    places = [place for place in _places(facets, overlay.body, ()) if place != spared]
    ranked = sorted(
        (words.index(name), len(place), place)
        for place in places
        if (name := "".join(words_of(_name(place)))) in words
    )
    for _, _, place in ranked:
        for value in values:
            if _is_of(facets, place, value) and overlay.take(_put(overlay.body, place, value)):
                return place
    return None


def _places(
    facets: Facets, body: Any, place: tuple[str | int, ...]
) -> Iterator[tuple[str | int, ...]]:
    """The members that a body has, then those that it may have; of lists the first item's."""
    if len(place) >= _LEVELS:
        return
    if isinstance(body, list) and body:
        if isinstance(body[0], str):
            yield (*place, 0)
        yield from _places(facets.items(), body[0], (*place, 0))
        return
    has = body if isinstance(body, dict) else {}
    for name in has:
        yield (*place, name)
        yield from _places(facets.member(name), has[name], (*place, name))
    if isinstance(body, dict):
        yield from ((*place, name) for name in sorted(facets.names()) if name not in has)


def _is_of(facets: Facets, place: tuple[str | int, ...], value: Any) -> bool:
    """Whether the schema there is one of a scalar such as the value."""
    for step in place:
        facets = facets.items() if isinstance(step, int) else facets.member(step)
    if isinstance(value, int):
        return bool({"integer", "number"} & facets.types)
    return not facets.types or "string" in facets.types


def _put(body: Any, place: tuple[str | int, ...], value: Any) -> Any:
    made = copy.deepcopy(body)
    holder = made
    for step in place[:-1]:
        _shorten(holder, step)
        holder = holder[step]
    _shorten(holder, place[-1])
    holder[place[-1]] = value
    return made


def _shorten(holder: Any, step: str | int) -> None:
    """One refusal has one message: further items of a list go."""
    if isinstance(step, int):
        del holder[step + 1 :]


def _name(place: tuple[str | int, ...]) -> str:
    """What a place is called: of an item, as its list is."""
    return next((step for step in reversed(place) if isinstance(step, str)), "")
