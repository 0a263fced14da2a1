"""The docs: Markdown pages that say what the model knows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from specloom.memory import FORGETFUL
from specloom.output import File
from specloom.targets.docs.assumptions import assumptions_page
from specloom.targets.docs.calls import page
from specloom.targets.docs.errors import errors_page
from specloom.targets.docs.markdown import environment
from specloom.targets.docs.operations import resource_page
from specloom.targets.docs.overview import overview
from specloom.targets.docs.quickstart import quickstart
from specloom.targets.docs.reference import reference_page
from specloom.targets.docs.sections import sections
from specloom.targets.excerpts import Excerpts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jinja2

    from specloom.memory import Memory
    from specloom.model.api import Api, Resource
    from specloom.targets.docs.sections import Sections
    from specloom.targets.excerpts import Excerpt


def render_docs(api: Api, memory: Memory = FORGETFUL) -> list[File]:
    """The files of `docs/`: an overview, a page for each resource, and what all of them share."""
    env = environment("specloom.targets.docs")
    excerpts = Excerpts(api)
    files = []
    for name, template, view in _pages(api, sections(api, excerpts, env, memory)):
        path = f"docs/{name}"
        content = memory.made(path, view, partial(_printed, env, template, view))
        files.append(File(path=path, content=content))
    for resource in api.resources:
        excerpt, path = excerpts.resource(resource), f"docs/{page(resource)}"
        make = partial(_resource, excerpt, resource, env)
        files.append(File(path=path, content=memory.text(path, excerpt, make)))
    return files


def _printed(env: jinja2.Environment, template: str, view: object) -> str:
    return f"{env.get_template(f'{template}.md.jinja').render(page=view).strip()}\n"


def _resource(api: Excerpt, resource: Resource, env: jinja2.Environment) -> str:
    return _printed(env, "resource", resource_page(api, resource))


def _pages(api: Api, said: Sections) -> Iterator[tuple[str, str, object]]:
    """The pages on the API as a whole, each with the template that it is printed by and what it says."""
    yield "README.md", "overview", overview(api)
    yield "quickstart.md", "quickstart", quickstart(api)
    yield "errors.md", "errors", errors_page(api)
    if api.assumptions:
        yield "assumptions.md", "assumptions", assumptions_page(api)
    yield "reference.md", "reference", reference_page(api, said)
