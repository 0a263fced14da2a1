"""The Python reference: the client, its resources, results, models, enumerations and errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.types import ListOf, Named, Record
from specloom.targets.client.lookups import listing_call
from specloom.targets.client.results import answering_operation
from specloom.targets.docs.calls import jobs
from specloom.targets.docs.credentials import argument_rows, credentials
from specloom.targets.docs.errors import code_link
from specloom.targets.docs.markdown import Markdown, code, join, table, text
from specloom.targets.docs.records import field_rows, returned_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation
    from specloom.model.jobs import Step
    from specloom.targets.docs.examples import Calling
    from specloom.targets.docs.sections import Sections


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a finished job gives, with the fields of the last answer that it lifts."""

    heading: Markdown
    made_by: Markdown
    answer: Markdown
    fields: Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePage:
    """Everything that can be imported."""

    package: Markdown
    client: Markdown
    prefix: Markdown
    has_key: int
    keys: tuple[Markdown, ...]
    credentials: Markdown
    resources: tuple[Markdown, ...]
    results: tuple[Result, ...]
    records: tuple[Markdown, ...]
    enumerations: tuple[Markdown, ...]
    others: tuple[Markdown, ...]
    errors: Markdown
    has_prices: int
    has_assumptions: int
    resume_by: Markdown
    listings: tuple[Markdown, ...]
    cancels: Markdown


def reference_page(api: Api, sections: Sections) -> ReferencePage:
    """The reference of an API's package, around its sections on resources and types."""
    submits = jobs(api)
    errors = ((code_link(one), code(one.class_name), text(one.message)) for one in api.error_codes)
    return ReferencePage(
        package=Markdown(api.package),
        client=Markdown(api.client_name),
        prefix=Markdown(api.env_prefix),
        has_key=int(any(keyword == "api_key" for keyword, _ in credentials(api))),
        keys=tuple(Markdown(one) for one, _ in credentials(api) if one != "api_key"),
        credentials=Markdown("\n".join(argument_rows(api))),
        resources=sections.resources,
        results=tuple(_result(api, operation, told) for _, operation, told in submits),
        records=sections.records,
        enumerations=sections.enumerations,
        others=sections.others,
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
