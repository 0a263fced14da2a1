"""The docs: nothing that a document says breaks a page, and what CommonMark says in it is kept."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from tests.reading import fences, operation, outside, pages_of

from specloom.pipeline import read_api
from specloom.python.templates import RawTextError
from specloom.targets.docs.markdown import code, environment, fence, table, text, words
from specloom.targets.docs.prose import prose

if TYPE_CHECKING:
    from specloom.model.api import Api

HOSTILE = [
    "<script>alert(1)</script>",
    "a `b <script>` c",
    "a `b\n\n<img src=x onerror=alert(1)>",
    "- `x\n- <script>`",
    "&lt;script&gt; &#60;script&#62; &#96;<b>&#96;",
    "\\<script> \\\\<script> &#92;`<script>`",
    "<!-- <script> -->",
    "<a href='x'>y</a> <https://ok.example> <javascript:alert(1)>",
    "````\n```\n<script>\n````",
    "```python\nraise SystemExit(1)\n```",
    "~~~\nopen for ever <script>",
    "&#126;&#126;&#126;\n\n# heading",
    "# One\n\nTwo\n===\n\nThree\n---\n\n## Four",
    "| a | b |\n|---|---|\n| `x | y` | <b> |",
    "a | b\n--- | ---\n`c | <script>`",
    "[x]: javascript:alert(1)\n\n[x] [y][x] [z](javascript:alert(1)) [w](java&#115;cript:alert)",
    "![track](https://evil.example/a.png) &#33;[track](https://evil.example/b.png)",
    "[ok](https://good.example/a_b) [rel](other.md) [proto](//evil.example)",
    "bidi \u202e hidden \u200b zero \x1b[31m control \u2066",
    "> quote\n> <script>\n\n1. one\n   ```\n   <script>\n2. two",
    "    indented <script>",
    "\\",
    "`",
    "trailing \\",
    "a\r\n<script>\rb",
]


def is_closed(page: str) -> bool:
    """Whether every fence ends, by CommonMark's rules."""
    mark = ""
    for line in page.split("\n"):
        found = re.match(r" {0,3}(`{3,}|~{3,})([^`]*)$", line)
        if found and not mark:
            mark = found[1]
        elif found and mark and found[1].startswith(mark) and not found[2].strip():
            mark = ""
    return not mark


def check_harmless(page: str) -> None:
    assert is_closed(page)
    read = outside(page)
    assert not re.search(r"<(?!https?://|mailto:)", read), read
    assert "![" not in read
    for target in re.findall(r"\]\(([^)]*)\)", read):
        assert re.match(r"https?://|mailto:|[\w.-]*(#|\.md)", target), target
    assert not re.search(r"^ {0,3}\[[^\]]*\]:", read, re.MULTILINE)
    hidden = [char for char in page if unicodedata.category(char) in {"Cc", "Cf"} and char != "\n"]
    assert hidden == []


MARK = "said by the document"


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Api:
    """An API in which everything that may be said is said by the same words."""
    field = {"type": "string", "description": MARK, "default": MARK, "enum": [MARK, "b"]}
    schema = {"type": "object", "description": MARK, "properties": {"p": field}}
    content = {"application/json": {"schema": schema, "examples": {MARK: {"value": {"p": MARK}}}}}
    call = operation("makeThing", tags=["things"], summary=MARK, description=MARK)
    call["requestBody"] = {"required": True, "description": MARK, "content": content}
    call["responses"] = {"200": {"description": MARK, "content": content}}
    path = tmp_path_factory.mktemp("marked") / "marked.json"
    document = {
        "openapi": "3.1.0",
        "info": {"title": MARK, "version": MARK, "summary": MARK, "description": MARK},
        "tags": [{"name": "things", "description": MARK}],
        "servers": [{"url": "https://a.example", "description": MARK}],
        "paths": {"/things": {"post": call}},
        "x-error-codes": {"1": {"name": "One", "kind": "request", "message": MARK}},
    }
    path.write_text(json.dumps(document), "utf-8")
    read = read_api(path, package="marked")
    assert read.api is not None, read.findings
    return read.api


def saying(value: Any, said: str) -> Any:
    """A part of a model with other words in place of the mark."""
    if isinstance(value, str):
        return said if value == MARK else value
    if isinstance(value, tuple):
        return tuple(saying(part, said) for part in value)
    if isinstance(value, Mapping):
        return {saying(key, said): saying(part, said) for key, part in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        return dataclasses.replace(
            value, **{key: saying(part, said) for key, part in parts.items()}
        )
    return value


def ran(page: str) -> list[str]:
    return [content for language, content in fences(page) if language == "python"]


@pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_document_says_cannot_leave_its_place(said: str, marked: Api) -> None:
    pages, plain = pages_of(saying(marked, said)), pages_of(marked)
    for name, page in pages.items():
        assert MARK not in page
        check_harmless(page)
        assert len(ran(page)) == len(ran(plain[name]))
        for block in ran(page):
            compile(block, name, "exec")


def test_everything_that_a_document_says_is_told(marked: Api) -> None:
    told = "\n".join(pages_of(saying(marked, "unheard of")).values())
    assert told.count("unheard of") > 20


@pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
def test_a_cell_holds_any_text(said: str) -> None:
    made = table(("a", "b"), [(words(said), code(said)), (text(said), code("|"))])
    check_harmless(made)
    rows = made.split("\n")
    assert len(rows) == 4
    for row in rows:
        assert len(re.split(r"(?<!\\)\|", row)) == 4, row


def test_headings_of_a_description_are_demoted() -> None:
    assert prose("# One\n\nTwo\n===\n\nThree\n---\n\n###### Six", 4).split("\n\n") == [
        "#### One",
        "#### Two",
        "##### Three",
        "###### Six",
    ]


def test_what_commonmark_says_is_kept() -> None:
    said = "A *b* **c** `d <e>`\nf [g](https://h.example).\n\n- i\n  j\n  - k\n- l\n\n1. m\n2. n"
    assert prose(said) == (
        "A *b* **c** `d <e>` f [g](https://h.example).\n\n- i j\n    - k\n- l\n\n1. m\n2. n"
    )


def test_a_table_of_a_description_stays_one() -> None:
    assert prose("|a|b|\n|---|:-:|\n|`x`|y\\|z|") == "| a | b |\n| --- | --- |\n| `x` | y\\|z |"


def test_a_fence_of_a_description_is_never_taken_for_an_example_of_ours() -> None:
    assert prose("```python\nx = 1\n```") == "```py\nx = 1\n```"
    assert prose("```json\n{}\n```") == "```json\n{}\n```"
    assert prose("~~~ruby\nputs 1\n~~~") == "```text\nputs 1\n```"


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("``", "` `` `"),
        (" ", "`   `"),
        ("", "`  `"),
        ("a\nb", "`a b`"),
        ("\u202ea", "`\\u202ea`"),
    ],
)
def test_a_code_span_holds_any_backticks(said: str, span: str) -> None:
    assert code(said) == span


def test_a_fence_is_longer_than_what_is_in_it() -> None:
    assert fence("text", "a\n```\n````\nb") == "`````text\na\n```\n````\nb\n`````"


@pytest.mark.parametrize(
    "said",
    ["# a", "1. a", "- a", "> a", "*a*", "[a](b)", "a_b_ c", "<b>", "&lt;", "~~~", "`a`", "\\"],
)
def test_plain_words_are_shown_as_they_are(said: str) -> None:
    unescaped = re.sub(
        r"\\([!-/:-@\[-`{-~])", r"\1", text(said).replace("&lt;", "<").replace("&amp;", "&")
    )
    assert unescaped.replace("<", "&lt;") == said.replace("<", "&lt;") or unescaped == said
    assert text(said) != said


def test_a_template_cannot_print_what_nobody_made_markdown() -> None:
    template = environment("specloom.targets.docs").from_string("{{ said }}")
    with pytest.raises(RawTextError):
        template.render(said="<b>")
    assert template.render(said=text("<b>")) == "&lt;b>"
