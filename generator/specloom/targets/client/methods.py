"""The methods of resources, as the templates print them: signature, docstring, one call with literal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.choices import is_nullable, without_null
from specloom.model.names import BUILTINS
from specloom.model.types import ListOf, Named, OneOf, Record, Type
from specloom.python.spelling import Code, Spelling, docstring, identifier, literal, sentence
from specloom.targets.client.calls import body_of, statement
from specloom.targets.client.data import operation_constant, operation_data
from specloom.targets.client.imports import export_key, resource_imports, standard_imports, words_of
from specloom.targets.client.prose import call_doc, estimate_doc, generate_doc, submit_doc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Argument, Job, Operation, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodView:
    """A method: `define` is `def` or `async def`, `call` its one statement."""

    define: Code
    name: Code
    signature: Code
    returns: Code
    doc: Code
    call: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassView:
    """The sync or the async class of a resource."""

    name: Code
    parent: Code
    doc: Code
    methods: tuple[MethodView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyView:
    """A field of the last answer, lifted to the result of a job."""

    name: Code
    annotation: Code
    doc: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """What a finished job gives, for one of the two clients."""

    name: Code
    parent: Code
    doc: Code
    properties: tuple[PropertyView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """The data of one operation."""

    name: Code
    annotation: Code
    value: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """A module of `resources/`."""

    name: Code
    doc: Code
    standard_imports: tuple[Code, ...]
    imports: tuple[Code, ...]
    names: Code
    operations: tuple[DataView, ...]
    results: tuple[ResultView, ...]
    classes: tuple[ClassView, ...]


_RESULT_NAMES = frozenset(
    {
        "job",
        "answer",
        "value",
        "files",
        "file",
        "url",
        "save",
        "cost",
        "discount",
        "currency",
        "raw",
    }
)


def resource_view(api: Api, resource: Resource) -> ResourceView:
    """Everything that one resource's module says."""
    types = {declared.name: declared for declared in api.types}
    shadowed = frozenset(operation.name for operation in resource.operations) & BUILTINS
    writer = _Writer(api, resource, Spelling(types, shadowed=shadowed))
    operations = tuple(writer.data(one) for one in writer.ordered())
    results = tuple(
        view
        for one in resource.operations
        if one.job is not None
        for view in writer.results(one, one.job)
    )
    classes = tuple(
        writer.resource_class(asynchronous=asynchronous) for asynchronous in (False, True)
    )
    said = _words(operations, results, classes)
    return ResourceView(
        name=identifier(resource.name),
        doc=docstring(sentence(resource.doc) or f"The operations of {resource.name}.", 0),
        standard_imports=tuple(standard_imports(said)),
        imports=tuple(resource_imports(said, writer.foreign)),
        names=literal(
            sorted(
                [
                    *(one.name for one in operations),
                    *(one.name for one in results),
                    *(one.name for one in classes),
                ],
                key=export_key,
            )
        ),
        operations=operations,
        results=results,
        classes=classes,
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    api: Api
    resource: Resource
    spelling: Spelling

    @property
    def calls(self) -> dict[str, Code]:
        """How the data of each operation is named in this module."""
        own = {one.qualified: operation_constant(one) for one in self.resource.operations}
        alien = {
            one.qualified: Code(f"{other.name.upper()}_{operation_constant(one)}")
            for other in self.api.resources
            for one in other.operations
            if other is not self.resource
        }
        return {**alien, **own}

    @property
    def foreign(self) -> dict[str, list[str]]:
        """The data of other resources' operations that the life cycles here name, by module."""
        found: dict[str, set[str]] = {}
        for operation in self.resource.operations:
            for qualified in _steps(operation):
                module, _, _ = qualified.rpartition(".")
                if module and module != self.resource.name:
                    own = operation_constant(self.api.operation(qualified))
                    found.setdefault(module, set()).add(f"{own} as {self.calls[qualified]}")
        return {module: sorted(names) for module, names in found.items()}

    def ordered(self) -> list[Operation]:
        """Operations whose data others name come first."""
        return sorted(self.resource.operations, key=lambda operation: operation.job is not None)

    def data(self, operation: Operation) -> DataView:
        return DataView(
            name=operation_constant(operation),
            annotation=Code(f"Operation[{self._returned(operation)}]"),
            value=operation_data(operation, self.spelling, self.calls),
        )

    def resource_class(self, *, asynchronous: bool) -> ClassView:
        name, parent = self.resource.class_name, "Resource"
        doc = sentence(self.resource.doc) or f"The operations of {self.resource.name}."
        return ClassView(
            name=identifier(f"Async{name}" if asynchronous else name),
            parent=Code(f"Async{parent}" if asynchronous else parent),
            doc=docstring(f"As `{name}`, to be awaited." if asynchronous else doc),
            methods=tuple(
                view
                for one in self.resource.operations
                for view in self._methods(one, asynchronous=asynchronous)
            ),
        )

    def _methods(self, operation: Operation, *, asynchronous: bool) -> Iterator[MethodView]:
        if operation.job is None:
            yield self._call(operation, asynchronous=asynchronous)
            return
        mark = "Async" if asynchronous else ""
        result = f"{mark}{operation.job.result_name}"
        suffix = operation.name.removeprefix("submit")
        yield self._method(
            operation,
            "_submit",
            operation.name,
            f"{mark}Job[{result}]",
            submit_doc(operation),
            result,
            asynchronous,
        )
        yield self._method(
            operation,
            "_generate",
            f"generate{suffix}",
            result,
            generate_doc(operation),
            result,
            asynchronous,
        )
        if operation.price is not None and operation.price.arguments:
            yield self._estimate(operation, f"estimate{suffix}")

    def _call(self, operation: Operation, *, asynchronous: bool) -> MethodView:
        returned = self._returned(operation)
        return self._method(
            operation, "_call", operation.name, returned, call_doc(operation), "", asynchronous
        )

    def _method(
        self,
        operation: Operation,
        does: str,
        name: str,
        returns: str,
        doc: str,
        result: str,
        asynchronous: bool,
    ) -> MethodView:
        given = operation.signature.arguments
        options = "GenerateOptions" if does == "_generate" else "Options"
        call = statement(does, operation, given, result)
        short = f"As `{self.resource.class_name}.{name}`, to be awaited."
        waits = "return await " if asynchronous else "return "
        return MethodView(
            define=Code("async def" if asynchronous else "def"),
            name=identifier(name),
            signature=Code(
                ", ".join([*self._arguments(given), f"**options: Unpack[{options}]"]) + ","
            ),
            returns=Code(returns),
            doc=docstring(short if asynchronous else doc, 8),
            call=Code(f"{waits if returns != 'None' else waits.removeprefix('return ')}{call}"),
        )

    def _estimate(self, operation: Operation, name: str) -> MethodView:
        priced = operation.price.arguments if operation.price is not None else ()
        given = tuple(one for one in operation.signature.arguments if one.name in priced)
        body = body_of(operation, given, whole=False)
        return MethodView(
            define=Code("def"),
            name=identifier(name),
            signature=Code(", ".join(self._arguments(given)) + ","),
            returns=Code("Estimate"),
            doc=docstring(estimate_doc(operation), 8),
            call=Code(f"return self._estimate({operation_constant(operation)}, body={body})"),
        )

    def _arguments(self, given: tuple[Argument, ...]) -> Iterator[Code]:
        """The parameters after `self`: those of the path may be given by place, all others by name."""
        by_place = [one for one in given if one.place == "path"]
        by_name = [one for one in given if one.place != "path"]
        yield from (self._argument(one) for one in by_place)
        if by_name:
            yield Code("*")
        yield from (self._argument(one) for one in by_name)

    def _argument(self, one: Argument) -> Code:
        annotation = self.spelling.argument(one.type)
        if one.required:
            return Code(f"{identifier(one.name)}: {annotation}")
        return Code(f"{identifier(one.name)}: {self.spelling.optional(annotation)} = UNSET")

    def _returned(self, operation: Operation) -> str:
        """The type of a successful answer; several ones are a union, none is None."""
        kinds = [
            content.type
            for answer in operation.answers
            if answer.status.startswith("2")
            for content in answer.contents[:1]
        ]
        if not kinds:
            default = [
                answer
                for answer in operation.answers
                if answer.status == "default" and answer.contents
            ]
            no_success = not any(answer.status.startswith("2") for answer in operation.answers)
            kinds = [default[0].contents[0].type] if default and no_success else []
        unique = tuple(dict.fromkeys(kinds))
        if not unique:
            return "None"
        return self.spelling.annotation(unique[0] if len(unique) == 1 else OneOf(unique))

    def results(self, operation: Operation, job: Job) -> Iterator[ResultView]:
        answer = self.api.operation(job.poll.operation or operation.qualified)
        name = job.result_name
        for mark in ("", "Async"):
            yield ResultView(
                name=identifier(f"{mark}{name}"),
                parent=Code(f"{mark}Result[{self._returned(answer)}]"),
                doc=docstring(
                    f"What a finished job of `{operation.qualified}` gives: files, cost, the last answer."
                ),
                properties=tuple(self._properties(job, answer)),
            )

    def _properties(self, job: Job, answer: Operation) -> Iterator[PropertyView]:
        """The records, lists and maps of the answer; what the server leaves out is then empty and never absent."""
        record = self._answer_record(answer)
        failing = (*job.error_code, *job.error_message)
        for one in record.fields if record is not None else ():
            kind = _without_null(one.type)
            if any(path.startswith(f"$.{one.wire_name}") for path in failing):
                continue  # what a failure says has no place on a result
            if (
                one.name not in _RESULT_NAMES
                and not one.name.startswith("_")
                and self._can_be_empty(kind)
            ):
                yield PropertyView(
                    name=identifier(one.name),
                    annotation=self.spelling.annotation(kind),
                    doc=docstring(sentence(one.doc) or f"`{one.wire_name}` of the last answer.", 8),
                )

    def _answer_record(self, operation: Operation) -> Record | None:
        types = {declared.name: declared for declared in self.api.types}
        for answer in operation.answers:
            for content in answer.contents[:1]:
                found = types.get(content.type.name) if isinstance(content.type, Named) else None
                if answer.status.startswith("2") and isinstance(found, Record):
                    return found
        return None

    def _can_be_empty(self, kind: Type) -> bool:
        declared = self.spelling.types.get(kind.name) if isinstance(kind, Named) else None
        return isinstance(kind, ListOf) or isinstance(declared, Record)


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


def _without_null(kind: Type) -> Type:
    if isinstance(kind, OneOf) and is_nullable(kind):
        rest = without_null(kind.variants)
        return rest[0] if len(rest) == 1 else OneOf(rest)
    return kind


def _words(
    operations: tuple[DataView, ...],
    results: tuple[ResultView, ...],
    classes: tuple[ClassView, ...],
) -> set[str]:
    """Every word that the module says, so that it imports those and no others."""
    texts: list[str] = []
    for one in operations:
        texts += [one.annotation, one.value]
    for result in results:
        texts += [result.parent, *(prop.annotation for prop in result.properties)]
    for made in classes:
        texts.append(made.parent)
        for method in made.methods:
            texts += [method.signature, method.returns, method.call]
    return words_of(texts)
