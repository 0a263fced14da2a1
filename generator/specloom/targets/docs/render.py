"""The docs: Markdown pages that say what the model knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.output import File
from specloom.targets.docs.assumptions import assumptions_page
from specloom.targets.docs.calls import page
from specloom.targets.docs.errors import errors_page
from specloom.targets.docs.markdown import environment
from specloom.targets.docs.operations import resource_page
from specloom.targets.docs.overview import overview
from specloom.targets.docs.quickstart import quickstart
from specloom.targets.docs.reference import reference_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api


def render_docs(api: Api) -> list[File]:
    """The files of `docs/`: an overview, a page for each resource, and what all of them share."""
    env = environment("specloom.targets.docs")
    files = []
    for name, template, view in _pages(api):
        text = env.get_template(f"{template}.md.jinja").render(page=view)
        files.append(File(path=f"docs/{name}", content=f"{text.strip()}\n".encode()))
    return files


def _pages(api: Api) -> Iterator[tuple[str, str, object]]:
    """Each page with the template that it is printed by and what it says."""
    yield "README.md", "overview", overview(api)
    yield "quickstart.md", "quickstart", quickstart(api)
    for resource in api.resources:
        yield page(resource), "resource", resource_page(api, resource)
    yield "errors.md", "errors", errors_page(api)
    if api.assumptions:
        yield "assumptions.md", "assumptions", assumptions_page(api)
    yield "reference.md", "reference", reference_page(api)
