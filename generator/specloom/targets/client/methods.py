"""The methods of resources, as the templates print them: signature, docstring, one call; and their async twins.

What kinds of method there are is data: a further kind is one more entry of `KINDS`, what it returns, and in
`specloom.model.operation_names` what it is called.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from specloom.python.spelling import Code, Spelling, docstring, identifier
from specloom.targets.client.answering import alternative_keys
from specloom.targets.client.calls import estimating, statement
from specloom.targets.client.prose import (
    alternative_doc,
    call_doc,
    download_doc,
    estimate_doc,
    generate_doc,
    pages_doc,
    stream_doc,
    submit_doc,
)
from specloom.targets.client.returned import Returned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specloom.model.api import Argument, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodView:
    """A method: `call` is its body, `twin` what its async twin is made by."""

    name: Code
    signature: Code
    returns: Code
    doc: Code
    call: Code
    twin: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of method.

    `does` is what its body calls on the resource, `twin` the function of `_runtime/twins.py` that makes the async
    twin; both are given the class of the result where the method `makes_result`. Which operations have such a method
    says `applies`, what it is called `companion`: a key of `Operation.companions`, or "" for the operation's own name.
    One that `has_data` calls the operation otherwise than its other methods do.
    """

    does: str
    returns: Callable[[Returned, Operation], str]
    doc: Callable[[Operation], str]
    applies: Callable[[Operation], bool]
    companion: str = ""
    options: str = "Options"
    twin: str = "awaited"
    makes_result: bool = False
    has_data: bool = False

    def name(self, operation: Operation) -> str:
        """What the method is called."""
        return operation.companions[self.companion] if self.companion else operation.name

    def arguments(self, operation: Operation) -> tuple[Argument, ...]:
        """What is given by place or by keyword; an estimate asks for nothing but what decides the price."""
        given = operation.signature.arguments
        if self.does != "_estimate" or operation.price is None:
            return given
        return tuple(one for one in given if one.name in operation.price.arguments)

    def call(self, operation: Operation) -> str:
        """The body: one call."""
        if self.does == "_estimate":
            return estimating(operation, self.arguments(operation))
        job = operation.job
        result = job.result_name if self.makes_result and job is not None else ""
        name = self.name(operation) if self.has_data else operation.name
        return statement(self.does, name, operation, self.arguments(operation), result)


def _makes_job(operation: Operation) -> bool:
    return operation.job is not None


def _makes_one(operation: Operation) -> bool:
    return operation.job is not None and not operation.job.makes_several


def _makes_several(operation: Operation) -> bool:
    return operation.job is not None and operation.job.makes_several


def _is_plain(operation: Operation) -> bool:
    return operation.job is None and operation.gives == "value"


def _is_stream(operation: Operation) -> bool:
    return operation.gives == "stream"


def _is_file(operation: Operation) -> bool:
    return operation.gives == "download"


def _has_pages(operation: Operation) -> bool:
    return operation.pages is not None and "iterate" in operation.companions


def _has_price(operation: Operation) -> bool:
    return _makes_job(operation) and operation.price is not None and bool(operation.price.arguments)


CALL = Kind(does="_call", returns=Returned.answer, doc=call_doc, applies=_is_plain)
SUBMIT = Kind(
    does="_submit",
    returns=Returned.job,
    doc=submit_doc,
    applies=_makes_one,
    options="SubmitOptions",
    twin="awaited_job",
    makes_result=True,
)
GENERATE = Kind(
    companion="generate",
    does="_generate",
    returns=Returned.result,
    doc=generate_doc,
    applies=_makes_one,
    options="GenerateOptions",
    twin="awaited_result",
    makes_result=True,
)
SUBMIT_ALL = replace(
    SUBMIT,
    does="_submit_all",
    returns=Returned.jobs,
    applies=_makes_several,
    twin="awaited_jobs",
)
GENERATE_ALL = replace(
    GENERATE,
    does="_generate_all",
    returns=Returned.results,
    applies=_makes_several,
    twin="awaited_results",
)
ESTIMATE = Kind(
    companion="estimate",
    does="_estimate",
    returns=Returned.estimate,
    doc=estimate_doc,
    applies=_has_price,
    options="",
    twin="not_awaited",
)
STREAM = Kind(
    does="_stream",
    returns=Returned.stream,
    doc=stream_doc,
    applies=_is_stream,
    twin="awaited_stream",
)
DOWNLOAD = Kind(
    does="_download",
    returns=Returned.download,
    doc=download_doc,
    applies=_is_file,
    twin="awaited_download",
)
ITERATE = Kind(
    companion="iterate",
    does="_pages",
    returns=Returned.pages,
    doc=pages_doc,
    applies=_has_pages,
    twin="paged",
)
KINDS = (
    *(CALL, STREAM, DOWNLOAD),
    *(SUBMIT, SUBMIT_ALL, GENERATE, GENERATE_ALL),
    *(ESTIMATE, ITERATE),
)


def kinds_of(operation: Operation) -> Iterator[Kind]:
    """The methods that an operation has."""
    yield from (kind for kind in KINDS if kind.applies(operation))
    yield from (_alternative(operation, key) for key in alternative_keys(operation))


def _alternative(operation: Operation, key: str) -> Kind:
    """The method that asks for another kind of content."""
    kinds = {content.kind for _, content in operation.alternatives(key)}
    gives = "stream" if "stream" in kinds else "download" if "binary" in kinds else "call"

    def returns(spelled: Returned, one: Operation) -> str:
        found = spelled.alternative(one, key)
        return {"stream": f"Stream[{found}]", "download": "Download"}.get(gives, found)

    return Kind(
        companion=key,
        does=f"_{gives}",
        returns=returns,
        doc=partial(alternative_doc, key=key),
        applies=_is_plain,
        twin="awaited" if gives == "call" else f"awaited_{gives}",
        has_data=True,
    )


def method_views(operation: Operation, class_name: str, spelling: Spelling) -> Iterator[MethodView]:
    """The methods of an operation, in a resource of that class."""
    for kind in kinds_of(operation):
        name = kind.name(operation)
        yield MethodView(
            name=identifier(name),
            signature=Code(", ".join(_parameters(kind, operation, spelling))),
            returns=Code(kind.returns(Returned(spelling), operation)),
            doc=docstring(kind.doc(operation), 8),
            call=Code(kind.call(operation)),
            twin=_twin(kind, operation, f"{class_name}.{name}"),
        )


def _twin(kind: Kind, operation: Operation, method: str) -> Code:
    job = operation.job
    result = f", Async{job.result_name}" if kind.makes_result and job is not None else ""
    return Code(f"{kind.twin}({identifier(method)}{result})")


def _parameters(kind: Kind, operation: Operation, spelling: Spelling) -> Iterator[Code]:
    """The parameters: those of the path may be given by place, all others by name."""
    given = kind.arguments(operation)
    by_place = [one for one in given if one.place == "path"]
    by_name = [one for one in given if one.place != "path"]
    yield Code("self")
    yield from (_parameter(one, spelling) for one in by_place)
    if by_name:
        yield Code("*")
    yield from (_parameter(one, spelling) for one in by_name)
    if kind.options:
        yield Code(f"**options: Unpack[{kind.options}]")


def _parameter(one: Argument, spelling: Spelling) -> Code:
    annotation = spelling.argument(one.type)
    if one.required:
        return Code(f"{identifier(one.name)}: {annotation}")
    return Code(f"{identifier(one.name)}: {spelling.optional(annotation)} = UNSET")
