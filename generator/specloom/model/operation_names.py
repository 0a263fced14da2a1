"""What operations are called: resources by tag, methods by operationId or path, results by resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.names import (
    CLASS_NAMES,
    METHOD_NAMES,
    RESOURCE_NAMES,
    Scope,
    pascal,
    singular,
    snake,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specloom.diagnostics import Report
    from specloom.openapi.tree import Node

_BY_METHOD = {
    "get": "get",
    "put": "replace",
    "post": "create",
    "delete": "delete",
    "patch": "update",
}
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
    result_name: str = ""

    @property
    def key(self) -> str:
        """What a life cycle calls it: the operationId, or method and path."""
        return self.node.text("operationId") or f"{self.method.upper()} {self.path}"


def name_resources(tags: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The attribute and the class of each tag. A class is free together with its async twin."""
    attributes = Scope(RESOURCE_NAMES, fold=True)
    classes = Scope(CLASS_NAMES, fold=True)
    return {
        tag: (attributes.claim(snake(tag) or "api"), classes.claim_pair(_class_name(tag) or "Api"))
        for tag in tags
    }


def _class_name(text: str) -> str:
    """A class that no constant can be called: `SMS` is the data of an operation `sms`."""
    name = pascal(text)
    if not name.isupper():
        return name
    softer = name.capitalize()
    return softer if not softer.isupper() else f"{name}Resource"


def untagged(path: str) -> str:
    """The first fixed segment of the path that is not a version."""
    segments = [part for part in path.split("/") if part and "{" not in part]
    return (_named_segments(path) or segments or ["api"])[0]


def _named_segments(path: str) -> list[str]:
    """The segments that are neither a parameter nor a version."""
    return [part for part in path.split("/") if part and "{" not in part and not _is_version(part)]


def _is_version(part: str) -> bool:
    return part.startswith("v") and part[1:].replace(".", "").isdigit()


def name_methods(group: list[Found], attribute: str, report: Report) -> None:
    """Name the methods of one resource; pinned ones (`x-name`) first, each group in document order."""
    scope = Scope(METHOD_NAMES)
    alone = sum(one.node.get("x-job") is not None for one in group) == 1
    for one in sorted(group, key=lambda one: not one.node.text("x-name")):
        short = _short_name(one, attribute, alone=alone)
        wanted = [
            one.node.text("x-name"),
            short,
            snake(one.node.text("operationId")),
            snake(f"{short} {' '.join(_path_words(one, attribute))}"),
        ]
        told = [name for name in wanted if name]
        one.name = scope.claim(*told)
        one.qualified = f"{attribute}.{one.name}"
        if one.name.rstrip("_") not in {name.rstrip("_") for name in told}:
            report.warning(
                "name-taken",
                f"`{one.key}` becomes `{one.qualified}`, since `{told[0]}` is taken",
                one.node.at.at_key(),
                hint="give it an operationId of its own, or pin a name with x-name",
            )


def _short_name(one: Found, attribute: str, *, alone: bool) -> str:
    """The operationId without the words of its resource; a job's submit is called `submit`."""
    own = _own_words(attribute)
    parts = [word for word in words(one.node.text("operationId")) if word not in own]
    if one.node.get("x-job") is not None:
        rest = [word for word in parts if word not in _SUBMIT_WORDS]
        return "submit" if alone or not rest else snake("_".join(["submit", *rest]))
    if parts:
        return snake("_".join(parts))
    return snake(one.node.text("operationId")) or _verb(one)


def _own_words(attribute: str) -> set[str]:
    return set(words(attribute)) | {singular(word) for word in words(attribute)}


def _verb(one: Found) -> str:
    """What an operation without an id does, by its method."""
    if one.method == "get" and not one.path.rstrip("/").endswith("}"):
        return "list"
    return _BY_METHOD.get(one.method, one.method)


def _path_words(one: Found, attribute: str) -> list[str]:
    """The words of the path's fixed segments that its resource does not say already."""
    own = _own_words(attribute)
    return [word for part in _named_segments(one.path) for word in words(part) if word not in own]


def name_results(group: list[Found], class_name: str) -> None:
    """The class of what a job gives: the singular of its resource, or named after its operation."""
    scope = Scope({*CLASS_NAMES, class_name, f"Async{class_name}"})
    jobs = [one for one in group if one.node.get("x-job") is not None]
    alone = _class_name(singular("_".join(words(class_name))))
    for one in jobs:
        own = f"{pascal(one.name.removeprefix('submit').strip('_')) or class_name}Result"
        one.result_name = scope.claim_pair(*([alone] if len(jobs) == 1 else []), own)
