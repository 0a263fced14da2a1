"""What a document says of things, as a docstring can bear it: without HTML, and not longer than is read."""

from __future__ import annotations

import html
import math
import re

from specloom.python.docstrings import LINK

_CODE = re.compile(r"<(code|tt|kbd)>([^<>`]{1,200})</\1>", re.IGNORECASE)
_LINK = re.compile(r"<a\s[^<>]{0,500}>([^<>]{0,500})</a>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>\s*|</?p(?:\s[^<>]{0,200})?>\s*", re.IGNORECASE)
_ITEM = re.compile(r"<li(?:\s[^<>]{0,200})?>\s*", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|small|sup|sub|span|div|ul|ol|li|nobr|hr|h[1-6])(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_SENTENCE = re.compile(r"[.!?](?=\s)")

_HEADINGS = re.compile(
    r"(?:\s*^#{1,6} [^\n]*)+\Z", re.MULTILINE
)  # at the end, where nothing follows

_WIDTH = 88  # columns of a line in a method's docstring
_LONGEST = 8  # lines of a description


def without_markup(text: str) -> str:
    """The text without the HTML that people write into descriptions; other angle brackets stay."""
    if "<" not in text:
        return text
    marked = _LINK.sub(r"\1", _CODE.sub(r"`\2`", text))
    parted = _parted(_ITEM, _parted(_BREAK, marked, "\n\n"), "\n- ")
    return html.unescape(_TAG.sub("", parted)).strip()


def _parted(tag: re.Pattern[str], text: str, mark: str) -> str:
    """The text with a mark in place of each tag and the spaces around it.

    No pattern may begin with spaces: at each of a thousand it would look for a tag behind all that follow.
    """
    *parts, last = tag.split(text)
    return mark.join([*(part.rstrip() for part in parts), last])


def description(text: str, more: str) -> str:
    """The beginning of a long text, cut where a paragraph or a sentence ends; `more` says where the rest stands."""
    written = without_markup(text)
    kept: list[str] = []
    height = 0
    for line in written.split("\n"):
        height += max(1, math.ceil(len(line) / _WIDTH))
        if height > _LONGEST + 2:  # no cut for the sake of two lines
            cut = _HEADINGS.sub("", _rounded(kept, line, _WIDTH * _LONGEST))
            return f"{cut} …\n\n{more}"
        kept.append(line)
    return written


def _rounded(kept: list[str], following: str, room: int) -> str:
    """The lines that were kept, up to their last paragraph's end; of a single long paragraph its first sentences."""
    text = "\n".join(kept)
    if len(_FENCE.findall(text)) % 2:
        fence = [found.start() for found in _FENCE.finditer(text)][-1]
        return text[:fence].rstrip()
    blank = text.rfind("\n\n")
    if blank > 0:
        return text[:blank].rstrip()
    return first_sentences(f"{text}\n{following}".strip(), room)


def entry(text: str, room: int) -> str:
    """What is said of one argument, on one line; of a long text as many sentences as there is room for."""
    line = LINK.sub(r"\1", " ".join(without_markup(text).split()))
    return line if len(line) <= room else f"{first_sentences(line, room)} …"


def first_sentences(text: str, room: int) -> str:
    """As many sentences as there is room for; if there is none for the first, its words."""
    within = text[:room]
    ends = [found.end() for found in _SENTENCE.finditer(within)]
    return (within[: ends[-1]] if ends else within.rpartition(" ")[0] or within).rstrip()
