"""A text as a docstring: a summary on a line of its own, then the rest; no text can end it or leave it."""

from __future__ import annotations

import re
import unicodedata

from specloom.python.confusables import escaped_confusables

__all__ = ["LINK", "WIDTH", "columns", "docstring_text", "escape", "without_headings"]

WIDTH = 100
# A link of Markdown; its words are the first group.
LINK = re.compile(r"\[([^\[\]]{1,300})\]\([^()\s]{0,1000}\)")

_ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s")
_ENTRY = re.compile(r"^    \w+: ")
_SECTION = re.compile(r"^(Args|Parameters|Returns|Raises|Example|Yields):$")
_SENTENCE = re.compile(r"(.+?(?<!\be\.g)(?<!\bi\.e)(?<!\betc)[.!?])\s+(?=[^a-z\s])")
_CLAUSE = re.compile(r".*[,:;)]|.*(?= [\u2013\u2014-] )")
_WORD = re.compile(r"([a-z])([A-Za-z]*[.!?]*)(?=\s|$)")
_STOPS = (".", "!", "?")


def docstring_text(text: str, indent: int, *, summary: bool = True) -> str:
    """The docstring of a text, quotes included, whose lines stand `indent` columns in.

    Paragraphs are wrapped, list items and indented lines stay. The text that Python reads is the document's, but for
    what makes a summary: a capital, a full stop, dots where its first sentence is longer than a line. Without
    `summary` it is a note on an attribute, for which there is no such rule.
    """
    plain = _plain(text)
    is_raw = "\\" in plain and _may_be_raw(plain)
    safe = plain if is_raw else _escaped(plain)
    opening = 'r"""' if is_raw else '"""'
    width = WIDTH - indent
    lines = _summarised(safe, width, len(opening)) if summary else _noted(safe, width, len(opening))
    lines = lines or ["Not described."]
    margin = " " * indent
    if len(lines) == 1 and indent + len(opening) + columns(lines[0]) + 3 <= WIDTH:
        return f'{opening}{lines[0]}"""'
    body = "\n".join(f"{margin}{line}" if line else "" for line in lines[1:])
    return (
        f'{opening}{lines[0]}\n{body}\n{margin}"""' if body else f'{opening}{lines[0]}\n{margin}"""'
    )


_HEADINGS = frozenset(
    (
        *("args", "arguments", "attention", "attributes", "caution", "danger", "error", "example"),
        *("examples", "hint", "important", "keyword args", "keyword arguments", "methods", "note"),
        *("notes", "other parameters", "parameters", "raises", "references", "return", "returns"),
        *("see also", "short summary", "tip", "todo", "warning", "warnings", "warns", "yield"),
        *("yields", "extended summary"),
    )
)
_HEADING = re.compile(r"(?m)^([ \t]*)([A-Za-z][A-Za-z ]*[A-Za-z])(:?)[ \t]*$")


def without_headings(text: str) -> str:
    """The text with its headings in bold: alone on a line they would be sections of the docstring."""
    return _HEADING.sub(_bold, text)


def _bold(found: re.Match[str]) -> str:
    if found[2].casefold() not in _HEADINGS:
        return found[0]
    return f"{found[1]}**{found[2]}{found[3]}**"


def escape(char: str) -> str:
    """A character as Python escapes it, where a backslash begins nothing but a code point."""
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return normal.expandtabs(4)


def _may_be_raw(text: str) -> bool:
    return (
        '"""' not in text
        and not text.rstrip().endswith(("\\", '"'))
        and _is_printable(text)
        and not escaped_confusables(text)
    )


def _is_printable(text: str) -> bool:
    return text.replace("\n", "").isprintable()


def _escaped(text: str) -> str:
    doubtful, written = escaped_confusables(text), text
    if doubtful or "\\" in text or not _is_printable(text):
        written = "".join(
            (
                char
                if (char.isprintable() and char != "\\" and index not in doubtful) or char == "\n"
                else escape(char)
            )
            for index, char in enumerate(text)
        )
    return written.replace('"""', '\\"\\"\\"')


def _noted(text: str, width: int, opening: int) -> list[str]:
    lines = _wrapped(text, width - opening)
    if len(lines) == 1 and columns(lines[0]) + opening + 3 > width:
        # Black would draw the closing quotes to a single line, over the edge.
        lines = _wrapped(text, width - opening - 3)
    if len(lines) == 1 and lines[0].endswith('"'):
        lines = [f'{lines[0][:-1]}\\"']
    return lines


def _summarised(text: str, width: int, opening: int) -> list[str]:
    first, rest = _first_paragraph(text)
    if not first:
        return _wrapped(rest, width)
    room = width - opening
    if columns(first) > room:  # the address of a link is no part of a sentence
        first = LINK.sub(r"\1", first)
    summary, tail = _summary(first, room - 4)
    lines = [_closed(_capitalised(_unquoted(summary)), cut=tail.startswith("... "))]
    if columns(lines[0]) > room:  # a word that is longer than a line
        lines = ["As follows.", "", *_wrapped(first, width)]
    more = _wrapped("\n\n".join(part for part in (tail, rest.strip("\n")) if part), width)
    if not more and columns(lines[0]) + opening + 3 > width and " " in lines[0]:
        # Black would draw the closing quotes to a single line, over the edge.
        summary, tail = _summary(first, room - 8, whole=False)
        lines = [_closed(_capitalised(_unquoted(summary)), cut=tail.startswith("... "))]
        more = _wrapped(tail, width)
    return [*lines, "", *more] if more else lines


def _first_paragraph(text: str) -> tuple[str, str]:
    """The text of the first paragraph on one line, and what follows it; a table or code has none before it."""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    if not lines:
        return "", ""
    head = lines[0].strip()
    if head.startswith("#") and head.lstrip("# "):
        return head.lstrip("# "), "\n".join(lines[1:])
    if _stands_alone(lines[0].rstrip()) or not any(map(str.isalnum, head)):
        return "As follows.", "\n".join(lines)
    taken = 1
    while taken < len(lines) and lines[taken].strip() and not _stands_alone(lines[taken].rstrip()):
        taken += 1
    return " ".join(" ".join(lines[:taken]).split()), "\n".join(lines[taken:])


def _summary(paragraph: str, room: int, *, whole: bool = True) -> tuple[str, str]:
    """What fits on the first line: all, the first sentence, else as many clauses or words as there is room for."""
    if whole and columns(paragraph) <= room:
        return paragraph, ""
    found = _SENTENCE.match(paragraph)
    if found is not None and columns(found[1]) <= room:
        return found[1], paragraph[found.end() :]
    head = _filled(paragraph, room)[0]
    if columns(head) > room:
        return "As follows.", paragraph
    clause = _CLAUSE.match(head)
    if clause is not None and len(clause[0]) > room // 2:
        head = clause[0]
    return head, f"... {paragraph[len(head) :].strip()}"


def _unquoted(summary: str) -> str:
    """The summary with other quotes where one begins it, right behind the docstring's own."""
    return summary.replace('"', "'") if summary.startswith('"') else summary


def _capitalised(summary: str) -> str:
    """The summary with a capital, where its first word is one of plain letters."""
    found = _WORD.match(summary)
    return summary if found is None else f"{found[1].upper()}{summary[1:]}"


def _closed(summary: str, *, cut: bool) -> str:
    """The summary with a mark at its end."""
    if cut or summary.endswith((":", ";", ",", "-")):
        return f"{summary} ..."
    return summary if summary.endswith(_STOPS) else f"{summary}."


def _stands_alone(line: str) -> bool:
    """Whether a line belongs to no paragraph: a list's item, a section, code, a table, a heading."""
    return bool(
        line.startswith(("    ", "```", "|", "#")) or _ITEM.match(line) or _SECTION.match(line)
    )


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text: paragraphs filled to `width`, other lines as they are, no blank lines at the ends."""
    lines: list[str] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            lines.extend(_filled(" ".join(paragraph), width))
            paragraph.clear()

    for line in text.split("\n"):
        stripped = line.rstrip()
        if not stripped:
            close()
            lines.append("")
        elif _stands_alone(stripped):
            close()
            lines.extend(_filled(stripped, width))
        else:
            paragraph.append(stripped.strip())
    close()
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return [line for index, line in enumerate(lines) if line or lines[index - 1]]


def columns(text: str) -> int:
    """How wide a text stands in an editor: letters of some scripts take two columns."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _filled(line: str, width: int) -> list[str]:
    """The lines of a paragraph; words stay whole, but for scripts that set none apart."""
    margin = " " * (len(line) - len(line.lstrip()))
    hanging = f"{margin}    " if _ENTRY.match(line) or _ITEM.match(line) else margin
    lines, reached, is_filled = [margin], len(margin), False
    for word in line.split():
        for number, piece in enumerate(_pieces(word, width - len(hanging))):
            gap = "" if number or not is_filled else " "
            wide = columns(piece)
            if is_filled and reached + len(gap) + wide > width:
                lines.append(f"{hanging}{piece}")
                reached = len(hanging) + wide
            else:
                lines[-1] += f"{gap}{piece}"
                reached += len(gap) + wide
            is_filled = True
    return lines if is_filled else [""]


def _pieces(word: str, width: int) -> list[str]:
    """A word of wide letters in pieces that fit into a line."""
    if word.isascii() or columns(word) <= width // 2:
        return [word]
    pieces = [""]
    for char in word:
        is_wide = unicodedata.east_asian_width(char) in "WF"
        if is_wide and columns(pieces[-1]) + 2 > width // 4:
            pieces.append("")
        pieces[-1] += char
    return [piece for piece in pieces if piece]
