"""What the runtime needs to know of an API, as literal data: operations, life cycles, prices, the API as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from specloom.model.api import (
    Answer,
    Api,
    Job,
    JobResult,
    Operation,
    Parameter,
    Price,
    SecurityScheme,
    Step,
)
from specloom.model.names import constant
from specloom.model.operations import is_json
from specloom.model.types import ABSENT
from specloom.python.spelling import Code, Spelling, literal


def construct(name: str, /, *positional: Code, **members: Any) -> Code:
    """A call `name(positional..., key=value, ...)`; members that are empty or None are left out.

    The trailing comma makes black lay it out one member a line.
    """
    kept = [f"{key}={_written(value)}" for key, value in members.items() if not _is_empty(value)]
    if not kept:
        return Code(f"{name}({', '.join(positional)})")
    return Code(f"{name}({', '.join([*positional, *kept])},)")


def _is_empty(value: Any) -> bool:
    return value is None or value is ABSENT or value in ("", (), {}, [])


def _written(value: Any) -> str:
    if isinstance(value, Code):
        return value
    if isinstance(value, tuple) and any(isinstance(part, Code) for part in value):
        return f"({', '.join(_written(part) for part in value)},)"
    return literal(dict(value) if isinstance(value, Mapping) else value)


def operation_constant(operation: Operation) -> Code:
    """The name of an operation's data in its module: `SUBMIT`."""
    return Code(constant(operation.name))


def operation_data(operation: Operation, spelling: Spelling, calls: Mapping[str, Code]) -> Code:
    """The `Operation(...)` of one operation; `calls` names the data of other operations by qualified name."""
    return construct(
        "Operation",
        name=operation.qualified,
        method=operation.method,
        path=operation.path,
        parameters=tuple(_parameter(one) for one in operation.parameters),
        body=_body(operation),
        answers=tuple(_answer(answer, spelling) for answer in operation.answers if answer.contents),
        price=_price(operation.price),
        job=_job(operation.job, calls) if operation.job is not None else None,
        secured=None if _is_secured(operation) else Code("False"),
    )


def _is_secured(operation: Operation) -> bool:
    return not operation.security or any(operation.security)


def _parameter(one: Parameter) -> Code:
    return construct(
        "Parameter",
        name=one.wire_name,
        place=one.place,
        style=one.style,
        explode=one.explode,
        required=True if one.required else None,
        allow_reserved=True if one.allow_reserved else None,
        content_type=one.content,
    )


def _body(operation: Operation) -> Code | None:
    if operation.body is None or not operation.body.contents:
        return None
    media_type = operation.body.contents[0].media_type
    return construct(
        "Body",
        literal(media_type),
        check=operation.qualified if is_json(media_type) else None,
        required=True if operation.body.required else None,
    )


def _answer(answer: Answer, spelling: Spelling) -> Code:
    content = answer.contents[0]
    return Code(
        f"Answer({literal(answer.status)}, {literal(content.media_type)}, "
        f"lambda: {spelling.annotation(content.type)})"
    )


def _price(price: Price | None) -> Code | None:
    if price is None:
        return None
    return construct(
        "Price",
        per=price.per,
        quantity=price.quantity,
        tier_by=price.tier_by,
        tiers=price.tiers,
        unit_prices=price.unit_prices,
        defaults=price.defaults,
        currency=price.currency,
    )


def _job(job: Job, calls: Mapping[str, Code]) -> Code:
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
        error=_error_paths(job.error_code, job.error_message),
        progress=(
            construct("Progress", value=job.progress.value, of=job.progress.of)
            if job.progress
            else None
        ),
        cost=_cost(job),
        cancel=_step("Step", job.cancel, calls) if job.cancel else None,
        list=_listing(job, calls),
        idempotency=_idempotency(job),
    )


def _error_paths(code: tuple[str, ...], message: tuple[str, ...]) -> Code | None:
    return construct("ErrorPaths", code=code, message=message) if code or message else None


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


def _listing(job: Job, calls: Mapping[str, Code]) -> Code | None:
    if job.listing is None:
        return None
    step = job.listing.step
    return construct(
        "Listing",
        operation=calls.get(step.operation),
        ids=job.listing.ids,
        parameters=dict(step.parameters),
    )


def _idempotency(job: Job) -> Code | None:
    if job.idempotency is None:
        return None
    return construct(
        "Idempotency",
        key=job.idempotency.key,
        repeat=job.idempotency.repeat,
        is_id=True if job.idempotency.is_id else None,
    )


def _step(name: str, step: Step, calls: Mapping[str, Code]) -> Code:
    return construct(
        name,
        operation=calls.get(step.operation),
        url=step.url,
        parameters=dict(step.parameters),
        body=step.request_body,
    )


def _result(result: JobResult | None, calls: Mapping[str, Code]) -> Code | None:
    if result is None:
        return None
    step = result.step or Step()
    return construct(
        "ResultStep",
        operation=calls.get(step.operation),
        url=step.url,
        parameters=dict(step.parameters),
        body=step.request_body,
        value=result.value,
        files=result.files,
        expires=result.expires,
    )


def api_data(api: Api) -> Code:
    """The `Api(...)` of the whole API."""
    return construct(
        "Api",
        name=api.package,
        package=api.package,
        env_prefix=api.env_prefix,
        title=api.title,
        version=api.version,
        servers=tuple(
            construct("Server", literal(server.url), assumed=True if server.assumed else None)
            for server in api.servers
        ),
        security=_security(api),
        error_codes=_error_codes(api),
        error=_error_answer(api),
        limits=_limits(api),
        jobs=tuple(_job_kinds(api)),
        assumed={one.key: one.value for one in api.assumptions if one.key},
    )


def api_security(api: Api) -> list[SecurityScheme]:
    """The ways to authenticate that the operations ask for; schemes that nobody asks for are left out."""
    asked = [
        name
        for resource in api.resources
        for one in resource.operations
        for way in one.security
        for name in way
    ]
    schemes = {scheme.name: scheme for scheme in api.security_schemes}
    return [schemes[name] for name in dict.fromkeys(asked) if name in schemes]


def _security(api: Api) -> tuple[Code, ...]:
    found = (_scheme(scheme) for scheme in api_security(api))
    return tuple(dict.fromkeys(code for code in found if code is not None))


def _scheme(scheme: SecurityScheme) -> Code | None:
    if scheme.kind in {"bearer", "oauth2", "openid"}:
        return Code("Bearer()")
    if scheme.kind == "api-key":
        return construct("ApiKey", name=scheme.wire_name, place=scheme.place)
    return None


def _error_codes(api: Api) -> Code | None:
    members = ", ".join(
        f"{literal(code.code)}: "
        + construct(
            "VendorCode",
            class_name=code.class_name,
            kind=code.kind,
            message=code.message,
            status=code.status,
        )
        for code in api.error_codes
    )
    return Code(f"{{{members}}}") if members else None


def _error_answer(api: Api) -> Code | None:
    """Where an error answer says why: as the life cycles do, until somebody sets it otherwise."""
    for resource in api.resources:
        for operation in resource.operations:
            if operation.job is not None:
                return _error_paths(operation.job.error_code, operation.job.error_message)
    return None


def _limits(api: Api) -> Code | None:
    return (
        construct(
            "Limits",
            submits_per_second=api.limits.get("submits-per-second"),
            polls_per_second=api.limits.get("polls-per-second"),
        )
        if api.limits
        else None
    )


def _job_kinds(api: Api) -> list[Code]:
    return [
        construct(
            "JobKind",
            name=operation.qualified,
            module=f"resources.{resource.name}",
            operation=str(operation_constant(operation)),
            result=operation.job.result_name,
            async_result=f"Async{operation.job.result_name}",
        )
        for resource in api.resources
        for operation in resource.operations
        if operation.job is not None
    ]
