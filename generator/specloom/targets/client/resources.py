"""The modules of resources, as the templates print them: results, the two classes, and literal data."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from specloom.targets.excerpts import mentions, steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    names = frozenset(name for one in resource.operations for name in _method_names(one))
    spelling = Spelling(mentions(api), shadowed=names & BUILTINS)
    results = tuple(view for one in _makers(resource) for view in result_views(api, one, spelling))
    methods = tuple(
        view
        for one in resource.operations
        for view in method_views(one, resource.class_name, spelling)
    )
    lent = _lent(api, resource)
    calls = _calls(api, resource, lent)
    operations = tuple(_all_data(api, resource, spelling, lent, calls))
    said = _words(operations, results, methods)
    told = description(resource.doc, f"The whole text stands in `docs/{resource.name}.md`.")
    doc = sentence(told) or f"The operations of {resource.name}."
    name = resource.class_name
    classes = [name, f"Async{name}", *(one.name for one in results)]
    return ResourceView(
        name=identifier(resource.name),
        doc=docstring(f"The calls of `client.{resource.name}`.", 0),
        standard_imports=tuple(standard_imports(said)),
        imports=tuple(resource_imports(said, _foreign(api, resource, calls, lent))),
        names=listed(sorted(classes, key=export_key)),
        results=results,
        class_name=identifier(name),
        class_doc=docstring(doc),
        twin_doc=docstring(f"As `{name}`, to be awaited."),
        methods=methods,
        operations=operations,
    )


def _makers(resource: Resource) -> Iterable[Operation]:
    """The operations whose jobs have a result of their own; one that submits in another shape shares it."""
    makers: dict[str, Operation] = {}
    for one in resource.operations:
        if one.job is not None:
            makers.setdefault(one.job.result_name, one)
    return makers.values()


def _method_names(operation: Operation) -> Iterator[str]:
    yield operation.name
    yield from operation.companions.values()


def _lent(api: Api, resource: Resource) -> dict[str, Code]:
    """The operations that the life cycles here have data of their own for, by name.

    One that submits a job itself may name this one in turn, and so may a module that would be imported for it.
    """
    foreign = {one.name: _foreign_names(api, one) for one in api.resources}
    lent: dict[str, Code] = {}
    for qualified in dict.fromkeys(_all_steps(resource)):
        module, _, name = qualified.rpartition(".")
        is_circular = module != resource.name and _reaches(foreign, module, resource.name)
        if api.operation(qualified).job is not None or is_circular:
            # No operation is called so: a name from a document begins with a letter.
            told = name if module == resource.name else f"{module}_{name}"
            lent[qualified] = Code(f"_STEP_{told.upper()}")
    return lent


def _foreign_names(api: Api, resource: Resource) -> set[str]:
    """The other resources whose plain operations the life cycles here call."""
    called = map(api.operation, _all_steps(resource))
    modules = {step.qualified.rpartition(".")[0] for step in called if step.job is None}
    return modules - {resource.name}


def _reaches(foreign: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        further = foreign.get(waiting.pop(), set()) - seen
        seen |= further
        waiting += further
    return goal in seen


def _calls(api: Api, resource: Resource, lent: Mapping[str, Code]) -> dict[str, Code]:
    """How the data of each operation that a life cycle calls is named in the module of a resource."""
    calls = {}
    for qualified in _all_steps(resource):
        module, constant = qualified.rpartition(".")[0], operation_constant(
            api.operation(qualified)
        )
        is_own = module == resource.name
        calls[qualified] = constant if is_own else Code(f"{module.upper()}_{constant}")
    return {**calls, **lent}


def _foreign(
    api: Api, resource: Resource, calls: Mapping[str, Code], lent: Mapping[str, Code]
) -> dict[str, list[str]]:
    """The data of other resources' operations that the life cycles here name, by module."""
    found: dict[str, set[str]] = {}
    for qualified in _all_steps(resource):
        module, _, _ = qualified.rpartition(".")
        if module != resource.name and qualified not in lent:
            own = operation_constant(api.operation(qualified))
            found.setdefault(module, set()).add(f"{own} as {calls[qualified]}")
    return {module: sorted(names) for module, names in found.items()}


def _all_steps(resource: Resource) -> list[str]:
    return [step for one in resource.operations for step in steps(one)]


def _all_data(
    api: Api,
    resource: Resource,
    spelling: Spelling,
    lent: Mapping[str, Code],
    calls: Mapping[str, Code],
) -> Iterator[DataView]:
    """The data of a module; the life cycle of a job names that of the other operations that it calls."""
    plain = [one for one in resource.operations if one.job is None]
    jobs = [one for one in resource.operations if one.job is not None]
    shared = shared_errors([*plain, *jobs], spelling)
    if shared:
        yield DataView(name=ERRORS, annotation=Code(""), value=shared)
    for one in plain:
        yield from _data(api, one, spelling, shared, calls)
    for qualified, name in lent.items():
        yield _step_data(api.operation(qualified), name, spelling, shared)
    for one in jobs:
        yield from _data(api, one, spelling, shared, calls)


def _step_data(operation: Operation, name: Code, spelling: Spelling, shared: Code) -> DataView:
    """The data of an operation as a step calls it: whatever job it submits is not this one's."""
    answers = answers_data(operation, spelling, shared)
    return DataView(
        name=name,
        annotation=Code(f"Operation[{Returned(spelling).answer(operation)}]"),
        value=operation_data(replace(operation, job=None), spelling, answers, {}, {}),
    )


def _data(
    api: Api, operation: Operation, spelling: Spelling, shared: Code, calls: Mapping[str, Code]
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
