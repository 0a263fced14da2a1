"""What operations are called: resources by tag, methods by operationId or path, results by resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specloom.model.bodies import request_shapes
from specloom.model.media import alternatives
from specloom.model.names import (
    CLASS_NAMES,
    KEYWORDS,
    METHOD_NAMES,
    RESOURCE_NAMES,
    TYPE_NAMES,
    Scope,
    pascal,
    singular,
    snake,
    words,
)
from specloom.model.operation_ids import (
    fixed_segments,
    id_words,
    own_words,
    path_words,
    placeholder_words,
    route_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from specloom.diagnostics import Report
    from specloom.openapi.tree import Node

_SUBMIT_WORDS = frozenset(
    {"create", "submit", "start", "generate", "run", "begin", "new", "make", "post"}
)


@dataclass(slots=True, kw_only=True)
class Found:
    """An operation of the document before it has its names. `at` is the place of its object."""

    path: str
    method: str
    node: Node
    item: Node
    tag: str
    name: str = ""
    qualified: str = ""
    companions: dict[str, str] = field(default_factory=dict)
    result_name: str = ""
    request_type: str = ""  # set where a further method sends the body in another media type

    @property
    def is_first(self) -> bool:
        """Whether it is what the document has there, and no further method of it."""
        return not self.request_type

    @property
    def key(self) -> str:
        """What a life cycle calls it: the operationId, or method and path."""
        return self.node.text("operationId") or f"{self.method.upper()} {self.path}"


def name_resources(
    tags: Iterable[str], pinned: Mapping[str, str], client_name: str
) -> dict[str, tuple[str, str]]:
    """The attribute and the class of each tag; tags that are spelled alike share theirs.

    `pinned` are the names that tags have by `x-name`. A class is free together with its async twin, and is not called
    as the client is. Keywords are no obstacle: they are not capitalised.
    """
    attributes = Scope(RESOURCE_NAMES, fold=True)
    classes = Scope({*(CLASS_NAMES - KEYWORDS), *TYPE_NAMES, client_name}, fold=True)
    told: dict[str, str] = {}
    for tag in tags:
        told.setdefault(spelled_tag(tag), tag)
    named: dict[str, tuple[str, str]] = {}
    for spelled in sorted(told, key=lambda spelled: spelled not in pinned):
        wanted = pinned.get(spelled, spelled)
        class_name = _class_name(pinned.get(spelled, told[spelled])) or "Api"
        class_name = classes.claim_pair(class_name, f"{class_name}Resource")
        named[spelled] = (attributes.claim(wanted), class_name)
    return {spelled: named[spelled] for spelled in told}


def spelled_tag(tag: str) -> str:
    """A tag as resources know it: `Pets` and `pets` are one."""
    return snake(tag) or "api"


def _class_name(text: str) -> str:
    """A class that no constant can be called: `SMS` is the data of an operation `sms`."""
    name = pascal(text)
    if not name.isupper():
        return name
    softer = name.capitalize()
    return softer if not softer.isupper() else f"{name}Resource"


def untagged(path: str) -> str:
    """The first fixed segment of the path that names something."""
    segments = [part for part in path.split("/") if part and "{" not in part]
    return (fixed_segments(path) or segments or ["api"])[0]


def name_methods(group: list[Found], attribute: str, class_name: str, report: Report) -> None:
    """Name the methods of one resource; pinned ones (`x-name`) first, each group in document order."""
    # A method called like its class would hide it from the twins that follow.
    scope = Scope(METHOD_NAMES | {class_name})
    jobs = [one for one in group if one.node.get("x-job") is not None]
    is_pinned = any(one.node.text("x-name") == "submit" for one in jobs)
    first = jobs[0] if jobs and not is_pinned else None
    for one in sorted(group, key=lambda one: not one.node.text("x-name")):
        told = [name for name in _wanted_names(one, attribute, is_first=one is first) if name]
        one.name = scope.claim(*told)
        one.qualified = f"{attribute}.{one.name}"
        one.companions = {kind: scope.claim(name) for kind, name in _companions(one)}
        if one.name.rstrip("_") not in {name.rstrip("_") for name in told}:
            report.warning(
                "name-taken",
                f"`{one.key}` becomes `{one.qualified}`, since `{told[0]}` is taken",
                one.node.at.at_key(),
                hint="give it an operationId of its own, or pin a name with x-name",
            )


def _companions(one: Found) -> Iterator[tuple[str, str]]:
    """The further methods that an operation has, as `Operation.companions` says them, with their names."""
    if one.node.get("x-job") is not None:
        rest = one.name.removeprefix("submit") if one.name.startswith("submit") else f"_{one.name}"
        kinds = ["generate", *(["estimate"] if one.node.get("x-price") is not None else [])]
        yield from ((kind, f"{kind}{rest}") for kind in kinds)
        for label, _ in request_shapes(one.node):
            yield f"with_{label}", f"{one.name}_{label}"
            yield from ((f"{kind}_with_{label}", f"{kind}{rest}_{label}") for kind in kinds)
        return
    for label, _ in request_shapes(one.node):
        yield f"with_{label}", f"{one.name}_{label}"
    for key, _ in alternatives(one.node) if one.method != "head" else ():
        yield key, f"{one.name}_{key}"
    if one.node.get("x-pagination") is not None:
        rest = "" if one.name == "list" else f"_{one.name.removeprefix('list_')}"
        yield "iterate", f"iterate{rest}"


def _wanted_names(one: Found, attribute: str, *, is_first: bool) -> Iterator[str]:
    """What an operation may be called, best first; the last tells it from all others."""
    operation_id = one.node.text("operationId")
    yield one.node.text("x-name")
    is_job = one.node.get("x-job") is not None
    if is_job:
        short = "submit" if is_first else _submit_name(operation_id, own_words(attribute))
    elif parts := id_words(operation_id, one.method, one.path, attribute):
        short = snake("_".join(parts))
        yield short
        if one.method not in parts and one.method in words(operation_id):
            yield snake("_".join([one.method, *parts[1:]]))
    else:
        routes = [snake("_".join(said)) for said in route_words(one.method, one.path, attribute)]
        yield from routes
        short = routes[-1]
        placeholders = placeholder_words(one.path)
        yield snake("_".join([short, "by", *placeholders])) if placeholders else ""
    yield short
    # Whatever it is called, a submit says that it is one.
    yield _submit_name(operation_id) if is_job else snake(operation_id)
    more = [word for word in path_words(one.path, attribute) if word not in words(short)]
    yield snake("_".join([short, *more]))
    yield snake(f"{'submit ' if is_job else ''}{one.method} {one.path}")


def _submit_name(operation_id: str, own: AbstractSet[str] = frozenset()) -> str:
    """What the submit of a further job is called: by what else its operationId says, for the first is `submit`."""
    rest = [word for word in words(operation_id) if word not in own | _SUBMIT_WORDS]
    return snake("_".join(["submit", *rest]))


def name_results(group: list[Found], class_name: str) -> None:
    """The class of what a job gives: the singular of its resource for the first, then named after its operation."""
    methods = {name for one in group for name in (one.name, *one.companions.values())}
    scope = Scope({*CLASS_NAMES, *methods, class_name, f"Async{class_name}"})
    jobs = [one for one in group if one.node.get("x-job") is not None]
    first = _class_name(singular("_".join(words(class_name))))
    for number, one in enumerate(jobs):
        own = f"{pascal(one.name.removeprefix('submit').strip('_')) or class_name}Result"
        one.result_name = scope.claim_pair(*([] if number else [first]), own)
