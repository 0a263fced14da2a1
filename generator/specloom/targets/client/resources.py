"""The modules of resources, as the templates print them: results, the two classes, and literal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.names import BUILTINS
from specloom.python.spelling import Code, Spelling, docstring, identifier, listed, sentence
from specloom.targets.client.answering import (
    ERRORS,
    alternative_data,
    alternative_keys,
    answers_data,
    shared_errors,
)
from specloom.targets.client.data import data_name, operation_constant, operation_data
from specloom.targets.client.descriptions import description
from specloom.targets.client.imports import export_key, resource_imports, standard_imports, words_of
from specloom.targets.client.lookups import lookup_names
from specloom.targets.client.methods import MethodView, method_views
from specloom.targets.client.results import ResultView, result_views
from specloom.targets.client.returned import Returned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """The data of one operation, or (without an annotation) what several of them share."""

    name: Code
    annotation: Code
    value: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """A module of `resources/`; `class_doc` is the sync class's, `twin_doc` the async one's."""

    name: Code
    doc: Code
    standard_imports: tuple[Code, ...]
    imports: tuple[Code, ...]
    names: Code
    results: tuple[ResultView, ...]
    class_name: Code
    class_doc: Code
    twin_doc: Code
    methods: tuple[MethodView, ...]
    operations: tuple[DataView, ...]


def resource_view(api: Api, resource: Resource) -> ResourceView:
    """Everything that one resource's module says."""
    types = api.declared
    names = frozenset(name for one in resource.operations for name in _method_names(one))
    spelling = Spelling(types, shadowed=names & BUILTINS)
    results = tuple(
        view for one in resource.operations for view in result_views(api, one, spelling)
    )
    methods = tuple(
        view
        for one in resource.operations
        for view in method_views(one, resource.class_name, spelling)
    )
    calls = _calls(api, resource)
    # The life cycle of a job names the data of the other operations that it calls.
    ordered = sorted(resource.operations, key=lambda operation: operation.job is not None)
    shared = shared_errors(ordered, spelling)
    operations = (
        *([DataView(name=ERRORS, annotation=Code(""), value=shared)] if shared else []),
        *(view for one in ordered for view in _data(api, one, spelling, shared, calls)),
    )
    said = _words(operations, results, methods)
    told = description(resource.doc, f"The whole text stands in `docs/{resource.name}.md`.")
    doc = sentence(told) or f"The operations of {resource.name}."
    name = resource.class_name
    classes = [name, f"Async{name}", *(one.name for one in results)]
    return ResourceView(
        name=identifier(resource.name),
        doc=docstring(f"The calls of `client.{resource.name}`.", 0),
        standard_imports=tuple(standard_imports(said)),
        imports=tuple(resource_imports(said, _foreign(api, resource, calls))),
        names=listed(sorted(classes, key=export_key)),
        results=results,
        class_name=identifier(name),
        class_doc=docstring(doc),
        twin_doc=docstring(f"As `{name}`, to be awaited."),
        methods=methods,
        operations=operations,
    )


def _method_names(operation: Operation) -> Iterator[str]:
    yield operation.name
    yield from operation.companions.values()


def _calls(api: Api, resource: Resource) -> dict[str, Code]:
    """How the data of each operation is named in the module of a resource."""
    own = {one.qualified: operation_constant(one) for one in resource.operations}
    alien = {
        one.qualified: Code(f"{other.name.upper()}_{operation_constant(one)}")
        for other in api.resources
        for one in other.operations
        if other is not resource
    }
    return {**alien, **own}


def _foreign(api: Api, resource: Resource, calls: dict[str, Code]) -> dict[str, list[str]]:
    """The data of other resources' operations that the life cycles here name, by module."""
    found: dict[str, set[str]] = {}
    for operation in resource.operations:
        for qualified in _steps(operation):
            module, _, _ = qualified.rpartition(".")
            if module and module != resource.name:
                own = operation_constant(api.operation(qualified))
                found.setdefault(module, set()).add(f"{own} as {calls[qualified]}")
    return {module: sorted(names) for module, names in found.items()}


def _steps(operation: Operation) -> Iterator[str]:
    """The operations that a life cycle calls."""
    job = operation.job
    if job is None:
        return
    steps = [
        job.poll,
        job.cancel,
        job.result.step if job.result else None,
        job.listing.step if job.listing else None,
    ]
    yield from (step.operation for step in steps if step is not None and step.operation)


def _data(
    api: Api, operation: Operation, spelling: Spelling, shared: Code, calls: dict[str, Code]
) -> Iterator[DataView]:
    returned = Returned(spelling)
    answers = answers_data(operation, spelling, shared)
    yield DataView(
        name=operation_constant(operation),
        annotation=Code(f"Operation[{returned.answer(operation)}]"),
        value=operation_data(operation, spelling, answers, calls, lookup_names(api, operation)),
    )
    for key in alternative_keys(operation):
        yield DataView(
            name=data_name(operation.companions[key]),
            annotation=Code(f"Operation[{returned.alternative(operation, key)}]"),
            value=alternative_data(operation, key, spelling),
        )


def _words(
    operations: tuple[DataView, ...],
    results: tuple[ResultView, ...],
    methods: tuple[MethodView, ...],
) -> set[str]:
    """Every word that the module says, so that it imports those and no others."""
    texts: list[str] = ["Resource", "AsyncResource"]
    for one in operations:
        texts += [one.annotation, one.value]
    for result in results:
        texts += [result.parent, *(prop.annotation for prop in result.properties)]
    for method in methods:
        texts += [method.signature, method.returns, method.call, method.twin]
    return words_of(texts)
