"""The sections of the Python reference on resources and types: each from an excerpt of the API, and remembered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from specloom.model.types import Enumeration, Record, Union
from specloom.python.spelling import sentence
from specloom.targets.docs.calls import page, target
from specloom.targets.docs.examples import Call, calling
from specloom.targets.docs.markdown import Markdown, code, link, table, text, words
from specloom.targets.docs.prose import prose
from specloom.targets.docs.records import field_rows, variants
from specloom.targets.docs.signatures import awaited, further, returned_text, signature
from specloom.targets.docs.wording import value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import jinja2

    from specloom.memory import Memory
    from specloom.model.api import Api, Operation, Resource
    from specloom.model.types import Declaration
    from specloom.targets.excerpts import Excerpt, Excerpts

__all__ = ["Sections", "sections"]

_TOGETHER = 30  # types of a section: to look at each by itself takes longer than to print it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """What is printed already: a section for each resource, and some for all types of a kind."""

    resources: tuple[Markdown, ...]
    records: tuple[Markdown, ...]
    enumerations: tuple[Markdown, ...]
    others: tuple[Markdown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of a resource, sync and async."""

    signature: Markdown
    doc: Markdown
    returns: Markdown
    asynchronous: Markdown
    more: Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """A resource with its two classes."""

    heading: Markdown
    classes: Markdown
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A declared type; `table` is its fields or its members."""

    heading: Markdown
    doc: Markdown
    table: Markdown
    stands_for: Markdown


def sections(api: Api, excerpts: Excerpts, env: jinja2.Environment, memory: Memory) -> Sections:
    """The sections of an API's reference."""

    def of(kind: type[Declaration]) -> Iterator[Markdown]:
        declared = tuple(one for one in api.types if isinstance(one, kind))
        for start in range(0, len(declared), _TOGETHER):
            excerpt = excerpts.types(declared[start : start + _TOGETHER])
            name = f"reference/{kind.__name__}/{start}"
            yield _remembered(memory, name, excerpt, partial(_types, excerpt, env))

    return Sections(
        resources=tuple(_resources(api, excerpts, env, memory)),
        records=tuple(of(Record)),
        enumerations=tuple(of(Enumeration)),
        others=tuple(of(Union)),
    )


def _resources(
    api: Api, excerpts: Excerpts, env: jinja2.Environment, memory: Memory
) -> Iterator[Markdown]:
    for resource in api.resources:
        excerpt = excerpts.resource(resource)

        def make(part: Excerpt = excerpt, one: Resource = resource) -> str:
            return env.get_template("reference_resource.md.jinja").render(
                resource=_resource(part, one)
            )

        yield _remembered(memory, f"reference/{resource.name}", excerpt, make)


def _types(api: Excerpt, env: jinja2.Environment) -> str:
    template = env.get_template("reference_models.md.jinja")
    return template.render(models=[_model(api, one) for one in api.types])


def _remembered(memory: Memory, name: str, excerpt: Excerpt, make: Callable[[], str]) -> Markdown:
    """What our own template printed, but for the end of its last line, which the page adds."""
    return Markdown(memory.text(name, excerpt, make).decode().removesuffix("\n"))


def _model(api: Api, declared: Declaration) -> Model:
    match declared:
        case Record():
            return _record(api, declared)
        case Enumeration():
            return _enumeration(declared)
        case Union():
            return _other(api, declared)


def _resource(api: Api, resource: Resource) -> ResourceView:
    classes = f"{code(resource.class_name)} and {code(f'Async{resource.class_name}')}"
    return ResourceView(
        heading=code(f"client.{resource.name}"),
        classes=Markdown(f"{classes}; described in {link(text(resource.name), page(resource))}."),
        methods=tuple(
            method for one in resource.operations for method in _methods(api, resource, one)
        ),
    )


def _methods(api: Api, resource: Resource, operation: Operation) -> Iterator[Method]:
    told = calling(api, resource, operation)
    more = link(text("every argument"), target(resource, operation))
    if operation.job is None:
        returns = returned_text(api, operation)
        both = (returns, awaited(returns))
        yield _method(api, operation, operation.name, both, _does(operation), more)
        for name, gives, does in further(api, operation):
            said = Markdown(f"As {code(operation.name)}; it {does}")
            yield _method(api, operation, name, (gives, awaited(gives)), said, more)
        return
    result = operation.job.result_name
    submitted = (f"Job[{result}]", f"AsyncJob[Async{result}]")
    waited = (result, f"Async{result}")
    if operation.job.makes_several:
        submitted = (f"list[{submitted[0]}]", f"list[{submitted[1]}]")
        waited = (f"list[{waited[0]}]", f"list[{waited[1]}]")
    yield _method(api, operation, operation.name, submitted, _does(operation), more)
    waits = Markdown(
        "The same, waited for; with `save_to=` saved too. Takes `wait_timeout=` and `on_update=`."
    )
    yield _method(api, operation, _own(told.generate), waited, waits, more)
    if operation.price is not None and operation.price.arguments:
        says = Markdown("What a call would cost. It sends nothing, and is never awaited.")
        yield Method(
            signature=signature(
                api, operation, _own(told.estimate), "Estimate", operation.price.arguments
            ),
            doc=says,
            returns=code("Estimate"),
            asynchronous=code("Estimate"),
            more=more,
        )


def _own(call: Call) -> str:
    """The name of a method without its resource."""
    return call.method.rpartition(".")[2]


def _does(operation: Operation) -> Markdown:
    return words(sentence(operation.summary or operation.doc.split("\n\n")[0]))


def _method(
    api: Api,
    operation: Operation,
    name: str,
    returns: tuple[str, str],
    doc: Markdown,
    more: Markdown,
) -> Method:
    return Method(
        signature=signature(api, operation, name, returns[0]),
        doc=doc,
        returns=code(returns[0]),
        asynchronous=code(returns[1]),
        more=more,
    )


def _record(api: Api, record: Record) -> Model:
    return Model(
        heading=code(f"models.{record.name}"),
        doc=prose(record.doc, 5),
        table=table(("field", "type", "there", "what it is"), field_rows(api, record)),
        stands_for=Markdown(""),
    )


def _enumeration(declared: Enumeration) -> Model:
    rows = ((code(one.name), value(one.value), words(one.doc)) for one in declared.members)
    return Model(
        heading=code(f"models.{declared.name}"),
        doc=prose(declared.doc, 5),
        table=table(("member", "value", "what it is"), rows),
        stands_for=Markdown(""),
    )


def _other(api: Api, declared: Union) -> Model:
    return Model(
        heading=code(f"models.{declared.name}"),
        doc=prose(declared.doc, 5),
        table=Markdown(""),
        stands_for=variants(api, declared),
    )
