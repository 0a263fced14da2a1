"""The README beside the woven package: what a document says cannot leave its place in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from specloom.pipeline import weave
from specloom.targets.docs.markdown import text, words

if TYPE_CHECKING:
    from pathlib import Path


def readme(folder: Path, title: str, summary: str, **more: object) -> str:
    return pages(folder, title, summary, **more)["client/README.md"]


def pages(folder: Path, title: str, summary: str, **more: object) -> dict[str, str]:
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", **({"summary": summary} if summary else {})},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "A."}}}}},
        **more,
    }
    path = folder / "api.json"
    path.write_text(json.dumps(document), "utf-8")
    woven = weave(path, package="shop")
    return {file.path: file.content.decode("utf-8") for file in woven.files}


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


ASSUMED = [{"url": "https://api.example.com", "x-assumed": "The page names none."}]


@pytest.mark.parametrize(
    ("scheme", "servers", "said", "sandbox"),
    [
        (None, None, "SHOP_BASE_URL", "SHOP_BASE_URL=http://127.0.0.1:8026"),
        (
            {"type": "http", "scheme": "basic"},
            None,
            "SHOP_USERNAME, SHOP_PASSWORD, SHOP_BASE_URL",
            "SHOP_USERNAME=sandbox SHOP_PASSWORD=sandbox SHOP_BASE_URL=http://127.0.0.1:8026",
        ),
        (
            {"type": "http", "scheme": "bearer"},
            ASSUMED,
            "SHOP_API_KEY, SHOP_BASE_URL",
            "SHOP_API_KEY=sandbox",
        ),
    ],
)
def test_what_a_client_asks_for_is_told(
    scheme: object, servers: object, said: str, sandbox: str, tmp_path: Path
) -> None:
    more: dict[str, object] = {"servers": servers} if servers else {}
    if scheme:
        more |= {"components": {"securitySchemes": {"own": scheme}}, "security": [{"own": []}]}
    found = pages(tmp_path, "Shop", "", **more)
    written = found["client/README.md"]
    assert f"with Shop() as client:  # {said}\n" in written
    assert f"`{sandbox}` in the other." in written
    assert ("no other key is accepted" in written) is (servers is ASSUMED)
    told = {
        name: found[f"docs/{name}"].count("SHOP_API_KEY")
        for name in ("quickstart.md", "README.md", "reference.md")
    }
    assert all(told.values()) is ("SHOP_API_KEY" in said), told
    assert any(told.values()) is ("SHOP_API_KEY" in said), told
