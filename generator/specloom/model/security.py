"""`security` and the schemes that it names -> who may call, and the keywords that a client takes for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from specloom.model.api import Operation, Resource, SecurityScheme
from specloom.model.names import KEYWORDS, Scope, snake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Report
    from specloom.openapi.tree import Node

Ways = tuple[tuple[str, ...], ...]

# What a woven constructor takes beside what authenticates.
_TAKEN = KEYWORDS | {
    "self",
    "base_url",
    "server",
    "server_variables",
    "assumed",
    "config",
    "prices",
}
_TAKEN |= {"timeout", "max_retries", "allow_insecure", "http_client", "scopes"}
_TAKEN |= {"ledger", "ledger_prompts", "budget", "hooks"}
_TOKENS = ("bearer", "api-key", "oauth2", "openid")


@dataclass(frozen=True, slots=True)
class Secured:
    """The schemes that operations ask for, the usual alternatives in keywords, and the operations that know theirs."""

    schemes: tuple[SecurityScheme, ...]
    usual: tuple[str, ...]
    resources: tuple[Resource, ...]


def read_ways(node: Node, root: Node) -> Ways:
    """The alternatives of an operation, each the schemes that go together; none where nothing is asked."""
    holder = node if node.get("security") is not None else root
    components = root.get("components")
    declared = {name for name, _ in components.items("securitySchemes")} if components else set()
    return tuple(
        tuple(
            name for name, _ in requirement.items() if name in declared or not name.startswith("x-")
        )
        for requirement in holder.elements("security")
    )


def read_scopes(node: Node, root: Node) -> dict[str, tuple[str, ...]]:
    """The scopes (or roles) that an operation asks of each scheme."""
    holder = node if node.get("security") is not None else root
    found: dict[str, dict[str, None]] = {}
    for requirement in holder.elements("security"):
        for name, scopes in requirement.items():
            texts = [one.value for one in scopes.elements() if isinstance(one.value, str)]
            found.setdefault(name, {}).update(dict.fromkeys(texts))
    return {name: tuple(scopes) for name, scopes in found.items() if scopes}


def secure(root: Node, resources: tuple[Resource, ...], report: Report) -> Secured:
    """Decide which schemes a client has and under which keywords; `resources` learn their alternatives.

    Where a document has schemes and nothing asks for any, each is taken, and none is demanded.
    """
    operations = [one for resource in resources for one in resource.operations]
    asked = dict.fromkeys(name for one in operations for way in one.security for name in way)
    unasked = not asked and not _is_said(root, operations)
    names = list(asked) or [name for name, _ in _declared(root) if unasked]
    found = [_scheme(root, name, operations, report) for name in names]
    schemes = tuple(_with_keywords(found))
    anything: Ways = (*((one.name,) for one in schemes), ()) if unasked and schemes else ()
    usual = _told(anything or _usual(root, operations), schemes)

    def with_ways(one: Operation) -> Operation:
        told = _told(anything or one.security, schemes)
        return replace(one, secured=None if told == usual or not schemes else told)

    each = tuple(one.keywords[0] for one in schemes if one.keywords)
    return Secured(
        schemes=schemes,
        usual=() if usual == each else usual,
        resources=tuple(
            replace(one, operations=tuple(with_ways(each) for each in one.operations))
            for one in resources
        ),
    )


def _told(ways: Ways, schemes: tuple[SecurityScheme, ...]) -> tuple[str, ...]:
    """Alternatives in keywords; of mutual TLS nothing is asked, since the caller's HTTP client does it."""
    keys = {one.name: one.keywords[:1] for one in schemes}
    told = (" ".join(key for name in way for key in keys.get(name, ())) for way in ways)
    return tuple(dict.fromkeys(told))


def _is_said(root: Node, operations: list[Operation]) -> bool:
    return root.get("security") is not None or any(one.security for one in operations)


def _usual(root: Node, operations: list[Operation]) -> Ways:
    """The alternatives of the document, else those that most operations have."""
    own = read_ways(root, root)
    told = Counter(one.security for one in operations if one.security)
    return own if any(own) else next((ways for ways, _ in told.most_common(1)), ())


def _declared(root: Node) -> Iterator[tuple[str, Node]]:
    components = root.get("components")
    for name, holder in components.items("securitySchemes") if components is not None else ():
        yield name, holder.follow()


def _found(root: Node, name: str) -> Node | None:
    declared = dict(_declared(root))
    if name in declared or "/" not in name:
        return declared.get(name)
    at = root.tree.documents.resolve(root.at, name)  # since 3.2 a URI may stand for a name
    return root.tree.node(at) if at is not None else None


def _scheme(root: Node, name: str, operations: list[Operation], report: Report) -> SecurityScheme:
    node = _found(root, name)
    if node is None or not isinstance(node.value, dict):  # a rule has said so
        return SecurityScheme(name=name, kind="unsupported")
    flow = (node.get("flows") or node).get("clientCredentials")
    asked = dict.fromkeys(scope for one in operations for scope in one.scopes.get(name, ()))
    known = [scope for scope, _ in flow.items("scopes")] if flow is not None else []
    kind, place = _kind(node), node.text("in")
    if kind == "unsupported":
        told = node.text("scheme") or node.text("type") or "no type"
        report.warning(
            "fallback",
            f"`{name}` authenticates in a way that no client knows (`{told}`): "
            "the caller gives the whole header `Authorization`",
            node.at,
        )
    return SecurityScheme(
        name=name,
        kind=kind,
        place="query" if place == "query" else "cookie" if place == "cookie" else "header",
        wire_name=node.text("name") if kind == "api-key" else "",
        doc=node.text("description"),
        token_url=flow.text("tokenUrl") if flow is not None else "",
        discovery=node.text("openIdConnectUrl") if kind == "openid" else "",
        scopes=tuple(one for one in asked if one in known or kind == "openid"),
        pinned=node.text("x-name"),
    )


def _kind(
    node: Node,
) -> Literal["bearer", "basic", "api-key", "oauth2", "openid", "mutual-tls", "unsupported"]:
    kind, scheme = node.text("type"), node.text("scheme").lower()
    if kind == "http" and scheme == "bearer":
        return "bearer"
    if kind == "http" and scheme == "basic":
        return "basic"
    if kind == "apiKey" and node.text("name"):
        return "api-key"
    if kind == "oauth2":
        return "oauth2"
    if kind == "openIdConnect":
        return "openid"
    return "mutual-tls" if kind == "mutualTLS" else "unsupported"


def _with_keywords(schemes: list[SecurityScheme]) -> Iterator[SecurityScheme]:
    """The schemes with their keywords: a lone token is `api_key`, of several each has its scheme's name."""
    scope = Scope(_TAKEN)
    kinds = Counter("token" if one.kind in _TOKENS else one.kind for one in schemes)
    for one in schemes:
        own = one.pinned or snake(one.name)
        if one.kind == "mutual-tls":
            yield one
        elif one.kind == "basic":
            mark = f"{own}_" if one.pinned or kinds["basic"] > 1 else ""
            keys = scope.claim(f"{mark}username"), scope.claim(f"{mark}password")
            yield replace(one, keywords=keys)
        elif one.kind == "unsupported":
            alone = kinds["unsupported"] == 1 and not one.pinned
            yield replace(one, keywords=(scope.claim("authorization" if alone else own),))
        else:
            alone = kinds["token"] == 1 and not one.pinned
            yield replace(one, keywords=tuple(_token_keywords(one, own, scope, alone=alone)))


def _token_keywords(one: SecurityScheme, own: str, scope: Scope, *, alone: bool) -> Iterator[str]:
    yield scope.claim("api_key" if alone else own)
    if one.token_url or one.discovery:
        mark = "" if alone else f"{own}_"
        yield scope.claim(f"{mark}client_id")
        yield scope.claim(f"{mark}client_secret")
