"""Hostile documents: whatever a document says stays data, in every file that is woven and on the terminal."""

from __future__ import annotations

import ast
import copy
import json
import os
import random
import tomllib
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.hostile import ATTACKS, filled, slots
from tests.test_docs_markdown import check_harmless

from specloom import pipeline
from specloom.diagnostics import Report
from specloom.openapi.validate import Validation
from specloom.paths import check_paths
from specloom.targets.client import render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specloom.pipeline import Woven

# Each document holds a hostile text in each of some hundred slots. More of them: HOSTILE_DOCUMENTS=1000 make test.
DOCUMENTS = int(os.environ.get("HOSTILE_DOCUMENTS", "20"))
SLOTS = slots()

# Any character may stand in a document, but for halves of pairs.
ODD = "\0\t\n\r\x1b\x7f\x85\xad\u0301\u200b\u2028\u202e\ufeff\U000e0001\U0010ffff\"'\\{}[]()<>&%$#`*_|~/.:;,=@! "


def texts_of(seed: int) -> list[str]:
    """A hostile text for each slot: an attack, several of them, or any characters."""
    chosen = random.Random(seed)  # noqa: S311 - it must be the same every time
    return [_text(chosen) for _ in SLOTS]


def _text(chosen: random.Random) -> str:
    kind = chosen.random()
    if kind < 0.6:
        return chosen.choice(ATTACKS)
    if kind < 0.8:
        return "".join(chosen.choices(ATTACKS, k=chosen.randint(2, 3)))
    return "".join(_character(chosen) for _ in range(chosen.randint(0, 12)))


def _character(chosen: random.Random) -> str:
    if chosen.random() < 0.6:
        return chosen.choice(ODD)
    code = chosen.randrange(0x20, chosen.choice((0x7F, 0x250, 0x3000, 0xD800)))
    return chr(code)


@pytest.fixture(scope="module")
def fast() -> Iterator[None]:
    """Weaving without other processes: black changes no syntax tree, and the validator weaves nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "laid_out", str)
        patch.setattr(Validation, "__init__", lambda validation, *_: None)
        patch.setattr(Validation, "tell", lambda validation, report: None)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def woven(document: dict[str, Any], folder: Path) -> Woven:
    path = folder / "hostile.json"
    path.write_text(json.dumps(document), "utf-8")
    made = pipeline.weave(path, package="hostile")
    assert made.api is not None, made.findings
    return made


def own(made: Woven) -> dict[str, str]:
    """The files that depend on the document."""
    return {
        file.path: file.content.decode() for file in made.files if "/_runtime/" not in file.path
    }


def shape(made: Woven) -> Counter[str]:
    """How often each statement stands in the woven modules, without names and constants."""
    found: Counter[str] = Counter()
    for path, text in own(made).items():
        if path.endswith(".py"):
            for node in ast.walk(ast.parse(text, path)):
                if isinstance(node, ast.stmt) and not isinstance(node, ast.ClassDef):
                    found[_abstract(node)] += 1
                elif isinstance(node, ast.ClassDef):
                    found[f"class {len(node.body)} {len(node.bases)}"] += 1
    return found


def _abstract(statement: ast.stmt) -> str:
    bare = copy.deepcopy(statement)
    for node in ast.walk(bare):
        for name, value in ast.iter_fields(node):
            if isinstance(value, str):
                setattr(node, name, "name")
            elif name == "names" and isinstance(node, ast.Global):
                raise AssertionError("no woven module says global")
        if isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
    return ast.dump(bare)


def check_data(made: Woven) -> None:
    """What every woven client keeps to, whatever its document says."""
    report = Report()
    check_paths([file.path for file in made.files], folder_of(made), report)
    assert not report.diagnostics
    for file in made.files:
        assert len(file.path) < 200
        assert file.path.isprintable()
    for path, text in own(made).items():
        check_file(path, text)
    check_terminal(made.findings)
    check_terminal(made.hints)


def folder_of(made: Woven) -> Path:
    return made.documents.root.path.parent / "out"


def check_file(path: str, text: str) -> None:
    if path.endswith(".py"):
        check_module(path, text)
    elif path.endswith(".json"):
        json.loads(text, parse_constant=refuse)
    elif path.endswith(".toml"):
        project = tomllib.loads(text)
        assert "pwned" not in {*project, *project.get("tool", {})}
        assert project["project"]["name"] == "hostile"
    elif path.startswith("docs/"):
        check_harmless(text)
    hidden = [char for char in text if unicodedata.category(char) in {"Cc", "Cf"} and char != "\n"]
    assert hidden == [], path


def refuse(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def check_module(path: str, text: str) -> None:
    """A module imports nothing and calls nothing that the document named."""
    for node in ast.walk(ast.parse(text, path)):
        match node:
            case ast.Import(names=names):
                assert {name.name for name in names} <= {"builtins", "datetime", "httpx2", "sys"}
            case ast.Call(func=ast.Name(id=name)):
                assert name not in {"pwned", "__import__", "eval", "exec", "compile", "open"}
            case ast.ImportFrom(module=module, level=level):
                assert "pwned" not in (module or "") or level
            case ast.Name(id=name) | ast.arg(arg=name):
                assert name.isascii() or name == unicodedata.normalize("NFKC", name)
    assert "type: ignore" not in comments(text)
    assert "noqa" not in comments(text)


def comments(text: str) -> str:
    import io
    import tokenize

    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join(token.string for token in tokens if token.type == tokenize.COMMENT)


def check_terminal(text: str) -> None:
    """Nothing moves the cursor, colours, hides, or turns the direction of writing."""
    bad = [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}]
    assert bad == []


@pytest.fixture(scope="module")
def harmless(fast: None, folder: Path) -> Counter[str]:
    return shape(woven(filled([""] * len(SLOTS), marked=True), folder))


@pytest.mark.parametrize("seed", range(DOCUMENTS))
def test_a_hostile_text_is_data_and_changes_no_statement(
    seed: int, harmless: Counter[str], folder: Path
) -> None:
    made = woven(filled(texts_of(seed), marked=True), folder)
    check_data(made)
    found = shape(made)
    assert (found - harmless, harmless - found) == (Counter(), Counter())


@pytest.mark.parametrize("seed", range(DOCUMENTS))
def test_a_name_that_is_nothing_but_hostile_still_makes_a_client(
    seed: int, fast: None, folder: Path
) -> None:
    check_data(woven(filled(texts_of(seed), marked=False), folder))
