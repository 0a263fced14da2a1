"""An overlay as it is written: OpenAPI Overlay 1.0 and 1.1, read into actions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError, JSONPathQuery

from specloom.diagnostics import Location
from specloom.source import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specloom.diagnostics import Report
    from specloom.source.document import Document

__all__ = ["Action", "read_actions"]

_VERSION = re.compile(r"(1\.[01])\.\d+(-\S+)?")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "text or a number": (str, int, float),  # `version: 1.0` without quotes harms nobody
    "a mapping": (dict,),
    "a list": (list,),
}
_ROOT = {"overlay": "text", "info": "a mapping", "extends": "text", "actions": "a list"}
_INFO = {"title": "text", "version": "text or a number", "description": "text"}
_ACTION = {"target": "text", "description": "text", "update": "", "remove": "", "copy": "text"}
_REQUIRED = {"overlay", "info", "actions", "title", "version", "target"}
_OPTIONAL = "x-optional"


class _Environment(JSONPathEnvironment):
    """`..` goes as deep as a document may be."""

    max_recursion_depth = limits.DEPTH


_PATHS = _Environment()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A change of all that `target` selects.

    Attributes:
        at: Where it stands in its overlay.
        update: What is merged into the targets, below `update` of the overlay; None without one.
        copy: Selects what is merged into them instead.
        remove: Whether they are removed; then nothing is merged.
        is_optional: Whether it may select nothing.
        takes_primitives: Whether a target may be a primitive value, as since 1.1.
    """

    at: Location
    target: JSONPathQuery
    update: tuple[Any] | None = None
    copy: JSONPathQuery | None = None
    remove: bool = False
    is_optional: bool = False
    takes_primitives: bool = True


def read_actions(overlay: Document, report: Report) -> tuple[Action | None, ...]:
    """Return the actions of an overlay, in their order; None stands for one with an error that was reported."""
    root = Location(overlay.file)
    version = _version(overlay, report)
    if version is None:
        return ()
    _check(overlay.value, _ROOT, root, report)
    info = overlay.value.get("info")
    if isinstance(info, dict):
        _check(info, _INFO, root.child("info"), report)
    written = overlay.value.get("actions")
    if not isinstance(written, list):
        return ()
    if not written:
        report.error("overlay-value", "an overlay has one action at least", root.child("actions"))
    return tuple(
        _action(one, root.child("actions", index), version, report)
        for index, one in enumerate(written)
    )


def _version(overlay: Document, report: Report) -> str | None:
    root = Location(overlay.file)
    if not isinstance(overlay.value, dict) or "overlay" not in overlay.value:
        report.error(
            "not-an-overlay",
            "this is not an OpenAPI Overlay: it has no `overlay: 1.0.0`",
            Location(overlay.file, mark=(1, 1)),
            hint="the document goes first, its overlays after `--overlay`",
        )
        return None
    found = _VERSION.fullmatch(overlay.raw(("overlay",)) or "")
    if found is None:
        report.error(
            "not-an-overlay",
            "no such version of the Overlay Specification is read",
            root.child("overlay"),
            hint="write `overlay: 1.0.0` or `overlay: 1.1.0`",
        )
        return None
    return found[1]


def _check(
    value: Mapping[str, Any], known: Mapping[str, str], at: Location, report: Report
) -> bool:
    """Whether the fields are of their type, and those that are required there.

    An unknown one harms nobody, unless it is a known one misspelt.
    """
    is_sound = True
    for key, inner in value.items():
        if key in known:
            wanted = known[key]
            if wanted and not isinstance(inner, _TYPES[wanted]):
                message = f"`{key}` is {wanted}, and this is something else"
                report.error("overlay-value", message, at.child(key))
                is_sound = False
        elif not key.startswith("x-"):
            near = get_close_matches(key, [*known, "copy"], n=1)
            is_sound &= not near
            hint = f"did you mean `{near[0]}`?" if near else f"it may hold {', '.join(known)}"
            hint = "it is one since 1.1: say `overlay: 1.1.0`" if key == "copy" else hint
            tell = report.error if near else report.warning
            tell("overlay-value", f"`{key}` is no field here", at.child(key).at_key(), hint=hint)
    for key in known:
        if key in _REQUIRED and key not in value:
            place = at.at_key() if at.pointer else Location(at.file, mark=(1, 1))
            report.error("overlay-value", f"`{key}` is missing here", place)
            is_sound = False
    return is_sound


def _action(written: Any, at: Location, version: str, report: Report) -> Action | None:
    """The action, or None after an error was reported."""
    if not isinstance(written, dict):
        report.error("overlay-value", "an action is a mapping with a `target`", at)
        return None
    known = _ACTION if version != "1.0" else {k: v for k, v in _ACTION.items() if k != "copy"}
    is_sound = _check(written, known, at, report)
    for key in ("remove", _OPTIONAL):
        if not isinstance(written.get(key, False), bool):
            report.error("overlay-value", f"`{key}` is true or false", at.child(key))
            is_sound = False
    if not {"update", "copy", "remove"} & written.keys():
        told = "`update` or `remove`" if version == "1.0" else "`update`, `copy` or `remove`"
        report.error("overlay-value", f"this action does nothing: say {told}", at)
        is_sound = False
    target, copied = (_path(written, key, at, report) for key in ("target", "copy"))
    if not is_sound or target is None or (copied is None and "copy" in written):
        return None
    return Action(
        at=at,
        target=target,
        update=(written["update"],) if "update" in written else None,
        copy=copied,
        remove=written.get("remove", False),
        is_optional=written.get(_OPTIONAL, False),
        takes_primitives=version != "1.0",
    )


def _path(
    written: Mapping[str, Any], key: str, at: Location, report: Report
) -> JSONPathQuery | None:
    text = written.get(key)
    if not isinstance(text, str):
        return None
    try:
        return _PATHS.compile(text)
    except JSONPathError as error:
        told = str(error.args[0]) if error.args else "it cannot be read"
        report.error(
            "overlay-path",
            f"this is not a JSONPath: {told}",
            at.child(key),
            hint="RFC 9535: `$.paths['/videos'].post`; a name with other characters stands in brackets and quotes",
        )
        return None
