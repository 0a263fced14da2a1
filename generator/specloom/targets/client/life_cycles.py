"""What the runtime needs to know of the life cycle of a job, as literal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.jobs import Job, JobResult, Step
from specloom.targets.client.expressions import construct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specloom.python.spelling import Code


def life_cycle(job: Job, calls: Mapping[str, Code], names: Mapping[str, str]) -> Code:
    """The `LifeCycle(...)` of an operation.

    Args:
        job: its life cycle.
        calls: the data of other operations by qualified name.
        names: the keywords with which lost jobs of it are looked for.
    """
    return construct(
        "LifeCycle",
        id=job.id,
        poll=_step("Step", job.poll, calls),
        interval=job.interval,
        timeout=job.timeout,
        status=job.status,
        states=dict(job.states),
        rules=tuple(
            construct("Rule", when=rule.when, code=rule.code, state=rule.state)
            for rule in job.rules
        ),
        refused=job.refused,
        not_taken=job.not_taken,
        result=_result(job.result, calls),
        error=error_paths(job.error_code, job.error_message),
        progress=(
            construct("Progress", value=job.progress.value, of=job.progress.of)
            if job.progress
            else None
        ),
        cost=_cost(job),
        cancel=_step("Step", job.cancel, calls) if job.cancel else None,
        list=_listing(job, calls, names),
        idempotency=_idempotency(job),
    )


def _cost(job: Job) -> Code | None:
    if job.cost is None:
        return None
    return construct(
        "CostPaths",
        reserved=job.cost.reserved,
        amount=job.cost.amount,
        discount=job.cost.discount,
        currency=job.cost.currency,
    )


def _listing(job: Job, calls: Mapping[str, Code], names: Mapping[str, str]) -> Code | None:
    if job.listing is None:
        return None
    step = job.listing.step
    return construct(
        "Listing",
        operation=calls.get(step.operation),
        ids=job.listing.ids,
        parameters={**step.usual, **step.parameters},
        body=step.request_body,
        numbers=step.numbers,
        once=True if step.once else None,
        names=dict(names),
    )


def _idempotency(job: Job) -> Code | None:
    if job.idempotency is None:
        return None
    return construct(
        "Idempotency",
        key=job.idempotency.key,
        repeat=job.idempotency.repeat,
        is_id=True if job.idempotency.is_id else None,
        known=job.idempotency.known,
    )


def _step(name: str, step: Step, calls: Mapping[str, Code]) -> Code:
    return construct(
        name,
        operation=calls.get(step.operation),
        url=step.url,
        parameters={**step.usual, **step.parameters},
        body=step.request_body,
        numbers=step.numbers,
        once=True if step.once else None,
    )


def _result(result: JobResult | None, calls: Mapping[str, Code]) -> Code | None:
    if result is None:
        return None
    step = result.step or Step()
    return construct(
        "ResultStep",
        operation=calls.get(step.operation),
        url=step.url,
        parameters={**step.usual, **step.parameters},
        body=step.request_body,
        numbers=step.numbers,
        once=True if step.once else None,
        value=result.value,
        files=result.files,
        expires=result.expires,
        optional=True if result.optional else None,
    )


def error_paths(code: tuple[str, ...], message: tuple[str, ...]) -> Code | None:
    """Where an answer says why something failed; None where nobody says."""
    return construct("ErrorPaths", code=code, message=message) if code or message else None
