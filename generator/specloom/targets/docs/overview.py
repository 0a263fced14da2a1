"""The first page: what the API does, how it goes, what it costs, what is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.targets.docs.calls import costs, lives, operation_table, page
from specloom.targets.docs.credentials import credentials, variable
from specloom.targets.docs.markdown import Markdown, code, join, link, table, text, words
from specloom.targets.docs.prose import prose
from specloom.targets.docs.quickstart import Quickstart, quickstart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api
    from specloom.targets.docs.life import Cost, Life


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the first page says; sections of which nothing is known are empty."""

    title: Markdown
    summary: Markdown
    doc: Markdown
    facts: Markdown
    first: Quickstart
    pages: Markdown
    calls: Markdown
    lives: tuple[Life, ...]
    costs: tuple[Cost, ...]
    assumed: int


def overview(api: Api) -> Overview:
    """The first page of an API."""
    return Overview(
        title=text(api.title),
        summary=words(api.summary),
        doc=prose(api.doc, 3),
        first=quickstart(api),
        facts=table(("at a glance", ""), _facts(api)),
        pages=table(("page", "what is in it"), _pages(api)),
        calls=operation_table(api),
        lives=lives(api),
        costs=costs(api),
        assumed=len(api.assumptions),
    )


def _facts(api: Api) -> Iterator[tuple[Markdown, ...]]:
    yield text("package"), code(api.package)
    yield text("clients"), Markdown(
        f"{code(api.client_name)} and, for asyncio, {code(f'Async{api.client_name}')}"
    )
    yield text("version"), text(api.version)
    for server in api.servers:
        remark = text("assumed") if server.assumed else Markdown("")
        yield text("server"), join(
            [code(server.usual_url), Markdown(f"({remark})" if remark else ""), words(server.doc)]
        )
    for keyword, what in credentials(api):
        yield text(what.removeprefix("your ")), code(variable(api, keyword))
    yield text("woven from"), code(api.source)


def _pages(api: Api) -> Iterator[tuple[Markdown, ...]]:
    yield link(text("Quick start"), "quickstart.md"), text("from installing to the first result")
    for resource in api.resources:
        doc = words(resource.doc) or text(f"The operations of {resource.name}.")
        yield link(code(f"client.{resource.name}"), page(resource)), doc
    yield link(text("Errors"), "errors.md"), text("every error, who is at fault, and what to do")
    if api.assumptions:
        what = text("what the document had to assume, and how to set it otherwise")
        yield link(text("Assumptions"), "assumptions.md"), what
    yield link(text("Python reference"), "reference.md"), text(
        "classes, methods, models and enumerations"
    )
