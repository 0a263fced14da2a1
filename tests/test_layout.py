"""Woven Python is laid out as black lays it out, or left to black."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.weaving import SPEC

from specloom.pipeline import weave
from specloom.python.format import format_text, laid_out
from specloom.python.layout import lay_out
from specloom.python.leaves import UnsureError, read_statement
from specloom.python.spelling import literal
from specloom.python.splitting import split_statement, width
from specloom.targets.client import render

KITCHEN_SINK = Path(__file__).parent / "golden" / "kitchen_sink" / "document.yaml"
MANY = ", ".join(f"argument_{number}=value_{number}" for number in range(8))
SHORT = "argument_0=value_0, argument_1=value_1, argument_2=value_2, third=3"
NAMES = ", ".join(f'"NameOf{number}"' for number in range(20))
PAIRS = ", ".join(f'"key_{number}": value_{number}' for number in range(9))
UNION = " | ".join(f"models.SomethingWithALongName{number}" for number in range(5))
TEXTS = '"What is so long that it stands in pieces " "beneath each other, as a reader likes it"'
LINE, WIDE, ACCENTS = "x" * 50, "漢字" * 22, "e\u0301" * 44

SHAPES = {
    "what fits stays": 'VALUE = call(1, *rest, name="x")',
    "what is too long is split": f'VALUE = call("{LINE}{LINE[:40]}")',
    "arguments that fit stand on one line": f"VALUE = call_something({SHORT}, last=1)",
    "arguments that do not stand beneath each other": f"VALUE = call({MANY})",
    "a call within a call opens where it has to": f"VALUE = call(first=other({MANY}), second=2)",
    "a tuple of several opens at once": f'VALUE = call(("{LINE}", "{LINE}"), name=1)',
    "a tuple of one stays closed": f"VALUE = call(answers=(Answer({SHORT}),), last=1)",
    "a comma keeps brackets open": "VALUE = call(lambda: (First, Second,), 1)",
    "a tuple of one needs its comma": "VALUE = call(lambda: (First,), 1)",
    "a list of names": f"__all__ = [{NAMES}]",
    "a mapping": f"        body = {{{PAIRS}}}",
    "a text in pieces within a call": f"VALUE = call(first=1, second={TEXTS}, third=({TEXTS}))",
    "a text in pieces loses needless brackets": 'VALUE = ("short " "pieces")',
    "a long text in pieces keeps them": f"VALUE = ({TEXTS} {TEXTS})",
    "a text in a mapping": f'VALUES = {{"{LINE}": ({TEXTS}), "other": ("one",)}}',
    "a list of one text": f"VALUES = [({TEXTS})]",
    "a text that cannot be split": f'VALUE = "{LINE}{LINE}"',
    "a text with quotes": "VALUE = call('plain', 'it is \"so\"', 'it\\'s \"so\"', 'it\\'s')",
    "wide letters take two columns": f'VALUE = call("{WIDE}", second=1)',
    "some letters take no column": f'VALUE = call("{ACCENTS}", second=1, third=2)',
    "an import of many names": f"from .models import {NAMES}".replace('"', ""),
    "an import of one name": f"from .{LINE}_module import AnAlmost{LINE}Name",
    "an import that is open": "from .models import (\n    First,\n    Second,\n)",
    "a field": f"    field: {UNION} | UnsetType = UNSET",
    "a field without a default": f"field: {UNION}",
    "a field of a long subscript": f"field: dict[str, dict[str, {UNION}]] | UnsetType = UNSET",
    "a union of types": f"Choice: TypeAlias = {UNION}",
    "a union of two types": f"Choice: TypeAlias = models.{LINE} | models.{LINE}",
    "a constant with an annotation": f'GET: Operation[models.Thing] = Operation(name="get", {MANY})',
    "a long annotation and a value": f"GET: Operation[{UNION}] = Operation({MANY})",
    "an annotation that opens, and a value": f"GET_{LINE}: Operation[list[{UNION}]] = FOUND",
    "a constant of a long word": f"NAME_{LINE}: Final[str] = OTHER_{LINE}",
    "a chain of calls": f"VALUE = first(1).second({MANY}).third",
    "a call as a statement": f"register({MANY})",
    "bases and keywords of a class": f"class Thing(runtime.Model, rename={{{PAIRS}}}):",
    "unpacked sequences": f"VALUE = (*alike({SHORT}), *alike(1, 2), -1, Parameter(2))",
    "a lambda of a union": f"VALUE = call(1, lambda: {UNION}, 2)",
}
SIGNATURES = {
    "one that fits": "(self, *, name: str) -> None",
    "parameters on one line": f"(self, *, n{LINE}: str, other: int = 1) -> dict[str, str]",
    "parameters beneath each other": f"(self, *, a: models.{LINE}, **options: Unpack[Options]) -> None",
    "one parameter": f"(the_only_one: models.{LINE}) -> models.{LINE}",
    "one parameter with commas": f"(one: dict[str, models.{LINE}]) -> models.{LINE}",
    "one parameter with a call": f"(one: models.{LINE} = call(1, 2)) -> models.{LINE}",
    "a union as a parameter": f"(self, *, value: {UNION} = UNSET, other: int) -> None",
    "a subscript as a parameter": f"(self, *, value: Sequence[{UNION}] = UNSET, other: int) -> None",
    "a long word as a parameter": f"(self, *, value: models.{LINE}{LINE} = UNSET) -> None",
    "a union as a result": f"(self, *, name: str) -> {UNION}",
    "a subscript as a result": f"(self, *, name: str) -> Job[dict[str, list[{UNION}]]]",
    "subscripts with commas as a result": f"(self) -> dict[str, dict[str, models.{LINE}{LINE}]]",
    "positional and keyword only": f"(self, first, /, second=1, *, third: {UNION}) -> None",
}
MODULES = {
    "a module's docstring": "'''It is.'''\nimport sys\nVALUE = 1\n",
    "imports end with a blank line": "import sys\nfrom a import b\nVALUE = 1\n",
    "imports within a block": """\
if TYPE_CHECKING:
    from a import b



    from c import d
VALUE = 1
""",
    "classes stand apart": """\
class A:
    '''It is.'''
    x: int
class B(A):
    '''It is.'''



    y: int
x = 1
""",
    "methods stand apart": """\
class A:
    x = 1
    @property
    def f(self) -> int:

        return 1
    def g(self) -> int:
        return 2
""",
    "many blank lines": "\n\nx = 1\n\n\n\n\ny = 2\n\n\n\n",
    "a comment after a class": "class A:\n    x = 1\n# What follows.\ny = 2\n",
    "a docstring that is set in": """\
def f() -> None:
    '''It does.

      - one
          more
      - two
    '''
""",
    "a note beneath a field stays": """\
class A:
    x: int
    '''It is.

      - one
    '''
""",
    "a docstring with a backslash at the end of a line": """\
def f() -> None:
    r'''It does.

      - one \\
    '''
""",
    "an open call": """\
def f() -> None:
    call(
        first,
        second={
            1: 2,
        },
    )
""",
    "nothing": "",
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_a_statement_is_laid_out_as_black_does(text: str) -> None:
    depth = (len(text) - len(text.lstrip())) // 4
    heads = [f"{'    ' * level}if here:\n" for level in range(depth)]
    tail = "\n    x = 1" if text.endswith(":") else ""
    _expect_blacks("".join([*heads, text, tail, "\n"]))


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
@pytest.mark.parametrize("name", ["get", "a_method_whose_name_takes_much_of_the_line"])
def test_a_signature_is_laid_out_as_black_does(name: str, signature: str) -> None:
    _expect_blacks(f"class A:\n    def {name}{signature}:\n        return call({MANY})\n")


@pytest.mark.parametrize("text", MODULES.values(), ids=MODULES)
def test_lines_of_a_module_stand_apart_as_black_wants(text: str) -> None:
    _expect_blacks(text.replace("'''", '"""'))


def _expect_blacks(text: str) -> None:
    written = format_text(text)
    assert lay_out(text) == written
    assert lay_out(written) == written


_WORDS = st.sampled_from(["a", "name", "models.Thing", "SomethingWithALongName", "x" * 40])
_VALUES = st.one_of(
    _WORDS,
    st.text(max_size=99).map(literal),
    st.sampled_from(["1", "-2", "0.5", "None", '"text"', f'"{"word " * 9}"']),
)


def _list(parts: st.SearchStrategy[str], *, least: int = 0) -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=least, max_size=5).map(", ".join)


def _mapped(pairs: list[str]) -> str:
    return f"{{{', '.join(pairs)}}}"


def _enclosed(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}({})".format, _WORDS, _list(parts)),
        st.builds("{}(1, key={}, other={})".format, _WORDS, parts, parts),
        st.builds("call(*{}, lambda: {}, {})".format, _WORDS, parts, parts),
        _list(parts, least=1).map("({},)".format),
        _list(parts).map("[{}]".format),
        st.lists(parts.map('"key": {}'.format), max_size=4).map(_mapped),
    )


_CALLS = st.recursive(_VALUES, _enclosed, max_leaves=25)
_TYPES = st.recursive(
    _WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=5).map(" | ".join),
        st.builds("{}[{}]".format, _WORDS, _list(inner, least=1)),
    ),
    max_leaves=12,
)
_PARAMETERS = st.lists(
    st.builds("{}{}".format, _TYPES, st.sampled_from(["", " = None", " = call(1, 2)"])), max_size=5
).map(lambda given: "".join(f", p{at}: {rest}" for at, rest in enumerate(given)))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(value=_CALLS, kind=_TYPES, indent=st.integers(0, 2))
def test_values_of_any_shape_are_laid_out_as_black_does(value: str, kind: str, indent: int) -> None:
    margin = "    " * indent
    heads = [f"{'    ' * level}if here:\n" for level in range(indent)]
    _expect_no_other("".join([*heads, f"{margin}VALUE = {value}\n{margin}A: {kind} = {value}\n"]))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(parameters=_PARAMETERS, result=_TYPES)
def test_signatures_of_any_shape_are_laid_out_as_black_does(parameters: str, result: str) -> None:
    _expect_no_other(f"def method(self{parameters}) -> {result}:\n    return None\n")


def _expect_no_other(text: str) -> None:
    """Where the layout is sure of itself, it is black's."""
    laid_out = lay_out(text)
    assert laid_out is None or laid_out == format_text(text)


UNKNOWN = {
    "a conditional": f"VALUE = first if call({MANY}) else second\n",
    "a sum": f"VALUE = call({MANY}) + 1\n",
    "a comparison": f"VALUE = call({MANY}) == 1\n",
    "a comprehension": f"VALUE = [one for one in call({MANY})]\n",
    "a comment within brackets": "VALUE = call(\n    1,  # the first\n    2,\n)\n",
    "a long condition": f"if call({MANY}):\n    x = 1\n",
    "brackets that go on in the next line": "VALUE = [one,\n    two]\n",
    "brackets without an end": "VALUE = call(\n    1,\n",
    "a text without an end": 'VALUE = 1\n"""It is\n',
    "a block on the line of its head": "if x: y = 1\n",
    "a class without a body": "class A: ...\n",
    "lines set in by three": "if x:\n   y = 1\n",
    "a comment before a function": "x = 1\n# It does.\ndef f() -> None:\n    x = 1\n",
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_templates_never_write_is_left_to_black(text: str) -> None:
    assert lay_out(text) is None


def test_brackets_deeper_than_the_layout_can_follow_are_left_to_black() -> None:
    assert lay_out(f"VALUE = {'(1, ' * 2000}{')' * 2000}\n") is None


def test_black_does_what_the_layout_is_not_sure_of() -> None:
    assert laid_out("VALUE = [x\n for x in y]\n") == "VALUE = [x for x in y]\n"
    assert laid_out("VALUE = ('x')\n") == 'VALUE = "x"\n'


@pytest.mark.parametrize("document", [SPEC, KITCHEN_SINK], ids=["wan26", "kitchen_sink"])
def test_every_woven_module_is_what_black_writes(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    woven: list[str] = []

    def keep(text: str) -> str:
        woven.append(text)
        return text

    monkeypatch.setattr(render, "laid_out", keep)
    weave(document, package="api")
    assert len(woven) > 10
    for text in woven:
        assert lay_out(text) == format_text(text), text[:200]


def test_a_statement_is_split_by_itself_too() -> None:
    assert split_statement("VALUE = call(1, 2,)", 1) == [
        *("    VALUE = call(", "        1,", "        2,", "    )"),
    ]
    with pytest.raises(UnsureError):
        split_statement("VALUE = a + b", 0)
    with pytest.raises(UnsureError):
        read_statement("VALUE = call(]")


def test_the_width_of_a_line_counts_columns() -> None:
    assert width("x" * 101) == 101
    assert width("漢" * 60) == 120
    assert width("漢" * 40) == 40  # it fits in any case
