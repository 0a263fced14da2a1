"""The modules of resources and of models: each is made from an excerpt of the API, and remembered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from specloom.python.spelling import listed
from specloom.targets.client.imports import export_key
from specloom.targets.client.modules import index, module_view
from specloom.targets.client.resources import resource_view
from specloom.targets.excerpts import Excerpts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import jinja2

    from specloom.memory import Memory
    from specloom.model.api import Api, Resource
    from specloom.model.types import Declaration
    from specloom.targets.excerpts import Excerpt

__all__ = ["models_index", "parts"]


def parts(
    api: Api, env: jinja2.Environment, memory: Memory, lay_out: Callable[[str], str]
) -> Iterator[tuple[str, bytes]]:
    """The modules by their paths in the package, laid out."""
    excerpts = Excerpts(api)
    for resource in api.resources:
        excerpt = excerpts.resource(resource)
        write = partial(_resource, excerpt, resource, env)
        path = f"resources/{resource.name}.py"
        yield path, memory.text(path, excerpt, partial(_done, lay_out, write))
    modules: dict[str, list[Declaration]] = {}
    for declared in api.types:
        modules.setdefault(declared.module, []).append(declared)
    for module, types in modules.items():
        excerpt = excerpts.types(tuple(types))
        write = partial(_models, excerpt, module, env)
        path = f"models/{module}.py"
        yield path, memory.text(path, excerpt, partial(_done, lay_out, write))


def _done(lay_out: Callable[[str], str], write: Callable[[], str]) -> str:
    return lay_out(write())


def _resource(api: Excerpt, resource: Resource, env: jinja2.Environment) -> str:
    view = resource_view(api, resource)
    return env.get_template("resource.py.jinja").render(resource=view)


def _models(api: Excerpt, module: str, env: jinja2.Environment) -> str:
    view = module_view(api, module)
    return env.get_template("models.py.jinja").render(module=view)


def models_index(api: Api) -> dict[str, Any]:
    """What `models/__init__.py` says."""
    names = sorted((declared.name for declared in api.types), key=export_key)
    return {"modules": index(api), "names": listed(names)}
