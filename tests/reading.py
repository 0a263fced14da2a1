"""Reading the pages of the docs in tests: their fences, headings, anchors, and what is markup."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from specloom.pipeline import read_api
from specloom.targets.docs.render import render_docs

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.model.api import Api

Pages = dict[str, str]


def pages_of(api: Api) -> Pages:
    files = render_docs(api)
    return {file.path.removeprefix("docs/"): file.content.decode() for file in files}


def documented(document: dict[str, Any], folder: Path) -> Pages:
    """The pages of a document that need not be valid."""
    path = folder / "plain.json"
    head = {"openapi": "3.1.0", "info": {"title": "Plain", "version": "1"}}
    path.write_text(json.dumps({**head, **document}), "utf-8")
    read = read_api(path, package="plain")
    assert read.api is not None, read.findings
    return pages_of(read.api)


def operation(name: str, **members: Any) -> dict[str, Any]:
    return {"operationId": name, "responses": {"200": {"description": "Done."}}, **members}


def fences(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language and content."""
    found = re.findall(r"^(`{3,})([^\n`]*)\n(.*?)^\1$", page, re.MULTILINE | re.DOTALL)
    return [(language, content) for _, language, content in found]


def outside(page: str) -> str:
    """A page without its fences and code spans: what is read as markup."""
    without = re.sub(r"^(`{3,})[^\n`]*\n.*?^\1$", "", page, flags=re.MULTILINE | re.DOTALL)
    without = re.sub(r"\\.", "", without)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "code", without)


def headings(page: str) -> list[str]:
    return re.findall(
        r"^#{1,6} (.+)$",
        re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL),
        re.MULTILINE,
    )


def anchors(page: str) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    found: list[str] = []
    for heading in headings(page):
        plain = re.sub(r"[`*\\]", "", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return set(found)
