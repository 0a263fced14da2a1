"""The Python reference: the client, its resources, results, models, enumerations and errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.types import Enumeration, ListOf, Named, Record, Union
from specloom.python.spelling import sentence
from specloom.targets.client.lookups import listing_call
from specloom.targets.client.results import answering_operation
from specloom.targets.docs.calls import jobs, page, target
from specloom.targets.docs.credentials import argument_rows, credentials
from specloom.targets.docs.errors import code_link
from specloom.targets.docs.examples import Call, Calling, calling
from specloom.targets.docs.markdown import Markdown, code, join, link, table, text, words
from specloom.targets.docs.prose import prose
from specloom.targets.docs.records import field_rows, returned_record, variants
from specloom.targets.docs.signatures import awaited, further, returned_text, signature
from specloom.targets.docs.wording import value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation, Resource
    from specloom.model.jobs import Step


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
class Result:
    """What a finished job gives, with the fields of the last answer that it lifts."""

    heading: Markdown
    made_by: Markdown
    answer: Markdown
    fields: Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A declared type; `table` is its fields or its members."""

    heading: Markdown
    doc: Markdown
    table: Markdown
    stands_for: Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePage:
    """Everything that can be imported."""

    package: Markdown
    client: Markdown
    prefix: Markdown
    has_key: int
    keys: tuple[Markdown, ...]
    credentials: Markdown
    resources: tuple[ResourceView, ...]
    results: tuple[Result, ...]
    records: tuple[Model, ...]
    enumerations: tuple[Model, ...]
    others: tuple[Model, ...]
    errors: Markdown
    has_prices: int
    has_assumptions: int
    resume_by: Markdown
    listings: tuple[Markdown, ...]
    cancels: Markdown


def reference_page(api: Api) -> ReferencePage:
    """The reference of an API's package."""
    submits = jobs(api)
    records = [one for one in api.types if isinstance(one, Record)]
    enumerations = [one for one in api.types if isinstance(one, Enumeration)]
    others = [one for one in api.types if isinstance(one, Union)]
    errors = ((code_link(one), code(one.class_name), text(one.message)) for one in api.error_codes)
    return ReferencePage(
        package=Markdown(api.package),
        client=Markdown(api.client_name),
        prefix=Markdown(api.env_prefix),
        has_key=int(any(keyword == "api_key" for keyword, _ in credentials(api))),
        keys=tuple(Markdown(one) for one, _ in credentials(api) if one != "api_key"),
        credentials=Markdown("\n".join(argument_rows(api))),
        resources=tuple(_resource(api, one) for one in api.resources),
        results=tuple(_result(api, operation, told) for _, operation, told in submits),
        records=tuple(_record(api, one) for one in records),
        enumerations=tuple(_enumeration(one) for one in enumerations),
        others=tuple(_other(api, one) for one in others),
        errors=table(("code", "exception", "message"), errors),
        has_prices=int(
            any(one.price is not None for resource in api.resources for one in resource.operations)
        ),
        has_assumptions=int(bool(api.assumptions)),
        resume_by=Markdown("token, or an id," if len(submits) == 1 else "token"),
        listings=tuple(
            code(listing_call(api, one))
            for _, one, _ in submits
            if one.job is not None and one.job.listing is not None
        ),
        cancels=_cancels([one.job.cancel for _, one, _ in submits if one.job is not None]),
    )


def _cancels(steps: list[Step | None]) -> Markdown:
    """The calls that cancel jobs; empty where there are none."""
    told = [
        code(f"client.{step.operation}") if step.operation else Markdown("the server's own address")
        for step in steps
        if step is not None
    ]
    only = ", of the jobs that have it" if told and None in steps else ""
    return Markdown(f"{join(dict.fromkeys(told), ' or ')}{only}" if told else "")


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


def _result(api: Api, operation: Operation, told: Calling) -> Result:
    job = operation.job
    name = job.result_name if job is not None else ""
    answering = answering_operation(api, operation, job) if job is not None else operation
    record = returned_record(api, answering)
    is_called = job is not None and answering.qualified not in (
        operation.qualified,
        job.poll.operation,
    )
    what = "of the call for the result" if is_called else "that says that the job is done"
    return Result(
        heading=code(name),
        made_by=Markdown(
            f"What a job of {code(f'client.{told.submit.method}')} comes to; {code(f'Async{name}')} to be awaited."
        ),
        answer=text(f"the answer {what}"),
        fields=table(("field of the last answer", "type", "", "what it is"), _lifted(api, record)),
    )


def _lifted(api: Api, record: Record | None) -> Iterator[tuple[Markdown, ...]]:
    """The lists and records of the answer, which a result has as properties too."""
    if record is None:
        return
    rows = zip(record.fields, field_rows(api, record), strict=True)
    for one, row in rows:
        inner = api.declaration(one.type) if isinstance(one.type, Named) else None
        if isinstance(one.type, ListOf) or isinstance(inner, Record):
            yield row


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
