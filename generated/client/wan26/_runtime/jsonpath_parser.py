"""The grammar of JSONPath (RFC 9535): a text becomes a tree, checked for well-typedness."""

from __future__ import annotations

from typing import Final, cast

from .jsonpath_scanner import Scanner
from .jsonpath_syntax import (
    And,
    Call,
    Comparison,
    Expression,
    FilterSelector,
    IndexSelector,
    Literal,
    NameSelector,
    Not,
    Operator,
    Or,
    Query,
    Segment,
    Selector,
    SliceSelector,
    WildcardSelector,
)

__all__ = ["MAXIMUM_DEPTH", "MAXIMUM_LENGTH", "parse_query"]

MAXIMUM_LENGTH: Final = 20_000
MAXIMUM_DEPTH: Final = 64

# name: what each parameter takes and what comes back (RFC 9535, 2.4)
_FUNCTIONS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "length": (("value",), "value"),
    "count": (("nodes",), "value"),
    "match": (("value", "value"), "logical"),
    "search": (("value", "value"), "logical"),
    "value": (("nodes",), "value"),
}
_OPERATORS: Final = ("==", "!=", "<=", ">=", "<", ">")
_WORDS: Final = {"true": True, "false": False, "null": None}


def parse_query(text: str) -> Query:
    """Parse a query from the root.

    Raises:
        JSONPathError: the text is no query, is too long, or nests too deeply.
    """
    scanner = Scanner(text)
    if len(text) > MAXIMUM_LENGTH:
        raise scanner.error(f"longer than {MAXIMUM_LENGTH} characters")
    scanner.need("$")
    segments = _Parser(scanner).segments()
    if not scanner.ended:
        raise scanner.error("expected '.', '..' or '['")
    return Query(start="$", segments=segments, at=0)


class _Parser:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._depth = 0

    def segments(self) -> tuple[Segment, ...]:
        scanner = self._scanner
        found: list[Segment] = []
        while True:
            before = scanner.position
            scanner.blanks()
            if not scanner.sees(".", "["):
                scanner.position = before  # blanks at the end belong to whoever comes next
                return tuple(found)
            found.append(self._segment())

    def _segment(self) -> Segment:
        scanner = self._scanner
        at = scanner.position
        dots = scanner.take("..", ".")
        brackets = dots != "." and scanner.sees("[")
        selectors = self._bracketed() if brackets else (self._shorthand(),)
        return Segment(selectors=selectors, descendant=dots == "..", at=at)

    def _shorthand(self) -> Selector:
        at = self._scanner.position
        if self._scanner.take("*"):
            return WildcardSelector(at=at)
        return NameSelector(name=self._scanner.name(), at=at)

    def _bracketed(self) -> tuple[Selector, ...]:
        scanner = self._scanner
        scanner.need("[")
        found: list[Selector] = []
        while True:
            scanner.blanks()
            found.append(self._selector())
            scanner.blanks()
            if not scanner.take(","):
                break
        scanner.need("]")
        return tuple(found)

    def _selector(self) -> Selector:
        scanner = self._scanner
        at = scanner.position
        name = scanner.string()
        if name is not None:
            return NameSelector(name=name, at=at)
        if scanner.take("*"):
            return WildcardSelector(at=at)
        if scanner.take("?"):
            scanner.blanks()
            return FilterSelector(condition=self._condition(), at=at)
        return self._index_or_slice(at)

    def _index_or_slice(self, at: int) -> Selector:
        scanner = self._scanner
        start = scanner.integer()
        end = scanner.position
        scanner.blanks()
        if not scanner.take(":"):
            if start is None:
                raise scanner.error("expected a name in quotes, an index, a slice, '*' or '?'", at)
            scanner.position = end
            return IndexSelector(index=start, at=at)
        scanner.blanks()
        stop = scanner.integer()
        scanner.blanks()
        step = None
        if scanner.take(":"):
            scanner.blanks()
            step = scanner.integer()
        return SliceSelector(start=start, stop=stop, step=step, at=at)

    def _condition(self) -> Expression:
        return self._tested(self._expression())

    def _expression(self) -> Expression:
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise self._scanner.error(f"nests deeper than {MAXIMUM_DEPTH} levels")
        at = self._scanner.position
        operands = [self._conjunction()]
        while self._operator("||"):
            operands.append(self._conjunction())
        self._depth -= 1
        if len(operands) == 1:
            return operands[0]
        return Or(operands=tuple(map(self._tested, operands)), at=at)

    def _conjunction(self) -> Expression:
        at = self._scanner.position
        operands = [self._basic()]
        while self._operator("&&"):
            operands.append(self._basic())
        if len(operands) == 1:
            return operands[0]
        return And(operands=tuple(map(self._tested, operands)), at=at)

    def _operator(self, *words: str) -> str:
        scanner = self._scanner
        before = scanner.position
        scanner.blanks()
        word = scanner.take(*words)
        if word:
            scanner.blanks()
        else:
            scanner.position = before
        return word

    def _basic(self) -> Expression:
        scanner = self._scanner
        at = scanner.position
        if scanner.take("!"):
            scanner.blanks()
            operand = self._group() if scanner.sees("(") else self._comparable()
            return Not(operand=self._tested(operand), at=at)
        if scanner.sees("("):
            return self._group()
        left = self._comparable()
        operator = self._operator(*_OPERATORS)
        if not operator:
            return left
        right = self._comparable()
        return Comparison(
            left=self._compared(left),
            operator=cast("Operator", operator),
            right=self._compared(right),
            at=at,
        )

    def _group(self) -> Expression:
        scanner = self._scanner
        scanner.need("(")
        scanner.blanks()
        inner = self._condition()
        scanner.blanks()
        scanner.need(")")
        return inner

    def _comparable(self) -> Literal | Query | Call:
        scanner = self._scanner
        at = scanner.position
        start = scanner.take("$", "@")
        if start:
            return Query(start="$" if start == "$" else "@", segments=self.segments(), at=at)
        text = scanner.string()
        if text is not None:
            return Literal(value=text, at=at)
        function = scanner.function()
        if function:
            return self._call(function, at)
        number = scanner.number()
        if number is not None:
            return Literal(value=number, at=at)
        word = scanner.take(*_WORDS)
        if word:
            return Literal(value=_WORDS[word], at=at)
        raise scanner.error("expected '@', '$', a literal, a function or '('")

    def _call(self, name: str, at: int) -> Call:
        scanner = self._scanner
        if name not in _FUNCTIONS:
            raise scanner.error(f"there is no function {name!r}", at)
        scanner.need("(")
        scanner.blanks()
        arguments: list[Expression] = []
        while not scanner.take(")"):
            if arguments:
                scanner.need(",")
                scanner.blanks()
            arguments.append(self._expression())
            scanner.blanks()
        kinds = _FUNCTIONS[name][0]
        if len(arguments) != len(kinds):
            raise scanner.error(f"{name}() takes {len(kinds)}, not {len(arguments)}", at)
        checked = (
            self._argument(argument, kind) for argument, kind in zip(arguments, kinds, strict=True)
        )
        return Call(name=name, arguments=tuple(checked), at=at)

    def _argument(self, argument: Expression, kind: str) -> Literal | Query | Call:
        if kind == "nodes":
            if isinstance(argument, Query):
                return argument
            raise self._scanner.error("expected a query", argument.at)
        return self._compared(argument)

    def _compared(self, side: Expression) -> Literal | Query | Call:
        """Only what gives one value can be compared."""
        if isinstance(side, Literal):
            return side
        if isinstance(side, Query):
            if side.singular:
                return side
            raise self._scanner.error("this query may select several values", side.at)
        if isinstance(side, Call):
            if _FUNCTIONS[side.name][1] == "value":
                return side
            raise self._scanner.error(f"{side.name}() is true or false, no value", side.at)
        raise self._scanner.error("expected a value", side.at)

    def _tested(self, condition: Expression) -> Expression:
        """Only what is true or false, or selects, can be tested."""
        if isinstance(condition, Literal):
            raise self._scanner.error("a literal must be compared with something", condition.at)
        if isinstance(condition, Call) and _FUNCTIONS[condition.name][1] == "value":
            raise self._scanner.error(
                f"what {condition.name}() gives must be compared with something", condition.at
            )
        return condition
