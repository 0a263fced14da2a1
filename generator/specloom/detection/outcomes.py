"""What comes out of a job, as the poll's answer shows it: value, files, error, progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specloom.detection.answers import below, items_of, members_of, prose_of, step
from specloom.detection.words import set_of, tokens_of
from specloom.openapi.schema_paths import parts_of, types_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from specloom.detection.answers import View
    from specloom.openapi.tree import Node

__all__ = ["error_in", "progress_in", "result_in"]

_VALUES = (
    *("output", "outputs", "result", "results", "response", "assets", "artifacts", "files"),
    *("generated", "videos", "images", "video", "image", "audio", "transcript", "text", "data"),
)
_LAST = frozenset({"result", "results", "output", "outputs"})
_URLS = frozenset({"url", "urls", "uri", "link", "href"})
_FILES = set_of(
    "download result output file video image audio asset artifact media pdf export archive"
    " screenshot transcript signed report"
)
_CALLS = frozenset({"webhook", "callback", "status", "cancel", "self", "next", "previous", "page"})
_ERRORS = (
    *("error", "errors", "failure", "last_error", "exception", "error_message", "error_details"),
    *(
        "err_msg",
        "error_msg",
        "fail_msg",
        "failure_reason",
        "failure_message",
        "error_reason",
        "fail_reason",
        "failed_reason",
    ),
    *("status_message", "state_message"),
)
_MESSAGES = ("message", "detail", "description", "reason", "msg", "title", "error_message")
_CODE_NAMES = ("code", "type", "error_code", "status_code", "reason_code", "name")
_PROGRESS = (
    *("progress", "percent", "percentage", "progress_percent", "percent_complete"),
    *("completion_percentage", "progress_percentage", "percent_completed", "percentage_complete"),
    *("progress_pct", "percent_done", "completed_percentage"),
)
_COUNTS = (
    *(("completed_requests", "total_requests"), ("processed", "total"), ("completed", "total")),
    *(("processed", "count"), ("processed_count", "total_count"), ("done", "total")),
    *(("completed_items", "total_items"), ("processed_items", "total_items")),
)


def _spelled(members: Mapping[str, Node]) -> dict[str, str]:
    """Names by their words; of several with the same, the first."""
    found: dict[str, str] = {}
    for name in members:
        found.setdefault("_".join(tokens_of(name)), name)
    return found


def _called(view: View, names: Sequence[str]) -> Iterator[str]:
    """The members with one of these names, in whatever spelling, in the order of the names."""
    spelled = _spelled(view.members)
    yield from (spelled[name] for name in names if name in spelled)


def result_in(view: View) -> dict[str, Any]:
    """`value` and `files` of the result; empty if nothing looks like one."""
    found: dict[str, Any] = {}
    files = [path for name, node in view.members.items() for path in _files(view.path, name, node)]
    values = [name for name in _called(view, _VALUES) if not _is_url(name, view.members[name])]
    # Any other name that ends so: `analyzeResult`.
    values += [
        name
        for name, node in view.members.items()
        if tokens_of(name)[-1:] and tokens_of(name)[-1] in _LAST and not _is_error(name)
        if types_of(node) & {"object", "array"}
    ]
    for name in values[:1]:
        found["value"] = below(view, name)
        inner = members_of(view.members[name])
        files += [
            path
            for key, node in inner.items()
            for path in _files(step(view.path, name), key, node, is_inside=True)
            if path not in files
        ]
    if files:
        found["files"] = files[0] if len(files) == 1 else files
    return found


def _files(path: str, name: str, node: Node, *, is_inside: bool = False) -> Iterator[str]:
    """The URLs of a member: any that is no call where it is inside the result, else one with a name of a file."""
    here = step(path, name)
    words = {*tokens_of(name)}
    is_file = bool(words & _FILES) or words <= _URLS or (is_inside and not words & _CALLS)
    if not is_file and not {word.removesuffix("s") for word in words} & _FILES:
        return
    if _is_url(name, node):
        yield here
    elif types_of(node) == {"array"} and (inner := items_of(node)) is not None:
        if _is_url(name, inner):
            yield f"{here}[*]"
        for key, member in members_of(inner).items():
            if {*tokens_of(key)} <= _URLS | _FILES and _is_url(key, member):
                yield step(f"{here}[*]", key)


def _is_url(name: str, node: Node) -> bool:
    is_said = any(part.text("format") in ("uri", "url") for part in parts_of(node))
    is_called = bool({*tokens_of(name)} & _URLS)
    return types_of(node) == {"string"} and (is_said or is_called)


def error_in(view: View) -> dict[str, str]:
    """`code` and `message` of the error; empty if nothing looks like one."""
    others = [one for one in view.members if _is_error(one) and _is_outcome(one)]
    for name in (*_called(view, _ERRORS), *others):
        node, path = view.members[name], below(view, name)
        if types_of(node) == {"array"} and (inner := items_of(node)) is not None:
            node, path = inner, f"{path}[0]"
        kinds = types_of(node)
        if kinds == {"string"}:
            return {"message": path}
        if kinds == {"object"}:
            found = _inside(path, node)
            if found:
                return found
    return {}


def _is_error(name: str) -> bool:
    """Whether a name says first that something went wrong: `errorResult`."""
    return bool({*tokens_of(name)[:1]} & {"error", "failure"})


def _is_outcome(name: str) -> bool:
    return tokens_of(name)[-1:] != () and tokens_of(name)[-1] in _LAST | {"info", "details"}


def _inside(path: str, node: Node) -> dict[str, str]:
    inner = members_of(node)
    spelled = _spelled(inner)
    found: dict[str, str] = {}
    for key, names, kinds in (
        ("code", _CODE_NAMES, {"string", "integer"}),
        ("message", _MESSAGES, {"string"}),
    ):
        fit = [spelled[name] for name in names if name in spelled]
        fit = [name for name in fit if types_of(inner[name]) and types_of(inner[name]) <= kinds]
        if fit:
            found[key] = step(path, fit[0])
    return found


def progress_in(view: View) -> dict[str, Any]:
    """`value` and `of` of the progress; empty if nothing looks like it."""
    for name in _called(view, _PROGRESS):
        held = [(name, view.members[name], below(view, name))]
        if types_of(view.members[name]) == {"object"}:
            inner = members_of(view.members[name])
            fit = [key for key in ("percent", "percentage", "value") if key in inner]
            held = [(key, inner[key], step(below(view, name), key)) for key in fit]
        for key, node, path in held[:1]:
            if types_of(node) and types_of(node) <= {"number", "integer"}:
                return {"value": path, **_scale(key, node)}
    spelled = _spelled(view.members)
    for done, total in _COUNTS:
        if done in spelled and total in spelled:
            names = spelled[done], spelled[total]
            if all(types_of(view.members[name]) <= {"number", "integer"} for name in names):
                return {"value": below(view, names[0]), "of": below(view, names[1])}
    return {}


def _scale(name: str, node: Node) -> dict[str, int]:
    """How much all is: 1 is what x-job takes for granted."""
    most = [part.value.get("maximum") for part in parts_of(node)]
    if 1 in most:
        return {}
    prose = prose_of(node).lower()
    says_percent = "percent" in name.lower() or "pct" in name.lower() or "percent" in prose
    if 100 in most or says_percent or "100" in prose or types_of(node) == {"integer"}:
        return {"of": 100}
    return {}
