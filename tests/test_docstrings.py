"""Docstrings and strings of woven modules: the document's text, in a shape that linters take as it is."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from specloom.python.confusables import escaped_confusables
from specloom.python.spelling import docstring, literal, note

RUFF = Path(sys.executable).with_name("ruff")
TEXTS = [
    "One sentence.",
    "no stop, and no capital",
    "A first sentence. " + "Then many more words that fill a line. " * 5,
    "a very long first sentence that says, in many words, what could be said in few, and goes on and on and on and on",
    "word " * 60,
    "x" * 150,
    "Possible values:\n- one\n- two",
    "# A heading\nAnd its text.",
    "| a | b |\n|---|---|",
    "```\ncode()\n```",
    r"A path C:\new\table and a pattern \d+.",
    r"Ends with a backslash \ ".strip(),
    'Three quotes """ and a backslash \\ too.',
    "Don\u2019t \u2013 ever \u2013 mix \u0430scii and Cyrillic.",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440.",
    "\u4e2d\u6587" * 80,
    "\u4e2d\u6587 word " * 30,
    "\x00 control \x1b[31m and \u202e and a lone \ud800.",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("indent", [0, 4, 8])
def test_a_docstring_is_one_string_without_its_quotes_in_the_way(text: str, indent: int) -> None:
    written = docstring(text, indent)
    said = ast.literal_eval(written)
    kept = "".join(said.replace("...", "").split()).lower()
    for word in text.split():
        assert word.lower().lstrip("#") in kept
    lines = written.split("\n")
    assert len(lines) == 1 or not lines[1].strip(), "the summary has a line of its own"


def test_ruff_takes_every_docstring_and_string(tmp_path: Path) -> None:
    texts = [text for text in TEXTS if "x" * 150 not in text and "\ud800" not in text]
    classes = (f"class A{number}:\n    {docstring(text)}\n" for number, text in enumerate(texts))
    strings = "".join(f"text_{number} = {literal(text)}\n" for number, text in enumerate(texts))
    (tmp_path / "described.py").write_text("\n\n".join([docstring("Words.", 0), *classes]), "utf-8")
    (tmp_path / "strings.py").write_text(f"{docstring('Strings.', 0)}\n\n{strings}", "utf-8")
    done = _ruff(tmp_path, "described.py", "D,E501,RUF001,RUF002,W,UP")
    assert done.returncode == 0, done.stdout
    done = _ruff(tmp_path, "strings.py", "RUF001,W,UP")
    assert done.returncode == 0, done.stdout


def _ruff(folder: Path, name: str, rules: str) -> subprocess.CompletedProcess[str]:
    command = [str(RUFF), "check", "--isolated", "--no-cache", "--line-length", "100"]
    command += ["--select", rules, "--config", 'lint.pydocstyle.convention = "google"', name]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("text", TEXTS)
def test_a_note_is_the_text_itself(text: str) -> None:
    said = ast.literal_eval(note(text))
    assert "".join(said.split()) == ("".join(text.split()) or "Notdescribed.")


def test_words_of_another_script_stay_readable() -> None:
    assert (
        literal("\u041f\u0440\u0438\u0432\u0435\u0442") == '"\u041f\u0440\u0438\u0432\u0435\u0442"'
    )
    assert literal("it\u2019s") == '"it\\u2019s"'
    assert docstring("It\u2019s.") == '"""It\\u2019s."""'
    assert ast.literal_eval(docstring("It\u2019s.")) == "It\u2019s."
    assert escaped_confusables("plain") == set()


def test_a_text_with_backslashes_is_raw_where_it_can_be() -> None:
    assert docstring(r"Matches \d+.") == r'r"""Matches \d+."""'
    assert docstring('A \\ and """.') == '"""A \\u005c and \\"\\"\\"."""'
