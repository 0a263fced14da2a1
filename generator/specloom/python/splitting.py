"""A logical line split into lines as black splits it: at brackets from the right, then at what delimits its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.python.docstrings import WIDTH
from specloom.python.leaves import COMMA, DOT, Leaves, UnsureError, read_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["split_statement", "width"]


class _CannotSplitError(Exception):
    """A way of splitting that does not suit a line."""


@dataclass(slots=True)
class _Line:
    """Leaves from `start` to `end`, `depth` levels in, perhaps with a comma behind them.

    `inside` brackets a line is split at its delimiters; one that `must` split is. `tracked` tells what of its
    brackets black has looked at: all, those that the line closes (`head`), or none (`tail`).
    """

    depth: int
    start: int
    end: int
    inside: bool = False
    comma: bool = False
    must: bool = False
    tracked: str = "all"


@dataclass(slots=True)
class _Split:
    """A line split in three, and where the brackets of the middle are."""

    head: _Line
    body: _Line
    tail: _Line
    opening: int
    closing: int


def width(text: str) -> int:
    """How wide black takes a line to be."""
    if text.isascii() or 2 * len(text) <= WIDTH:
        return len(text)
    from black.strings import str_width

    return str_width(text)


def split_statement(text: str, depth: int) -> list[str]:
    """The lines of a statement, whose text starts in the first column. Raises UnsureError.

    As black does it, what was split is read again: a comma that was added keeps its brackets open.
    """
    lines = _split_once(text, depth)
    return _split_once("\n".join(lines).lstrip(), depth) if len(lines) > 1 else lines


def _split_once(text: str, depth: int) -> list[str]:
    leaves = read_statement(text)
    splitter = _Splitter(leaves, is_ascii=text.isascii())
    lines = splitter.lay(_Line(depth, 0, len(leaves.kind)), force=False)
    return [splitter.shown(line) for line in lines]


class _Splitter:
    def __init__(self, leaves: Leaves, *, is_ascii: bool) -> None:
        self._leaves = leaves
        self._is_ascii = is_ascii
        self._is_import = leaves.shown[0] == "from"
        self._is_def = leaves.shown[0] == "def"

    def shown(self, line: _Line) -> str:
        """The text of a line, indented."""
        text = self._leaves.text(line.start, line.end)
        return f"{'    ' * line.depth}{text}{',' if line.comma else ''}"

    def lay(self, line: _Line, *, force: bool) -> list[_Line]:
        """A line as it is, or the lines that it becomes."""
        if not line.must and not self._has_magic(line) and self._is_short(line):
            return [line]
        for split in self._ways(line):
            try:
                return self._run(line, split, force=force)
            except _CannotSplitError:
                continue
        return [line]

    def _ways(self, line: _Line) -> list[Callable[[_Line, bool], list[_Line]]]:
        if self._is_def and line.start == 0 and not self._keeps_result(line):
            return [self._split_left]
        return [self._split_parts, self._split_right] if line.inside else [self._split_right]

    def _run(
        self, line: _Line, split: Callable[[_Line, bool], list[_Line]], *, force: bool
    ) -> list[_Line]:
        leaves, text = self._leaves, self.shown(line)
        invisible = self._invisible(line) if split == self._split_right and not force else set()
        outermost = [at for at in self._parts(line) if at in invisible] if invisible else []
        result: list[_Line] = []
        for part in split(line, force):
            if self._length(part) == len(text) and self.shown(part) == text:
                raise _CannotSplitError
            result += self.lay(part, force=force)
        if not invisible or any(leaves.shown[at] for at in outermost) or self._is_short(result[0]):
            return result
        start = leaves.copy(line.start, line.end)
        again = _Line(line.depth, start, len(leaves.kind), line.inside, line.comma, line.must)
        second = self._run(again, split, force=True)
        return second if all(self._is_short(part) for part in second) else result

    def _invisible(self, line: _Line) -> set[int]:
        """The parentheses of a line that may still be shown."""
        leaves, start, end = self._leaves, line.start, line.end
        if line.tracked == "tail":
            return set()
        unseen = [at for at in range(start, end) if leaves.optional[at] and not leaves.shown[at]]
        return {at for at in unseen if start <= leaves.mate[at] < end}

    def _has_magic(self, line: _Line) -> bool:
        magic = self._leaves.magic
        return line.tracked != "tail" and magic[line.end] > magic[line.start]

    def _is_short(self, line: _Line, room: int = WIDTH) -> bool:
        if not self._is_ascii:
            return width(self.shown(line)) <= room
        return self._length(line) <= room

    def _length(self, line: _Line) -> int:
        """The number of characters that `shown` gives, without writing them."""
        return 4 * line.depth + self._leaves.length(line.start, line.end) + line.comma

    def _parts(self, line: _Line) -> Iterator[int]:
        """Where the leaves are that stand in no bracket of a line."""
        leaves, at = self._leaves, line.start
        while at < line.end:
            yield at
            mate = leaves.mate[at]
            if mate > at:
                yield mate
                at = mate
            at += 1

    def _delimiters(self, line: _Line, *, last: bool) -> list[tuple[int, int]]:
        """Priorities with the positions at which a line would end; the comma at its end counts where `last` says."""
        leaves = self._leaves
        if line.tracked != "all":
            return []
        found = []
        for at in self._parts(line):
            if leaves.kind[at] == ",":
                if last or at + 1 < line.end or line.comma:
                    found.append((COMMA, at + 1))
            elif leaves.priority[at] and at > line.start:
                found.append((leaves.priority[at], at))
        if last and line.comma:
            found.append((COMMA, line.end))
        return found

    def _split_parts(self, line: _Line, _force: bool) -> list[_Line]:
        """One line for each part; a comma is added to the last one."""
        delimiters = self._delimiters(line, last=False)
        if not delimiters:
            raise _CannotSplitError
        highest = max(priority for priority, _ in delimiters)
        ends = [end for priority, end in delimiters if priority == highest]
        if highest == DOT and len(ends) == 1:
            raise _CannotSplitError
        parts = [
            _Line(line.depth, start, end, inside=True)
            for start, end in zip([line.start, *ends], [*ends, line.end], strict=True)
            if start < end
        ]
        last = parts[-1]
        last.comma = line.comma or (highest == COMMA and self._leaves.kind[last.end - 1] != ",")
        return parts

    def _keeps_result(self, line: _Line) -> bool:
        """Whether a comma keeps brackets open in what a signature returns."""
        leaves, close = self._leaves, self._leaves.mate[2] + 1
        if leaves.kind[close + 2 : close + 3] == ["s"]:
            raise UnsureError
        return close < line.end and leaves.magic[line.end] > leaves.magic[close]

    def _split_left(self, line: _Line, _force: bool) -> list[_Line]:
        """A signature, split at its parameters."""
        close = self._leaves.mate[2]
        if close >= line.end:
            raise _CannotSplitError
        split = self._three(line, 2, close)
        return [split.head, split.body, split.tail]

    def _split_right(self, line: _Line, force: bool) -> list[_Line]:
        first: list[_Line] | None = None
        for omitted in self._trailers(line):
            if omitted and self._is_hopeless(line, omitted):
                continue
            lines = self._split_at_last(line, omitted, force)
            if first is None and not omitted:
                first = lines
            if self._is_short(lines[0]):
                return lines
        return first if first is not None else self._split_at_last(line, set(), force)

    def _is_hopeless(self, line: _Line, omitted: set[int]) -> bool:
        """Whether what stands before the bracket to split at is too long already."""
        leaves = self._leaves
        for at in range(line.end - 1, line.start - 1, -1):
            if leaves.kind[at] == ")" and at not in omitted:
                opening = leaves.mate[at]
                if opening < line.start or not leaves.shown[opening]:
                    return False
                head = leaves.text(line.start, opening) if opening > line.start else ""
                return 4 * line.depth + len(head) + len(leaves.gap[opening]) > WIDTH
        return False

    def _trailers(self, line: _Line) -> Iterator[set[int]]:
        """Ever more closing brackets not to be split at, as long as what they end fits into a line."""
        leaves, opening, closing = self._leaves, line.end, -1
        omitted: set[int] = set()
        inner: set[int] = set()
        if not self._has_magic(line):
            yield omitted
        for at in self._closings(line):
            is_inside = at > opening
            if is_inside and leaves.keeps[at]:
                return
            if is_inside or (leaves.kind[at - 1] == "(" and at > line.start):
                inner.add(at)
                continue
            if closing >= 0:
                if leaves.kind[closing - 1] == ",":
                    raise UnsureError  # black counts the commas of a tuple of one differently
                omitted, inner = omitted | {closing} | inner, set()
                yield omitted
            if leaves.keeps[at]:
                return
            if leaves.shown[at]:
                opening, closing = leaves.mate[at], at

    def _closings(self, line: _Line) -> Iterator[int]:
        """The closing brackets of a line from the right, as long as what follows fits into a line."""
        leaves, length = self._leaves, 4 * line.depth + line.comma
        for at in range(line.end - 1, line.start - 1, -1):
            length += len(leaves.shown[at]) + (len(leaves.gap[at]) if at > line.start else 0)
            if length > WIDTH:
                return
            if leaves.kind[at] == ")":
                yield at

    def _split_at_last(self, line: _Line, omitted: set[int], force: bool) -> list[_Line]:
        return self._without_optional(self._at_last(line, omitted), line, omitted, force)

    def _at_last(self, line: _Line, omitted: set[int]) -> _Split:
        """A line split at its last bracket that holds something and is not omitted."""
        leaves, at = self._leaves, line.end - 1
        while at >= line.start:
            if leaves.kind[at] == ")" and at not in omitted:
                opening = leaves.mate[at]
                if opening < line.start:
                    break
                if opening < at - 1:
                    return self._three(line, opening, at)
                at = opening
            at -= 1
        raise _CannotSplitError

    def _three(self, line: _Line, opening: int, closing: int) -> _Split:
        leaves = self._leaves
        body = _Line(line.depth + 1, opening + 1, closing, inside=True)
        body.comma = leaves.kind[closing - 1] != "," and self._wants_comma(body, opening)
        delimiters = self._delimiters(body, last=False)
        has_comma = body.comma or leaves.kind[closing - 1] == ","
        body.must = any(priority == COMMA for priority, _ in delimiters) and (
            has_comma or leaves.holds[opening]
        )
        return _Split(
            _Line(line.depth, line.start, opening + 1, tracked="head"),
            body,
            _Line(line.depth, closing, line.end, comma=line.comma, tracked="tail"),
            opening,
            closing,
        )

    def _wants_comma(self, body: _Line, opening: int) -> bool:
        """Whether a comma belongs behind the last name of an import, or the only parameter."""
        if self._is_import:
            return True
        if not self._is_def or opening != 2:
            return False
        kinds, shown = self._leaves.kind, self._leaves.shown
        parts = list(self._parts(body))
        if any(kinds[at] == "," for at in parts):
            return False
        noted = next((at for at in parts if shown[at] == ":"), body.end)
        default = next((at for at in parts if kinds[at] in "=k"), body.end)
        return "," not in kinds[body.start : min(noted, default)] + kinds[default : body.end]

    def _without_optional(
        self, split: _Split, line: _Line, omitted: set[int], force: bool
    ) -> list[_Line]:
        """The split, or one that needs no parentheses of its own, where that reads as well."""
        leaves = self._leaves
        is_optional = leaves.optional[split.opening] and not leaves.shown[split.opening]
        if not force and is_optional and not self._is_import and self._can_omit(split.body):
            fewer = {split.closing} | omitted
            try:
                other = self._at_last(line, fewer)
                if self._prefers(other, split):
                    return self._without_optional(other, line, fewer, force)
            except _CannotSplitError:
                if not self._can_be_split(split.body) and not self._is_short(split.body):
                    raise
        if leaves.optional[split.opening]:
            leaves.show(split.opening)
        return [split.head, split.body, split.tail]

    def _can_be_split(self, body: _Line) -> bool:
        leaves = self._leaves
        if body.end - body.start < 2:
            return leaves.kind[body.start] == "w" and "." in leaves.shown[body.start]
        if leaves.kind[body.start] == "s" and leaves.shown[body.start + 1][:1] == ".":
            raise UnsureError
        return True

    def _can_omit(self, body: _Line) -> bool:
        """Whether a body reads as well without parentheses around it."""
        leaves = self._leaves
        delimiters = self._delimiters(body, last=True)
        if not delimiters:
            return True
        highest = max(priority for priority, _ in delimiters)
        if sum(priority == highest for priority, _ in delimiters) > 1:
            return False
        if highest == DOT:
            return True
        first, last = body.start, body.end - 1
        kinds = leaves.kind
        if kinds[first] == "(" and kinds[first + 1] != ")" and self._fits_after(body, first):
            return True
        if kinds[last] == ")" and (leaves.shown[last] != "]" or leaves.holds[leaves.mate[last]]):
            return kinds[last - 1] != "(" and self._fits_before(body, last)
        return False

    def _fits_after(self, body: _Line, first: int) -> bool:
        leaves, is_after, length = self._leaves, False, 4 * body.depth
        for at in range(body.start, body.end):
            if leaves.mate[at] == first:
                is_after = True
            if is_after:
                length += len(leaves.gap[at]) + len(leaves.shown[at])
                if length > WIDTH:
                    return False
                if leaves.kind[at] == "(":
                    is_after = False
        return True

    def _fits_before(self, body: _Line, last: int) -> bool:
        leaves, has_other, length = self._leaves, False, 4 * body.depth
        for at in range(body.start, body.end):
            length += len(leaves.gap[at]) + len(leaves.shown[at])
            if at == leaves.mate[last]:
                return has_other or length <= WIDTH
            has_other = has_other or leaves.kind[at] == "("
        return False

    def _prefers(self, other: _Split, split: _Split) -> bool:
        """Whether the split without parentheses of its own is the better one."""
        leaves, head = self._leaves, split.head
        equal = split.opening - 1
        if equal < head.start or leaves.kind[equal] != "=":
            return True
        if not any(kind in "()" for kind in leaves.kind[head.start : equal]):
            return True
        if not self._is_short(head, WIDTH - 1) or self._has_magic(head):
            return True
        for at in range(other.head.end - 1, other.head.start - 1, -1):
            if leaves.kind[at] in "=k":
                break
            if leaves.kind[at] == ")":
                return True
        has_equal = any(kind in "=k" for kind in leaves.kind[other.head.start : other.head.end])
        return has_equal and self._is_short(other.head)
