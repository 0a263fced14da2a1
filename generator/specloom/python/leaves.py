"""A statement as black sees it: leaves, their brackets, and the parentheses that it may add."""

from __future__ import annotations

import re
from itertools import accumulate

__all__ = ["COMMA", "DOT", "STRING", "UNION", "Leaves", "UnsureError", "read_statement"]

# What a line is split at first; the numbers are black's.
COMMA, STRING, UNION, DOT = 18, 12, 9, 1

_LEAF = re.compile(
    r"(\s*)(?:"
    r"((?:\bf|\br)?(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'))"
    r"|([A-Za-z_]\w*=)(?![=\s])"
    r"|(\d(?:[eE][-+]|[\w.])*|[\w.]+)"
    r"|([(\[{])|([)\]}])|(,)"
    r"|(->|\*\*|[-=:|*/])(?!=)"
    r")"
)
_NO_WORDS = frozenset(
    (
        *("False", "None", "True", "and", "as", "assert", "async", "await", "class", "def", "del"),
        *("else", "except", "for", "from", "global", "if", "import", "in", "is", "lambda"),
        *("nonlocal", "not", "or", "pass", "raise", "return", "while", "with", "yield"),
    )
)
_UNKNOWN = _NO_WORDS - {"False", "None", "True", "lambda"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "": ""}
_KINDS = (" ", "s", "k", "w", "(", ")", ",", "o")


class UnsureError(Exception):
    """A shape that this module does not lay out; black has to."""


class Leaves:
    """The leaves of a statement, by position.

    `kind` is one of `s` string, `k` a keyword with its sign (`name=`), `w` word, `(` and `)` any bracket, `,`, `=`
    and `o` what remains. `shown` is the text, empty for a parenthesis that may be shown; `gap` stands before it.
    `mate` is where the other bracket is. `priority` says how gladly a line is split before a leaf. A bracket `holds`
    parts that stand one beneath the other as soon as it opens (a tuple, but not a call). `magic` counts the brackets
    before this leaf that a comma keeps open.
    """

    def __init__(self, kind: list[str], shown: list[str], gap: list[str]) -> None:
        self.kind, self.shown, self.gap = kind, shown, gap
        self.optional = [False] * len(kind)
        self._text: list[str] = []
        self._reach: list[int] = []
        self.mate: list[int] = []
        self.priority: list[int] = []
        self.holds: list[bool] = []
        self.keeps: list[bool] = []
        self.magic: list[int] = [0]

    def wrap(self, starts: set[int], ends: set[int], needless: set[int]) -> None:
        """Put parentheses that may be shown around spans, and hide those that are needless."""
        for at in needless - starts:
            self.shown[at], self.optional[at] = "", True
        for at in sorted(starts | ends, reverse=True):
            if at in starts:
                self._insert(at, "(", self.gap[at])
                self.gap[at + 1] = ""
            if at in ends:
                self._insert(at, ")", "")

    def _insert(self, at: int, kind: str, gap: str) -> None:
        self.kind.insert(at, kind)
        self.shown.insert(at, "")
        self.gap.insert(at, gap)
        self.optional.insert(at, True)

    def length(self, start: int, end: int) -> int:
        """How many characters `text` gives."""
        return self._reach[end] - self._reach[start] - len(self.gap[start])

    def text(self, start: int, end: int) -> str:
        """What stands between two positions, without the gap before it."""
        return "".join(self._text[start:end]).removeprefix(self.gap[start])

    def show(self, opening: int) -> None:
        """Show parentheses that stood there unseen."""
        for at, sign in ((opening, "("), (self.mate[opening], ")")):
            self.shown[at] = sign
            self._text[at] = self.gap[at] + sign
        self._measure()

    def _measure(self) -> None:
        self._reach = [0, *accumulate(map(len, self._text))]

    def match(self) -> None:
        """Find the mate of each bracket. Raises UnsureError where one has none."""
        self.mate = [-1] * len(self.kind)
        opened: list[int] = []
        for at, kind in enumerate(self.kind):
            if kind == "(":
                opened.append(at)
            elif kind == ")":
                start = opened.pop() if opened else -1
                if start < 0 or _CLOSING.get(self.shown[start]) != self.shown[at]:
                    raise UnsureError
                self.mate[at], self.mate[start] = start, at
        if opened:
            raise UnsureError

    def weigh(self) -> None:
        """Find the priorities and the commas that keep brackets open, once all leaves are there."""
        kinds, shown, count = self.kind, self.shown, len(self.kind)
        self._text = [f"{gap}{text}" for gap, text in zip(self.gap, shown, strict=True)]
        self._measure()
        self.priority, self.holds, self.keeps = [0] * count, [False] * count, [False] * count
        for at, kind in enumerate(kinds):
            if kind == "(":
                self.holds[at] = self.optional[at] or not at or not _is_called(self, at)
            elif kind == ")":
                self.keeps[at] = kinds[at - 1] == "," and self._is_kept(at)
            elif kind == "s":
                self.priority[at] = STRING if at and kinds[at - 1] == "s" else 0
            elif kind == "o" and shown[at] == "|":
                self.priority[at] = UNION
            elif kind == "w" and shown[at][0] == "." and at and kinds[at - 1] == ")":
                self.priority[at] = DOT
            self.magic.append(self.magic[-1] + self.keeps[at])

    def _is_kept(self, end: int) -> bool:
        """Whether the comma before a closing bracket is more than a tuple of one needs."""
        start = self.mate[end]
        inside = _outside(self, start + 1, end)
        commas = sum(self.kind[at] == "," for at in inside)
        if self.shown[end] == "]" and not self.holds[start] and commas == 1:
            raise UnsureError
        is_tuple = self.shown[end] not in {"]", "}"} and self.holds[start]
        return not is_tuple or self.shown[0] == "from" or commas > 1

    def copy(self, start: int, end: int) -> int:
        """The same leaves once more, behind all others; where they start."""
        offset = len(self.kind) - start
        for leaves in (self.kind, self.shown, self.gap, self._text):
            leaves.extend(leaves[start:end])
        self._measure()
        for flags in (self.holds, self.optional, self.keeps):
            flags.extend(flags[start:end])
        self.priority.extend(self.priority[start:end])
        self.mate.extend([mate + offset if mate >= 0 else -1 for mate in self.mate[start:end]])
        for at in range(start + offset, end + offset):
            self.magic.append(self.magic[-1] + self.keeps[at])
        return start + offset


def read_statement(text: str) -> Leaves:
    """The leaves of a statement, with the parentheses that may be shown. Raises UnsureError."""
    leaves = _scan(text)
    first = leaves.shown[0]
    if first == "from":
        spans = _imported(leaves)
    elif first == "def":
        spans = _annotated(leaves)
    elif first == "return":
        spans = [(1, len(leaves.kind))]
    elif first == "class" or (leaves.kind[0] == "w" and first not in _NO_WORDS):
        spans = [] if first == "class" else _assigned(leaves)
    else:
        raise UnsureError
    return _wrapped(leaves, spans)


def _scan(text: str) -> Leaves:
    kinds: list[str] = []
    texts: list[str] = []
    gaps: list[str] = []
    end, before = 0, "("
    for found in _LEAF.finditer(text):
        if found.start() != end:
            raise UnsureError
        end, group = found.end(), found.lastindex or 0
        kind, shown = _KINDS[group - 1], found[group]
        gaps.append(" " if found[1] and kind != ")" and before != "(" else "")
        if kind == "s":
            shown = _quoted(shown)
        elif shown == "=":
            kind = "="
        kinds.append(kind)
        texts.append(shown)
        before = kind
    if end < len(text):
        raise UnsureError
    leaves = Leaves(kinds, texts, gaps)
    if not all(_is_known(leaves, at) for at, kind in enumerate(kinds) if kind in "wso"):
        raise UnsureError
    leaves.match()
    return leaves


def _is_known(leaves: Leaves, at: int) -> bool:
    """Whether a leaf is what this module takes it for."""
    kind, shown = leaves.kind[at], leaves.shown[at]
    if kind == "w":
        if shown == "lambda":
            return leaves.shown[at + 1 : at + 2] == [":"] and leaves.shown[0] != "def"
        if shown in _UNKNOWN:
            return not at or (leaves.shown[0] == "from" and shown in {"import", "as"})
        return not shown[0].isdigit() or shown == shown.lower()
    if kind == "s":
        return not at or leaves.kind[at - 1] != "w" or bool(leaves.gap[at])
    if kind != "o" or shown not in {"*", "**", "-", "/"}:
        return True
    before = leaves.kind[at - 1] if at else "("
    if shown == "/":
        return before == "," and leaves.kind[at + 1 : at + 2] in ([","], [")"])
    return before in "(,k=" or leaves.shown[at - 1] == ":"


def _quoted(text: str) -> str:
    """A string with the quotes that black prefers: double ones, unless they need more escapes."""
    if text[0] == '"' and '\\"' not in text and "\\'" not in text:
        return text
    if text[0] in "fr":
        if "'" in text or "\\" in text:
            raise UnsureError
        return text
    quote = text[0]
    other = "'" if quote == '"' else '"'
    body = re.sub(rf"(?<!\\)((?:\\\\)*)\\{other}", rf"\1{other}", text[1:-1])
    changed = re.sub(rf"(?<!\\)((?:\\\\)*)\\{quote}", rf"\1{quote}", body)
    changed = re.sub(rf"(?<!\\)((?:\\\\)*){other}", rf"\1\\{other}", changed)
    more = changed.count("\\") - body.count("\\")
    if more > 0 or (more == 0 and quote == '"'):
        return f"{quote}{body}{quote}"
    return f"{other}{changed}{other}"


def _outside(leaves: Leaves, start: int, end: int) -> list[int]:
    """The leaves between two positions that stand in no bracket there; of a bracket, both ends."""
    found, at = [], start
    while at < end:
        found.append(at)
        if leaves.kind[at] == "(":
            at = leaves.mate[at]
            found.append(at)
        at += 1
    return found


def _imported(leaves: Leaves) -> list[tuple[int, int]]:
    if "import" not in leaves.shown:
        raise UnsureError
    return [(leaves.shown.index("import") + 1, len(leaves.kind))]


def _assigned(leaves: Leaves) -> list[tuple[int, int]]:
    """The annotation and the value of an assignment; nothing of a call."""
    kinds, shown, count = leaves.kind, leaves.shown, len(leaves.kind)
    outside = _outside(leaves, 0, count)
    equals = [at for at in outside if kinds[at] == "="]
    before = [at for at in outside if not equals or at < equals[0]]
    colons = [at for at in before if shown[at] == ":"]
    if len(equals) > 1 or len(colons) > 1 or kinds[1:2] == ["w"]:
        raise UnsureError
    if any(kinds[at] == "," for at in outside):
        raise UnsureError
    if not equals and not colons:
        if kinds[-1] != ")" or any(kinds[at] == "o" for at in outside):
            raise UnsureError
        return []
    value = equals[0] if equals else count
    noted = [(at + 1, value) for at in colons]
    return [*noted, (value + 1, count)] if equals else noted


def _annotated(leaves: Leaves) -> list[tuple[int, int]]:
    """The annotations of a signature."""
    kinds, shown, count = leaves.kind, leaves.shown, len(leaves.kind)
    if count < 6 or kinds[2] != "(" or kinds[3] == ")" or shown[-1] != ":":
        raise UnsureError
    close = leaves.mate[2]
    spans, start, is_union = [], 0, False
    for at in [*_outside(leaves, 3, close), close]:
        if shown[at] == ":" and not start:
            start, is_union = at + 1, shown[at + 1] in {"(", "[", "{"}
        elif start > 0 and (kinds[at] in ",=" or at == close):
            spans += [(start, at)] if is_union else []
            start = -1
        is_union = is_union or shown[at] == "|"
        if kinds[at] == ",":
            start = 0
    if shown[close + 1] == "->":
        spans.append((close + 2, count - 1))
    elif close + 2 != count:
        raise UnsureError
    return spans


def _wrapped(leaves: Leaves, spans: list[tuple[int, int]]) -> Leaves:
    """The leaves with parentheses around the spans, which are shown where a line is split there."""
    starts, ends, needless = _needed(leaves, spans)
    if starts or ends or needless:
        leaves.wrap(starts, ends, needless)
        leaves.match()
    leaves.weigh()
    return leaves


def _needed(leaves: Leaves, spans: list[tuple[int, int]]) -> tuple[set[int], set[int], set[int]]:
    """Where parentheses may be shown, where they end, and which that are there already may go."""
    starts, ends, needless = set(), set(), set()
    for start, end in spans:
        if not _is_held(leaves, start, end):
            starts.add(start)
            ends.add(end)
        elif leaves.shown[0] == "from" or _is_needless(leaves, start):
            needless |= {start, end - 1}
    for at, shown in enumerate(leaves.shown):
        if shown in {"[", "{"} and leaves.mate[at] > at + 2:
            start, end = at + 1, leaves.mate[at]
            is_listed = not at or not _is_called(leaves, at)
            if is_listed and _is_held(leaves, start, end) and _is_needless(leaves, start):
                needless |= {start, end - 1}
    return starts, ends, needless


def _is_held(leaves: Leaves, start: int, end: int) -> bool:
    """Whether all between two positions stands in parentheses."""
    return leaves.shown[start] == "(" and leaves.mate[start] == end - 1


def _is_needless(leaves: Leaves, start: int) -> bool:
    """Whether parentheses hold neither a tuple nor nothing."""
    inside = _outside(leaves, start + 1, leaves.mate[start])
    if inside and _is_held(leaves, start + 1, leaves.mate[start]):
        raise UnsureError
    return bool(inside) and not any(leaves.kind[at] == "," for at in inside)


def _is_called(leaves: Leaves, start: int) -> bool:
    """Whether a bracket is a call's or a subscript's."""
    before = leaves.kind[start - 1]
    return before in "s)" or (before == "w" and leaves.shown[start - 1] not in _NO_WORDS)
