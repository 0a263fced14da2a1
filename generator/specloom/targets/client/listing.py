"""`api.md`: every call of the client on one line, with its method and path, by resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.python.spelling import Spelling
from specloom.targets.client.descriptions import first_sentences, without_markup
from specloom.targets.client.methods import kinds_of
from specloom.targets.client.returned import Returned
from specloom.targets.docs.markdown import (
    Markdown,
    anchor,
    code,
    environment,
    link,
    table,
    text,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Argument, Operation, Resource
    from specloom.targets.client.methods import Kind

_LONGEST_CALL = (
    110  # characters, of which the names of arguments that may be left out take what is left
)
_LONGEST_DOC = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """The calls of a resource."""

    heading: Markdown
    doc: Markdown
    source: Markdown
    calls: Markdown


def listing(api: Api) -> str:
    """The text of `api.md`."""
    page = environment("specloom.targets.client").get_template("api.md.jinja")
    sections = [_section(api, resource) for resource in api.resources]
    contents = table(
        ["Resource", "Calls", "What it is"],
        (
            (
                link(code(f"client.{one.name}"), f"#{anchor(f'client.{one.name}')}"),
                Markdown(str(sum(1 for made in one.operations for _ in kinds_of(made)))),
                _short(one.doc),
            )
            for one in api.resources
        ),
    )
    return page.render(
        title=text(api.title),
        client=code(f"Async{api.client_name}"),
        contents=contents,
        sections=sections,
    )


def _section(api: Api, resource: Resource) -> SectionView:
    spelling = Spelling(api.declared)
    path = f"{api.package}/resources/{resource.name}.py"
    rows = (row for one in resource.operations for row in _rows(resource, one, spelling))
    return SectionView(
        heading=code(f"client.{resource.name}"),
        doc=_short(resource.doc),
        source=link(code(path), path),
        calls=table(["Call", "HTTP", "What it does"], rows),
    )


def _rows(
    resource: Resource, operation: Operation, spelling: Spelling
) -> Iterator[tuple[Markdown, ...]]:
    route = f"{operation.method} {operation.path}"
    for kind in kinds_of(operation):
        returned = kind.returns(Returned(spelling), operation).replace("models.", "")
        name = f"client.{resource.name}.{kind.name(operation)}"
        doc = operation.summary or operation.doc if not kind.companion else kind.doc(operation)
        said = _short(doc)
        deprecated = "**Deprecated.** " if operation.deprecated else ""
        yield (
            code(f"{name}({_given(kind, operation, len(name))}) -> {returned}"),
            code(route) if kind.options else Markdown(""),  # an estimate sends nothing
            Markdown(f"{deprecated}{said}".strip()),
        )


def _given(kind: Kind, operation: Operation, used: int) -> str:
    """The names of the arguments; of those that may be left out as many as a line has room for."""
    arguments = kind.arguments(operation)
    by_place = [one for one in arguments if one.place == "path"]
    by_name = [one for one in arguments if one.place != "path"]
    names = [*map(_name, by_place), *(["*"] if by_name else [])]
    for one in by_name:
        room = _LONGEST_CALL - used - sum(len(name) + 2 for name in names)
        if not one.required and len(one.name) > room:
            return ", ".join([*names, "..."])
        names.append(_name(one))
    return ", ".join(names)


def _name(one: Argument) -> str:
    return one.name if one.required else f"{one.name}=..."


def _short(doc: str) -> Markdown:
    """The first sentence of a description."""
    first = " ".join(without_markup(doc).strip().split("\n\n")[0].split())
    return words(first if len(first) <= _LONGEST_DOC else first_sentences(first, _LONGEST_DOC))
