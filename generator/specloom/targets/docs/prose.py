"""Descriptions of a document as blocks of Markdown: read block by block, and each written anew.

Only what is understood is written as markup; the rest is text. Paragraphs and items become one line each, so that no
code span and no table of a document can begin on one line and end on another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from specloom.targets.docs.markdown import Markdown, foreign_fence, table, words

# Nothing here goes back over what it has read: a line may be as long as its author likes.
_FENCE = re.compile(r"\s*+(?P<mark>`{3,}+|~{3,}+)\s*+(?P<language>[\w+-]*+)[^`]*+$")
_HEADING = re.compile(r"\s{0,3}(?P<marks>#{1,6})(?:\s++(?P<text>.*))?$")
_UNDERLINE = re.compile(r"\s{0,3}(?P<mark>=+|-+)\s*$")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*$")
_ITEM = re.compile(r"(?P<indent>\s*)(?P<mark>[-*+]|\d{1,9}[.)])\s+(?P<text>\S.*)$")
_QUOTE = re.compile(r"\s{0,3}>\s?(?P<text>.*)$")
_DELIMITER = re.compile(r":?-+:?")
_DEEPEST = 3  # levels of lists


def prose(text: str, level: int = 4) -> Markdown:
    """A description as blocks; its headings begin at `level`."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    return _Blocks(lines=[line.rstrip() for line in lines], level=level).written()


@dataclass(slots=True, kw_only=True)
class _Blocks:
    """The lines of a description, the blocks that were read, and what is open: a paragraph or an item."""

    lines: list[str]
    level: int
    at: int = 0
    blocks: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    before: str = ""
    indents: list[int] = field(default_factory=list)  # where the text of the open items begins
    tight: bool = False

    def written(self) -> Markdown:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            self._read(line)
        self._close()
        return Markdown("".join(self.blocks).strip("\n"))

    def _read(self, line: str) -> None:
        if not line:
            self._close()
            self.tight = False
        elif self._is_block(line):
            return
        elif self.open:
            self.open.append(line.strip())
        else:
            self._begin(line)

    def _is_block(self, line: str) -> bool:
        """Whether the line begins something else than a paragraph, and then reads it."""
        if found := _FENCE.match(line):
            self._fenced(found)
        elif found := _HEADING.match(line):
            self._heading(_unclosed(found["text"] or ""), len(found["marks"]))
        elif self.open and not self.before and (found := _UNDERLINE.match(line)):
            self._titled(1 if found["mark"].startswith("=") else 2)
        elif _RULE.match(line):
            self._add("---")
        elif found := _ITEM.match(line):
            self._item(found)
        elif found := _QUOTE.match(line):
            self._quote(found["text"])
        elif "|" in line and self.at < len(self.lines) and self._is_delimited():
            self._table(line)
        else:
            return False
        return True

    def _begin(self, line: str) -> None:
        """A paragraph, or a further one of the item above it; four columns in, it is code."""
        indent = len(line) - len(line.lstrip())
        if self.indents and indent > 0:
            self._open(line.strip(), " " * 4 * len(self.indents))
            return
        self.indents.clear()
        if indent >= 4:
            self._indented(line)
        else:
            self._open(line.strip(), "")

    def _open(self, text: str, before: str) -> None:
        self._close()
        self.open, self.before = [text], before

    def _close(self) -> None:
        if not self.open:
            return
        lead = self.before
        written = f"{lead}{words(' '.join(self.open))}"
        is_item = bool(lead.strip())
        between = "\n" if is_item and self.tight else "\n\n"
        self.blocks.append(f"{between}{written}")
        self.open, self.before, self.tight = [], "", is_item

    def _add(self, block: str) -> None:
        self._close()
        self.indents.clear()
        self.tight = False
        if block:
            self.blocks.append(f"\n\n{block}")

    def _heading(self, text: str, depth: int) -> None:
        written = words(text)
        self._add(f"{'#' * min(6, self.level + depth - 1)} {written}" if written else "")

    def _titled(self, depth: int) -> None:
        title = " ".join(self.open)
        self.open = []
        self._heading(title, depth)

    def _item(self, found: re.Match[str]) -> None:
        self._close()
        indent = len(found["indent"])
        while self.indents and self.indents[-1] > indent:
            self.indents.pop()
        if len(self.indents) < _DEEPEST:
            self.indents.append(indent + len(found["mark"]) + 1)
        else:
            self.indents[-1] = indent + len(found["mark"]) + 1
        mark = "-" if found["mark"] in "-*+" else found["mark"]
        self._open(found["text"], f"{' ' * 4 * (len(self.indents) - 1)}{mark} ")

    def _quote(self, text: str) -> None:
        quoted = [text]
        while self.at < len(self.lines) and (found := _QUOTE.match(self.lines[self.at])):
            quoted.append(found["text"])
            self.at += 1
        plain = (re.sub(r"^[>\s]+", "", one) for one in quoted)
        self._add(f"> {words(' '.join(plain))}")

    def _fenced(self, found: re.Match[str]) -> None:
        mark, content = found["mark"], []
        closing = re.compile(rf"\s*{re.escape(mark[0])}{{{len(mark)},}}\s*$")
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if closing.match(line):
                break
            content.append(line)
        self._add(foreign_fence(found["language"], _dedented(content)))

    def _indented(self, first: str) -> None:
        content = [first]
        while self.at < len(self.lines) and self.lines[self.at].startswith("    "):
            content.append(self.lines[self.at])
            self.at += 1
        self._add(foreign_fence("", _dedented(content)))

    def _is_delimited(self) -> bool:
        following = self.lines[self.at]
        cells = _split(following) if "|" in following else [""]
        return all(_DELIMITER.fullmatch(cell.strip()) for cell in cells)

    def _table(self, head: str) -> None:
        self.at += 1
        names = [words(one) for one in _split(head)]
        rows = []
        while self.at < len(self.lines) and "|" in self.lines[self.at]:
            cells = [words(one) for one in _split(self.lines[self.at])]
            rows.append((cells + [Markdown("")] * len(names))[: len(names)])
            self.at += 1
        self._add(table([name.replace("|", "\\|") for name in names], rows))


def _unclosed(heading: str) -> str:
    """The words of a heading without the marks that may close it."""
    text = heading.rstrip("#")
    return text.rstrip() if text != heading and text[-1:] in ("", " ") else heading


def _split(row: str) -> list[str]:
    """The cells of a row; an escaped `|` divides nothing."""
    inner = row.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def _dedented(lines: list[str]) -> str:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return "\n".join(line[margin:] for line in lines)
