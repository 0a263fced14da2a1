"""Woven Python laid out as black does, an order of magnitude faster: the small part of Python that templates write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from specloom.python.docstrings import WIDTH
from specloom.python.leaves import UnsureError
from specloom.python.splitting import split_statement, width

__all__ = ["lay_out"]

# What may look otherwise although it fits: a comma that keeps brackets open, quotes, needless parentheses.
_DOUBTFUL = re.compile(r",[)\]}]|'|\\\"|(?:[=:]|return|->) \(|[\[{]\(|;|\\$")
_QUOTES = ('"""', 'r"""')
_OPENING = ("(", "[", "{")
_HEADS = ("class ", "def ", "elif ", "else:", "for ", "if ", "try:", "while ", "with ")


@dataclass(slots=True)
class _Previous:
    """What the blank lines before a statement depend on."""

    kind: str = ""
    depth: int = 0
    after: int = 0
    ends_block: bool = False


def lay_out(text: str) -> str | None:
    """The text of a module as black writes it, or None where that is not known for sure."""
    try:
        return _Layout(text).text()
    except (UnsureError, RecursionError):  # black follows deeper brackets than this does
        return None


class _Layout:
    def __init__(self, text: str) -> None:
        self._given = text.split("\n")
        self._laid: list[str] = []
        self._previous: _Previous | None = None
        self._definitions: list[int] = []

    def text(self) -> str:
        """All statements, each behind the blank lines that belong there."""
        given, at, blank = self._given, 0, 0
        while at < len(given):
            line = given[at]
            if not line or line.isspace():
                blank += 1
                at += 1
                continue
            content = line.lstrip(" ")
            depth, odd = divmod(len(line) - len(content), 4)
            if odd:
                raise UnsureError
            end = self._end(at, content)
            opens = self._previous is None or self._previous.ends_block
            self._space(content, given[end - 1], depth, blank)
            if opens and content.startswith(_QUOTES):
                self._laid += _docstring(given[at:end], 4 * depth)
            else:
                self._put(at, end, content, depth)
            at, blank = end, 0
        return "\n".join(self._laid) + "\n" if self._laid else ""

    def _end(self, start: int, content: str) -> int:
        """Where the statement ends that starts on a line."""
        given = self._given
        if content.startswith(_QUOTES):
            if content.find('"""', 4) > 0:
                return start + 1
            end = start + 1
            while end < len(given) and '"""' not in given[end]:
                end += 1
            return self._known(end + 1)
        if content.endswith(_OPENING) and content[0] != "#":
            end, closing = start + 1, given[start][: -len(content)]
            while end < len(given) and not self._closes(given[end], closing):
                end += 1
            return self._known(end + 1)
        return start + 1

    def _known(self, end: int) -> int:
        if end > len(self._given):
            raise UnsureError
        return end

    @staticmethod
    def _closes(line: str, margin: str) -> bool:
        """Whether a line closes the brackets of one that is set in as much, and opens no others."""
        closes = line.startswith(margin) and line[len(margin) : len(margin) + 1] in (")", "]", "}")
        return closes and not line.endswith(_OPENING)

    def _put(self, start: int, end: int, content: str, depth: int) -> None:
        """Add the statement between two lines."""
        given = self._given
        if content.startswith(_QUOTES):
            self._laid += given[start:end]
        elif content[0] == "#":
            self._laid.append(given[start].rstrip())
        elif end - start > 1:
            text = "\n".join(given[start:end])
            self._laid += split_statement(text.strip(), depth)
        elif width(given[start]) > WIDTH or _DOUBTFUL.search(content) or not _is_balanced(content):
            self._laid += split_statement(content.rstrip(), depth)
        else:
            self._laid.append(given[start].rstrip())

    def _space(self, content: str, last: str, depth: int, blank: int) -> None:
        """Add the blank lines that belong before a statement."""
        kind = _kind(content)
        if content.startswith(_HEADS) and not last.endswith(":"):
            raise UnsureError  # a block on the line of its head
        before, after = self._blank(kind, depth, blank)
        previous = self._previous
        if previous is not None:
            before = max(0, before - previous.after)
            if previous.kind == "module docstring" and kind not in {"class", "def"}:
                before = 1
        self._laid.extend([""] * (before + (previous.after if previous else 0)))
        if kind == "string":
            kind = "module docstring" if previous is None else kind
        self._previous = _Previous(kind, depth, after, last.endswith(":"))

    def _blank(self, kind: str, depth: int, blank: int) -> tuple[int, int]:
        """How many blank lines stand before a statement and after it."""
        before = min(blank, 1 if depth else 2)
        has_blank = before > 0
        definitions, follows = self._definitions, False
        while definitions and definitions[-1] >= depth:
            definitions.pop()
            follows = True
        if kind in {"def", "class"}:
            definitions.append(depth)
        previous = self._previous
        if previous is None:
            return 0, 0
        if kind == "string" and previous.kind == "class":
            return 0, 1
        if kind == "string" and previous.kind == "def" and previous.ends_block:
            return 0, 0
        if follows:
            if kind == "branch":
                raise UnsureError
            before = 1 if depth else 2
        if kind in {"def", "class", "decorator"}:
            return self._before_definition(previous, depth, has_blank), 0
        if previous.kind == "import" and kind != "import" and depth == previous.depth:
            return (before or 1) if depth else 1, 0
        return before, 0

    @staticmethod
    def _before_definition(previous: _Previous, depth: int, has_blank: bool) -> int:
        if previous.kind == "decorator":
            return 0
        if previous.depth < depth and previous.kind in {"class", "def"}:
            return 1 if has_blank else 0
        if previous.kind == "comment" and previous.depth == depth:
            raise UnsureError
        return 1 if depth else 2


def _is_balanced(content: str) -> bool:
    """Whether a line seems to close all brackets that it opens."""
    count = content.count
    return count("(") == count(")") and count("[") == count("]") and count("{") == count("}")


def _docstring(lines: list[str], indent: int) -> list[str]:
    """The lines of the docstring of a module, class or function, whose text starts where its quotes stand."""
    margin = " " * indent
    if len(lines) == 1:
        text = lines[0].strip()[3 + (lines[0][indent] == "r") : -3]
        if text != text.strip() or text[:1] == '"' or text[-1:] in '"\\':
            raise UnsureError
        return lines
    if any(line.rstrip().endswith("\\") for line in lines):
        return lines  # black leaves it alone
    if lines[-1].strip() != '"""' or lines[0] != lines[0].rstrip():
        raise UnsureError
    inner = [line.rstrip() for line in lines[1:-1]]
    starts = [len(line) - len(line.lstrip()) for line in inner if line]
    least = min(starts, default=indent)
    if any("\t" in line[:start] for line, start in zip(filter(None, inner), starts, strict=True)):
        raise UnsureError
    shifted = [f"{margin}{line[least:]}" if line else "" for line in inner]
    return [lines[0], *shifted, f'{margin}"""']


def _kind(content: str) -> str:
    if content[0] == "#":
        return "comment"
    if content[0] == "@":
        return "decorator"
    if content.startswith(("def ", "async def ")):
        return "def"
    if content.startswith("class "):
        return "class"
    if content.startswith(("import ", "from ")):
        return "import"
    if content.startswith(("elif ", "else:", "except", "finally:")):
        return "branch"
    return "string" if content.startswith(_QUOTES) else "other"
