"""The README beside the woven package: what a document says cannot leave its place in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from specloom.pipeline import weave
from specloom.targets.docs.markdown import text, words

if TYPE_CHECKING:
    from pathlib import Path


def readme(folder: Path, title: str, summary: str) -> str:
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", **({"summary": summary} if summary else {})},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "A."}}}}},
    }
    path = folder / "api.json"
    path.write_text(json.dumps(document), "utf-8")
    woven = weave(path, package="shop")
    found = {file.path: file.content.decode() for file in woven.files}
    return found["client/README.md"]


def test_no_paragraph_is_empty(tmp_path: Path) -> None:
    assert readme(tmp_path, "Shop", "").startswith("# Shop\n\n```python\n")
    said = readme(tmp_path, "Shop", "Sells `things`")
    assert said.startswith("# Shop\n\nSells `things`.\n\n```python\n")


@pytest.mark.parametrize(
    "said",
    [
        "<script>alert(1)</script>",
        "![x](https://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "``` a",
        "a \u202e hidden \x07 b",
        "# Title",
        "&lt;b&gt;",
    ],
)
def test_hostile_words_are_cleaned_as_the_docs_clean_them(said: str, tmp_path: Path) -> None:
    written = readme(tmp_path, said, f"{said}!")
    assert written.startswith(f"# {text(said)}\n\n{words(f'{said}!')}\n\n```python\n")
    assert "<script" not in written
    assert "![" not in written.replace("\\!", "")
    assert "](javascript" not in written.replace("\\]", "")
    assert "\u202e" not in written
