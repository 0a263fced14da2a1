"""What the runtime needs to know of an API, as literal data: operations, life cycles, prices, the API as a whole."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from specloom.python.spelling import Code, Spelling, alone, identifier, literal
from specloom.targets.client.expressions import construct, is_empty
from specloom.targets.client.life_cycles import error_paths, life_cycle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specloom.model.api import (
        Api,
        Encoding,
        Operation,
        Pagination,
        Parameter,
        Price,
        SecurityScheme,
        Server,
    )


def operation_constant(operation: Operation) -> Code:
    """The name of an operation's data in its module: `SUBMIT`."""
    return data_name(operation.name)


def data_name(method: str) -> Code:
    """The name of the data that a method takes: its own in capitals, where they lead back to it."""
    capitals = method.upper()
    return identifier(capitals if capitals.lower() == method else f"{method}_DATA")


def operation_data(
    operation: Operation,
    spelling: Spelling,
    answers: Code,
    calls: Mapping[str, Code],
    names: Mapping[str, str],
) -> Code:
    """The `Operation(...)` of one operation.

    Args:
        operation: the operation.
        spelling: of the module.
        answers: data of its answers.
        calls: the data of other operations by qualified name.
        names: the keywords with which lost jobs of it are looked for.
    """
    return construct(
        "Operation",
        name=operation.qualified,
        method=operation.method,
        path=operation.path,
        parameters=_parameters(operation.parameters),
        body=_body(operation),
        answers=answers,
        price=_price(operation.price),
        job=life_cycle(operation.job, calls, names) if operation.job is not None else None,
        pages=_pages(operation.pages, spelling) if operation.pages is not None else None,
        secured=Code("False") if operation.secured == () else operation.secured,
        server=_server(operation.server) if operation.server is not None else None,
    )


def _parameters(given: tuple[Parameter, ...]) -> Code | None:
    """The parameters in their order; neighbours that differ by nothing but their names are told together."""
    parts = []
    for (place, style), group in groupby(given, key=lambda one: (one.place, _style(one))):
        names = [literal(one.wire_name) for one in group]
        if len(names) == 1:
            parts.append(construct("Parameter", names[0], literal(place), **dict(style)))
        else:
            parts.append(construct("alike", literal(place), *names, **dict(style)))
    return _spread(parts, "alike(")


def _style(one: Parameter) -> tuple[tuple[str, Any], ...]:
    """What is said of a parameter besides its name and place."""
    usual = "simple" if one.place in ("path", "header") else "form"
    style = one.style or usual
    explode = one.explode if one.explode is not None else style == "form"
    said = {
        "style": style if style != usual else None,
        "explode": explode if explode != (style == "form") else None,
        "allow_reserved": one.allow_reserved or None,
        "content_type": one.content,
        "encodings": _encodings(one.encodings),
        "required": (one.required and one.place != "path") or None,
        "check": one.has_rules or None,
    }
    return tuple((key, value) for key, value in said.items() if not is_empty(value))


def _body(operation: Operation) -> Code | None:
    if operation.body is None or not operation.body.contents:
        return None
    content = operation.body.contents[0]
    is_checked = content.kind not in {"text", "binary"} and content.schema_at is not None
    return construct(
        "Body",
        literal(content.media_type),
        check=operation.qualified if is_checked else None,
        required=True if operation.body.required else None,
        encodings=_encodings(content.encodings),
        others=tuple(
            construct("Body", literal(one.media_type), encodings=_encodings(one.encodings))
            for one in operation.body.contents[1:]
            if one.encodings
        ),
    )


def _encodings(given: tuple[Encoding, ...]) -> Code | None:
    """The encodings; neighbours that differ by nothing but their names are told together."""
    parts = []
    for style, group in groupby(given, key=_encoding):
        names = [literal(one.name) for one in group]
        parts.append(construct("Encoding" if len(names) == 1 else "encoded", *names, **dict(style)))
    return _spread(parts, "encoded(")


def _encoding(one: Encoding) -> tuple[tuple[str, Any], ...]:
    said = {
        "content_type": one.content_type,
        "style": one.style,
        "explode": one.explode,
        "allow_reserved": one.allow_reserved or None,
        "base64": one.base64 or None,
        "headers": dict(one.headers),
    }
    return tuple((key, value) for key, value in said.items() if not is_empty(value))


def _spread(parts: list[Code], several: str) -> Code | None:
    """A tuple of single ones and of calls that give several."""
    if len(parts) == 1 and parts[0].startswith(several):
        return parts[0]
    spread = [f"*{part}" if part.startswith(several) else part for part in parts]
    return Code(f"({', '.join(spread)}{',' if len(spread) == 1 else ''})") if spread else None


def _pages(pages: Pagination, spelling: Spelling) -> Code:
    return construct(
        "Pagination",
        style=pages.style,
        items=pages.items,
        type=Code(f"lambda: {spelling.annotation(pages.item)}"),
        parameter=pages.parameter,
        cursor=pages.cursor,
        url=pages.url,
        first=None if pages.first == 1 else Code(str(pages.first)),
        total=pages.total,
        more=pages.more,
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


def api_data(api: Api) -> Code:
    """The `Api(...)` of the whole API."""
    return construct(
        "Api",
        name=api.package,
        package=api.package,
        env_prefix=api.env_prefix,
        title=api.title,
        version=api.version,
        servers=tuple(_server(server) for server in api.servers),
        security=tuple(_scheme(one) for one in api.security_schemes if one.keywords),
        secured=api.secured,
        error_codes=_error_codes(api),
        error=_error_answer(api),
        limits=_limits(api),
        jobs=tuple(_job_kinds(api)),
        assumed={one.key: one.value for one in api.assumptions if one.key},
    )


def _server(server: Server) -> Code:
    has_more = server.assumed or server.name or server.variables
    return construct(
        "Server",
        literal(server.url) if has_more else alone(server.url),
        assumed=True if server.assumed else None,
        name=server.name,
        variables=tuple(
            construct("Variable", literal(one.name), literal(one.default), values=one.values)
            for one in server.variables
        ),
    )


def _scheme(scheme: SecurityScheme) -> Code:
    key, *more = scheme.keywords
    own = key if key != "api_key" else None
    match scheme.kind:
        case "api-key":
            return construct("ApiKey", name=scheme.wire_name, place=scheme.place, key=own)
        case "basic":
            names = (key, *more) if (key, *more) != ("username", "password") else ()
            return construct("Basic", *(literal(name) for name in names))
        case "oauth2" | "openid" if more:
            usual = more == ["client_id", "client_secret"]
            return construct(
                "OAuth2",
                key=own,
                application=() if usual else tuple(more),
                token_url=scheme.token_url,
                discovery=scheme.discovery,
                scopes=scheme.scopes,
            )
        case "unsupported":
            return construct("Authorization", *([literal(key)] if key != "authorization" else []))
        case _:
            return construct("Bearer", *([literal(key)] if own else []))


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
                return error_paths(operation.job.error_code, operation.job.error_message)
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
