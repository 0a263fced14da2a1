"""The data of the sandbox (`sandbox/api.json`): the API as `_runtime/sandbox/description.py` reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specloom.model.media import is_json

if TYPE_CHECKING:
    from specloom.model.api import Answer, Api, Operation
    from specloom.model.jobs import Job


def sandbox_data(api: Api) -> dict[str, Any]:
    """Everything that the sandbox plays, as JSON; members that say nothing are left out."""
    return _told(
        {
            "name": api.package,
            "title": api.title,
            "env_prefix": api.env_prefix,
            "security": [
                _told({"kind": scheme.kind, "name": scheme.wire_name, "place": scheme.place})
                for scheme in api.security_schemes
            ],
            "operations": [
                _operation(api, one) for resource in api.resources for one in resource.operations
            ],
            "error_codes": {
                code.code: _told(
                    {
                        "name": code.class_name,
                        "kind": code.kind,
                        "message": code.message,
                        "status": code.status,
                    }
                )
                for code in api.error_codes
            },
            "error": _error(api),
            "assumed": {one.key: one.value for one in api.assumptions if one.key},
            "definitions": api.answers["$defs"],
        }
    )


def _told(members: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value not in ("", None, (), [], {})}


def _operation(api: Api, one: Operation) -> dict[str, Any]:
    schemas = api.answers["parameters"][one.qualified]
    return _told(
        {
            "name": one.qualified,
            "method": one.method,
            "path": one.path,
            "parameters": [
                _told(
                    {
                        "name": parameter.wire_name,
                        "place": parameter.place,
                        "required": parameter.required or None,
                        "schema": schemas.get(f"{parameter.place}:{parameter.wire_name}"),
                    }
                )
                for parameter in one.parameters
            ],
            "check": one.qualified if one.qualified in api.requests["requests"] else None,
            "answers": {answer.status: _answer(api, one, answer) for answer in one.answers},
            "job": _job(one.job) if one.job is not None else None,
            "price": _price(one),
        }
    ) | ({} if one.security and all(one.security) else {"secured": False})


def _answer(api: Api, one: Operation, answer: Answer) -> dict[str, Any]:
    if not answer.contents:
        return {}
    content = answer.contents[0]
    schemas = {
        status.upper(): schema for status, schema in api.answers["answers"][one.qualified].items()
    }
    return _told(
        {
            "content_type": content.media_type,
            "schema": schemas.get(answer.status.upper()) if is_json(content.media_type) else None,
            "examples": list(content.examples.values()),
        }
    )


def _job(job: Job) -> dict[str, Any]:
    result = job.result
    return _told(
        {
            "poll": _told(
                {"operation": job.poll.operation, "parameters": dict(job.poll.parameters)}
            ),
            "id": list(job.id),
            "status": list(job.status),
            "states": {state: list(words) for state, words in job.states.items()},
            "rules": [
                _told({"state": rule.state, "when": rule.when, "code": rule.code})
                for rule in job.rules
            ],
            "result": (
                _told({"value": result.value, "files": list(result.files)}) if result else None
            ),
            "error": _told({"code": list(job.error_code), "message": list(job.error_message)}),
            "cost": (
                _told(
                    {
                        "amount": job.cost.amount,
                        "discount": job.cost.discount,
                        "reserved": job.cost.reserved,
                        "currency": job.cost.currency,
                    }
                )
                if job.cost
                else None
            ),
        }
    )


def _price(one: Operation) -> dict[str, Any] | None:
    if one.price is None:
        return None
    return _told(
        {
            "per": one.price.per,
            "quantity": one.price.quantity,
            "tier_by": one.price.tier_by,
            "tiers": dict(one.price.tiers),
            "defaults": dict(one.price.defaults),
            "currency": one.price.currency,
        }
    )


def _error(api: Api) -> dict[str, Any]:
    for resource in api.resources:
        for one in resource.operations:
            if one.job is not None:
                return {"code": list(one.job.error_code), "message": list(one.job.error_message)}
    return {}
