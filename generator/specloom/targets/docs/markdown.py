"""Text of a document as Markdown that can do no harm, and the one environment that prints it.

What a document says is CommonMark, written by somebody we do not know: no HTML of it lives on, no
link leads elsewhere than to the web, no control or bidi character stays hidden, and nothing ends
the table cell or the fence that it stands in.
Everything that a template prints is `Markdown`, and only this module and `prose` make it of a document's words.
"""

from __future__ import annotations

import bisect
import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from specloom.python.templates import strict_environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import jinja2

_NOT_IN_TEXT = re.compile(r"[\\`*\[\]~]|(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_AT_START = re.compile(r"([-+*=#>|~]|\d{1,9}(?=[.)](?:\s|$)))")
_WORDS_AT_START = re.compile(r"#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|~{3}|=+\s*$|([-*_])(?:\s*\1){2,}\s*$")
_NUMBER_AT_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_TICKS = re.compile(r"`+")
_LINK = re.compile(
    r"(!?)\[([^\[\]]*)\]\(\s*([^()\s<>]*)(?:\s+\"[^\"]*\"|\s+'[^']*')?\s*\)"  # no image is fetched
)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[\w.~:/?#@!$&*+,;=%-]+)>")
_SPECIAL = re.compile(r"[\\`<\[!]")
_MARKUP = re.compile(r"[\\`<\[\]!&]")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[\w.~:/?#@!$&'*+,;=%-]+", re.IGNORECASE)
_FENCED = ("json", "yaml", "xml", "sh", "bash", "http", "toml", "ini", "js", "html")

# A description stands on every page on which its field does.
_MOST_REMEMBERED = 20_000


class Markdown(str):
    """Text that is safe Markdown already: a template prints this and nothing else."""

    __slots__ = ()


def environment(package: str) -> jinja2.Environment:
    """The environment for the Markdown templates of `package`: they print `Markdown`."""
    return strict_environment(package, Markdown, "and nobody made it Markdown")


def visible(text: str) -> str:
    """One line of text with every character that does not show written as an escape."""
    normal = text if text.isascii() else unicodedata.normalize("NFC", text)
    if normal.isprintable():
        return normal
    return "".join(char if char.isprintable() else _shown(char) for char in normal)


def _shown(char: str) -> str:
    if char.isspace():
        return " "
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def text(value: object) -> Markdown:
    """Plain words on one line: what would be markup is shown as it is."""
    given = str(value)
    if given.isascii() and given.isalnum():
        return Markdown(given)  # nothing of it is markup, and there is much of it
    line = " ".join(visible(given).split())
    safe = _ENTITY.sub("&amp;", _NOT_IN_TEXT.sub(r"\\\g<0>", line)).replace("<", "&lt;")
    found = _AT_START.match(safe)
    if found is None:
        return Markdown(safe)
    if found.group().isdigit():
        return Markdown(f"{found.group()}\\{safe[found.end():]}")
    return Markdown(f"\\{safe}")


def code(value: object) -> Markdown:
    """A code span on one line, whatever backticks are in it."""
    line = visible(" ".join(str(value).split("\n")))
    if line and "`" not in line and line[0] != " " and line[-1] != " ":
        return Markdown(f"`{line}`")
    runs = {len(run) for run in _TICKS.findall(line)}
    ticks = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    edge = " " if not line.strip() or line[0] in "` " or line[-1] in "` " else ""
    return Markdown(f"{ticks}{edge}{line}{edge}{ticks}")


def fence(language: str, content: str) -> Markdown:
    """A fenced block that its content cannot end."""
    lines = content.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    shown = "\n".join(visible(line).rstrip() for line in lines).strip("\n")
    longest = max((len(run) for run in _TICKS.findall(shown)), default=0)
    ticks = "`" * max(3, longest + 1)
    return Markdown(f"{ticks}{language}\n{shown}\n{ticks}")


def foreign_fence(language: str, content: str) -> Markdown:
    """A fenced block of a document: its language is one that nobody runs."""
    known = language.lower() if language.lower() in _FENCED else "text"
    return fence("py" if language.lower() in {"python", "py", "python3"} else known, content)


def link(label: Markdown, target: str) -> Markdown:
    """A link of ours, to a page or an anchor."""
    return Markdown(f"[{label}]({target})")


def anchor(heading: str) -> str:
    """The anchor that GitHub gives to a heading, from its text without markup."""
    kept = (char for char in heading.lower() if char.isalnum() or char in "-_ ")
    return "".join(kept).replace(" ", "-")


def join(parts: Iterable[Markdown], between: str = " ") -> Markdown:
    """The parts that say something, one after the other."""
    return Markdown(between.join(part for part in parts if part))


def table(head: Sequence[str], rows: Iterable[Sequence[Markdown]]) -> Markdown:
    """A table under our own headings; columns in which nothing stands are left out, no rows give nothing."""
    cells = [[_cell(one) for one in row] for row in rows]
    kept = [index for index in range(len(head)) if any(row[index] for row in cells)]
    lines = [[head[index] for index in kept], ["---"] * len(kept)]
    lines += [[row[index] for index in kept] for row in cells]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines) if cells else "")


def _cell(value: Markdown) -> str:
    return value.replace("\n", " ").replace("|", "\\|")


@lru_cache(maxsize=_MOST_REMEMBERED)
def words(value: str) -> Markdown:
    """Prose of a document as one line: code, emphasis and links stay, all else is text."""
    line = " ".join(visible(" ".join(value.split())).split())
    return _guarded(_Line(line).written() if _MARKUP.search(line) else line)


def _guarded(line: str) -> Markdown:
    """A line that cannot be taken for a heading, an item, a quote, a rule or a fence."""
    if _WORDS_AT_START.match(line):
        return Markdown(f"\\{line}")
    return Markdown(_NUMBER_AT_START.sub(r"\1\\\2", line, count=1) if line[:1].isdigit() else line)


@dataclass(slots=True)
class _Line:
    """A line of CommonMark that is written again, piece by piece, by what each piece is."""

    line: str
    at: int = 0

    def written(self) -> str:
        closers: dict[int, list[int]] = {}
        for run in _TICKS.finditer(self.line):
            closers.setdefault(len(run.group()), []).append(run.start())
        parts = []
        while self.at < len(self.line):
            parts.append(self._piece(closers))
        return "".join(parts)

    def _piece(self, closers: dict[int, list[int]]) -> str:
        char = self.line[self.at]
        ticks = _TICKS.match(self.line, self.at)
        if ticks is not None:
            return self._code(ticks, closers)
        if char == "\\" and self.line[self.at + 1 : self.at + 2] in _PUNCTUATION:
            return self._taken(2, _escaped(self.line[self.at + 1]))
        found = _LINK.match(self.line, self.at) if char in "![" else None
        if found is not None:
            return self._taken(len(found.group()), _written_link(found))
        found = _AUTOLINK.match(self.line, self.at) if char == "<" else None
        if found is not None:
            return self._taken(len(found.group()), found.group())
        following = _SPECIAL.search(self.line, self.at + 1)
        end = following.start() if following is not None else len(self.line)
        return self._taken(end - self.at, _plain(self.line[self.at : end]))

    def _taken(self, length: int, written: str) -> str:
        self.at += length
        return written

    def _code(self, found: re.Match[str], closers: dict[int, list[int]]) -> str:
        same = closers.get(len(found.group()), [])
        index = bisect.bisect_left(same, found.end())
        if index == len(same):
            return self._taken(len(found.group()), "\\`" * len(found.group()))
        inner = self.line[found.end() : same[index]]
        if inner.strip() and inner.startswith(" ") and inner.endswith(" "):
            inner = inner[1:-1]
        return self._taken(same[index] + len(found.group()) - self.at, code(inner))


def _escaped(char: str) -> str:
    """A character that was escaped; `|` is escaped by the table that it may come to stand in."""
    return {"<": "&lt;", "&": "&amp;", "|": "|"}.get(char, f"\\{char}")


def _plain(chunk: str) -> str:
    """Text between the pieces: entities are read, so that none hides what is escaped here."""
    if not _MARKUP.search(chunk):
        return chunk
    read = visible(html.unescape(chunk)).replace("\\", "\\\\").replace("`", "\\`")
    safe = _ENTITY.sub("&amp;", read).replace("<", "&lt;")
    return re.sub(r"\](?=[(:]|$)", r"\\]", re.sub(r"!(?=\[|$)", r"\\!", safe))


def _written_link(found: re.Match[str]) -> str:
    """A link to the web; of any other the words stay: relative to what it was, nobody knows here."""
    label = _Line(found[2].replace("<", "\\<")).written()
    target = html.unescape(found[3]).replace("\\", "")
    if not _ADDRESS.fullmatch(target) or not label:
        return label
    return f"[{label}]({_ENTITY.sub('&amp;', target)})"
