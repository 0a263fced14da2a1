"""Every code that the generator can say has a paragraph in docs/diagnostics.md, and every paragraph has its code."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
GENERATOR = ROOT / "generator" / "specloom"
DOCS = ROOT / "docs" / "diagnostics.md"

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Calls whose first argument is a code.
SAYING = {"error", "warning", "hint", "UnreadableError"}


def sources() -> Iterator[Path]:
    # What is copied into a client logs and raises; it reports nothing.
    files = (path for path in GENERATOR.rglob("*.py") if "runtime" not in path.parts)
    yield from sorted(files)


def words(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def codes_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if name in SAYING and len(node.args) > 1:
                yield from words(node.args[0])
            if ast.unparse(node.func) == "_CODES.get":
                yield from words(node.args[1])
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield from words(keyword.value)
        elif (
            isinstance(node, ast.AnnAssign)
            and getattr(node.target, "id", "") == "code"
            and node.value
        ):
            yield from words(node.value)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_CODES":
            values = node.value.values if isinstance(node.value, ast.Dict) else []
            yield from (word for value in values for word in words(value))


def said() -> set[str]:
    found = {code for path in sources() for code in codes_in(ast.parse(path.read_text("utf-8")))}
    return {code for code in found if CODE.fullmatch(code)}


def told() -> list[str]:
    return re.findall(r"^### `(.+)`$", DOCS.read_text("utf-8"), re.MULTILINE)


def test_the_codes_are_found() -> None:
    samples = {
        "yaml-syntax",
        "dangling-reference",
        "openapi-type",
        "openapi-other",
        "state-missing",
        "fallback",
    }
    assert samples <= said()


def test_every_code_has_a_paragraph() -> None:
    assert said() - set(told()) == set()


def test_every_paragraph_has_a_code() -> None:
    assert set(told()) - said() == set()


def test_a_code_has_one_paragraph_with_a_text() -> None:
    assert len(told()) == len(set(told()))
    parts = re.split(r"^##.*$", DOCS.read_text("utf-8"), flags=re.MULTILINE)[1:]
    heads = re.findall(r"^##.*$", DOCS.read_text("utf-8"), re.MULTILINE)
    assert [
        head
        for head, part in zip(heads, parts, strict=True)
        if head.startswith("###") and not part.strip()
    ] == []
