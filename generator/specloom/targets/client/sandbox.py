"""The data of the sandbox (`sandbox/api.json`): the API as `_runtime/sandbox/description.py` reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from specloom.model.types import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specloom.model.api import (
        Answer,
        Api,
        Content,
        Encoding,
        ErrorCode,
        Operation,
        Pagination,
        Parameter,
        Server,
    )
    from specloom.model.jobs import Cost, Idempotency, Job, JobResult, Listing, Step

_HOST: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/]*|//[^/]*")


def sandbox_data(api: Api) -> dict[str, Any]:
    """Everything that the sandbox plays, of JSON's own types; members that say nothing are left out."""
    return {key: _bare(value) for key, value in described(api).items()}


def described(api: Api) -> dict[str, Any]:
    """The same to be written as JSON, where a path into a text is but a text."""
    operations = [one for resource in api.resources for one in resource.operations]
    return _told(
        {
            "name": api.package,
            "title": api.title,
            "env_prefix": api.env_prefix,
            "prefixes": _prefixes(api.servers),
            "security": [
                _told({"kind": scheme.kind, "name": scheme.wire_name, "place": scheme.place})
                for scheme in api.security_schemes
            ],
            "operations": [
                _operation(api, one) for one in operations if one.qualified in api.answers["bodies"]
            ],
            "error_codes": {code.code: _code(code) for code in api.error_codes},
            "error": _error(api),
            "assumed": {one.key: one.value for one in api.assumptions if one.key},
            "definitions": api.answers["$defs"],
        }
    )


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {_bare(key): _bare(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _told(members: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value not in ("", None, (), [], {})}


def _code(code: ErrorCode) -> dict[str, Any]:
    return _told(
        {
            "name": code.class_name,
            "kind": code.kind,
            "message": code.message,
            "status": code.status,
        }
    )


def _prefixes(servers: Iterable[Server]) -> list[str]:
    """The paths of base URLs, with their variables and with what these are by default."""
    found: dict[str, None] = {}
    for server in servers:
        path = _HOST.sub("", server.url, count=1).partition("?")[0].strip("/")
        filled = path
        for variable in server.variables:
            filled = filled.replace(f"{{{variable.name}}}", variable.default.strip("/"))
        found |= dict.fromkeys(f"/{each}" for each in (path, filled) if each)
    return list(found)


def _operation(api: Api, one: Operation) -> dict[str, Any]:
    return _told(
        {
            "name": one.qualified,
            "method": one.method,
            "path": one.path,
            "prefixes": _prefixes([one.server] if one.server else ()),
            "ways": _ways(api, one),
            "parameters": [_parameter(api, one, parameter) for parameter in one.parameters],
            "check": (
                one.qualified if "body" in api.requests["requests"].get(one.qualified, ()) else None
            ),
            "bodies": [_body(one, told) for told in api.answers["bodies"][one.qualified]],
            "body_required": (one.body is not None and one.body.required) or None,
            "answers": {answer.status: _answer(api, one, answer) for answer in one.answers},
            "job": _job(one.job) if one.job is not None else None,
            "pages": _pages(one.pages) if one.pages is not None else None,
            "price": _price(one),
        }
    ) | ({} if one.security and all(one.security) else {"secured": False})


def _ways(api: Api, one: Operation) -> list[list[int]] | None:
    """The alternatives of an operation, by the places of their schemes; None where any will do."""
    places = {scheme.name: at for at, scheme in enumerate(api.security_schemes)}
    ways = [[places[name] for name in way if name in places] for way in one.security]
    usual = [[at] for at in range(len(places))]
    return None if ways == usual or not all(one.security) else ways


def _parameter(api: Api, one: Operation, parameter: Parameter) -> dict[str, Any]:
    schemas = api.answers["parameters"][one.qualified]
    told = _told(
        {
            "name": parameter.wire_name,
            "place": parameter.place,
            "required": parameter.required or None,
            "schema": schemas.get(f"{parameter.place}:{parameter.wire_name}"),
            "style": parameter.style,
            "content_type": parameter.content,
        }
    )
    return told if parameter.explode is None else {**told, "explode": parameter.explode}


def _body(one: Operation, told: dict[str, str]) -> dict[str, Any]:
    contents = one.body.contents if one.body is not None else ()
    fitting = [each for each in contents if each.media_type == told["media_type"]]
    encodings = fitting[0].encodings if fitting else ()
    return _told({**told, "encodings": [_encoding(each) for each in encodings]})


def _encoding(encoding: Encoding) -> dict[str, Any]:
    told = _told(
        {
            "name": encoding.name,
            "content_type": encoding.content_type,
            "style": encoding.style,
        }
    )
    return told if encoding.explode is None else {**told, "explode": encoding.explode}


def _answer(api: Api, one: Operation, answer: Answer) -> dict[str, Any]:
    """The content that a client asks for, with the others behind it."""
    schemas = api.answers["answers"][one.qualified].get(answer.status, {})
    contents = {
        content.media_type: _content(content, schemas.get("contents", {}))
        for content in reversed(answer.contents)
    }
    first, *others = reversed(contents.values()) if contents else ({"content_type": ""},)
    return {**first, **_told({"others": others, "headers": schemas.get("headers")})}


def _content(content: Content, schemas: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in content.examples if name != "example"]
    return _told(
        {
            "content_type": content.media_type,
            "kind": "" if content.kind == "json" else content.kind,
            "items": "" if content.items == "data" else content.items,
            "schema": schemas.get(content.media_type),
            "examples": list(content.examples.values()),
            "example_names": names,
        }
    )


def _pages(pages: Pagination) -> dict[str, Any]:
    return _told(
        {
            "style": pages.style,
            "parameter": pages.parameter,
            "cursor": pages.cursor,
            "url": pages.url,
            "first": pages.first if pages.first != 1 else None,
            "total": pages.total,
            "more": pages.more,
        }
    )


def _job(job: Job) -> dict[str, Any]:
    return _told(
        {
            "poll": _step(job.poll),
            "id": list(job.id),
            "refused": job.refused,
            "status": list(job.status),
            "states": {state: list(words) for state, words in job.states.items()},
            "rules": [
                _told({"state": rule.state, "when": rule.when, "code": rule.code})
                for rule in job.rules
            ],
            "result": _result(job.result) if job.result else None,
            "error": _told({"code": list(job.error_code), "message": list(job.error_message)}),
            "progress": (
                {"value": job.progress.value, "of": job.progress.of} if job.progress else None
            ),
            "cost": _cost(job.cost) if job.cost else None,
            "cancel": _step(job.cancel) if job.cancel else None,
            "listing": _listing(job.listing) if job.listing else None,
            "idempotency": _idempotency(job.idempotency) if job.idempotency else None,
        }
    )


def _step(step: Step) -> dict[str, Any]:
    return _told(
        {
            "operation": step.operation,
            "parameters": dict(step.parameters),
            "url": step.url,
            "body": None if step.request_body is ABSENT else step.request_body,
        }
    )


def _result(result: JobResult) -> dict[str, Any]:
    return _told(
        {
            "value": result.value,
            "files": list(result.files),
            "step": _step(result.step) if result.step else None,
            "expires": result.expires,
        }
    )


def _cost(cost: Cost) -> dict[str, Any]:
    return _told(
        {
            "amount": cost.amount,
            "discount": cost.discount,
            "reserved": cost.reserved,
            "currency": cost.currency,
        }
    )


def _listing(listing: Listing) -> dict[str, Any]:
    return {"step": _step(listing.step), "ids": listing.ids}


def _idempotency(idempotency: Idempotency) -> dict[str, Any]:
    return {
        "key": idempotency.key,
        "repeat": idempotency.repeat,
        "is_id": idempotency.is_id,
    }


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
