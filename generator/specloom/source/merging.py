"""Overlays applied to a document: its values change in place, and each remembers where it was written."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from jsonpath_rfc9535 import JSONPathError, JSONPathQuery
from jsonpath_rfc9535.segments import JSONPathChildSegment
from jsonpath_rfc9535.selectors import NameSelector

from specloom.diagnostics import Location
from specloom.source import limits
from specloom.source.origins import Origin
from specloom.source.overlay import read_actions
from specloom.source.unfolding import items_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from specloom.diagnostics import Report
    from specloom.source.document import Document
    from specloom.source.overlay import Action
    from specloom.source.references import Documents

__all__ = ["apply_overlays"]

_Kind = Literal["mappings", "lists", "primitive values"]
_Pointer = tuple[str | int, ...]


def apply_overlays(documents: Documents, overlays: Sequence[Path], report: Report) -> None:
    """Change the root document as overlays say, in their order.

    All of their findings are reported; an error in one leaves the document as the others make it.
    """
    if not overlays:
        return
    merger = _Merger(documents, documents.root.value, documents.open_root(), report)
    for path in _once(overlays, report):
        overlay = documents.read_overlay(path)
        if overlay is None:
            merger.is_whole = False
            continue
        for action in read_actions(overlay, report):
            if action is None:
                merger.is_whole = False
            else:
                merger.apply(action)
        _check_extends(overlay, documents, report)


def _once(overlays: Sequence[Path], report: Report) -> Iterator[Path]:
    """The overlays, each the first time that it is named: what it changes is changed by then."""
    met: set[Path] = set()
    for path in overlays:
        known = path.resolve()
        if known in met:
            report.warning(
                "overlay-twice",
                "this overlay is named twice, and applied once",
                Location(path.as_posix(), mark=(1, 1)),
            )
        else:
            yield path
        met.add(known)


def _check_extends(overlay: Document, documents: Documents, report: Report) -> None:
    """Warn where an overlay names another file that lies here; whether a URL is this document nobody knows."""
    extends = overlay.value.get("extends") if isinstance(overlay.value, dict) else None
    if not isinstance(extends, str) or "\0" in extends or urlsplit(extends).scheme:
        return
    meant = overlay.path.parent / unquote(extends)
    if not meant.exists():
        documents.is_passing = True
    elif not meant.samefile(documents.root.path):
        documents.is_passing = True
        report.warning(
            "overlay-extends",
            "this overlay is made for another document than the one that it is applied to",
            Location(overlay.file, ("extends",)),
        )


@dataclass(slots=True)
class _Merger:
    """Applies actions, each to what the one before it has left.

    Attributes:
        documents: The document and what it refers to.
        value: The whole document; changed in place.
        origin: Where it was written; changed along with it.
        is_whole: Whether all actions so far were applied: else what a later one misses proves nothing.
        added: How many values all overlays have brought.
        is_unfolded: Whether path items of other files were laid into the document.
    """

    documents: Documents
    value: dict[str, Any]
    origin: Origin
    report: Report
    is_whole: bool = True
    added: int = 0
    is_unfolded: bool = False

    def apply(self, action: Action) -> None:
        """Apply one action; what cannot be done is an error, and then nothing of it is."""
        if not self.is_unfolded and _may_reach_paths(action.target):
            self._unfold(action)
        if self.added > limits.NODES:
            return  # said by the action that went beyond it
        targets = self._select(action.target, action.at.child("target"))
        if targets is None:
            return
        if not targets:
            if not action.is_optional and self.is_whole:
                self._say_nothing_selected(action)
        elif action.remove:
            self._remove(targets, action)
        elif self._are_alike(targets, action):
            self._update(targets, action)

    def _unfold(self, action: Action) -> None:
        """Lay path items of other files in their places: an overlay changes nothing but one document."""
        self.is_unfolded = True
        for path, item, origin in items_elsewhere(self.documents):
            if not self._is_bounded([("paths", path)], item, action.at.child("target")):
                return
            self.value["paths"][path] = item
            self._opened(("paths",)).put(path, origin)

    def _select(self, path: JSONPathQuery, at: Location) -> list[_Pointer] | None:
        try:
            found = path.find(self.value)
        except JSONPathError as error:
            self.report.error("overlay-path", f"this path cannot be followed: {error}", at)
            return None
        # A path may select a value twice, and it is changed once.
        return list(dict.fromkeys(tuple(node.location) for node in found))

    def _say_nothing_selected(self, action: Action) -> None:
        self.report.error(
            "overlay-target",
            "this selects nothing in the document as it stands after the actions before",
            action.at.child("target"),
            related=self._references_on_the_way(action.target),
            hint="`x-optional: true` beside it lets it select nothing",
        )

    def _references_on_the_way(self, path: JSONPathQuery) -> list[tuple[str, Location]]:
        """Where the path would go on in what is only referred to: an overlay changes what stands there itself."""
        for end in range(len(path.segments) - 1, 0, -1):
            start = JSONPathQuery(env=path.env, segments=path.segments[:end])
            found = start.find(self.value)
            if found:
                return [
                    ("what it asks for is not here but where this leads", self._home((*at, "$ref")))
                    for at in (tuple(node.location) for node in found[:3])
                    if isinstance(self._at(at), dict) and isinstance(self._at(at).get("$ref"), str)
                ]
        return []

    def _are_alike(self, targets: Sequence[_Pointer], action: Action) -> bool:
        at, kinds = action.at.child("target"), [_kind(self._at(target)) for target in targets]
        if "primitive values" in kinds and not action.takes_primitives:
            self.report.error(
                "overlay-target",
                "this selects a primitive value, which only Overlay 1.1 changes by itself",
                at,
                related=[("it is here", self._home(targets[kinds.index("primitive values")]))],
                hint="select the mapping that holds it, or say `overlay: 1.1.0`",
            )
            return False
        other = next((index for index, kind in enumerate(kinds) if kind != kinds[0]), None)
        if other is not None:
            self.report.error(
                "overlay-target",
                f"this selects {kinds[0]} and {kinds[other]}, which cannot be changed alike",
                at,
                related=[
                    (f"one of the {kinds[0]}", self._home(targets[0])),
                    (f"one of the {kinds[other]}", self._home(targets[other])),
                ],
                hint="write an action for each",
            )
        return other is None

    def _update(self, targets: Sequence[_Pointer], action: Action) -> None:
        if action.update is not None:
            new, origin = action.update[0], Origin(action.at.child("update"))
        elif action.copy is not None:
            sources = self._select(action.copy, action.at.child("copy")) or []
            if len(sources) != 1:
                self._say_not_one(action, sources)
                return
            # As it is before the action, whatever the action does to it.
            new = copy.deepcopy(self._at(sources[0]))
            origin = self._origin(sources[0]).copy()
        else:
            return
        faults = [fault for each in targets for fault in self._clashes(each, new, origin)]
        for fault in dict.fromkeys(faults):
            self._say_clash(action, *fault)
        at = action.at.child("copy" if action.update is None else "update")
        if faults or not self._is_bounded(targets, new, at):
            return
        for target in targets:
            self._lay(target, copy.deepcopy(new), origin.copy())

    def _is_bounded(self, targets: Sequence[_Pointer], new: Any, at: Location) -> bool:
        """Whether the document stays within what is read: a few lines that copy can double it again and again."""
        nodes, depth = _measure(new)
        self.added += nodes * len(targets)
        if self.added > limits.NODES:
            self.report.error(
                "too-large",
                f"overlays add more than {limits.NODES:,} values to this document",
                at,
                hint="let schemas refer to what they share by `$ref`",
            )
        elif max(map(len, targets)) + depth > limits.DEPTH:
            self.report.error(
                "too-deep", f"more than {limits.DEPTH} levels would lie inside each other", at
            )
        else:
            return True
        return False

    def _say_not_one(self, action: Action, sources: Sequence[_Pointer]) -> None:
        told = f"this selects {len(sources)} values" if sources else "this selects nothing"
        self.report.error(
            "overlay-target",
            f"{told}, and one is copied",
            action.at.child("copy"),
            related=[("one of them", self._home(each)) for each in sources[:3]],
        )

    def _clashes(
        self, target: _Pointer, new: Any, origin: Origin
    ) -> list[tuple[str, str, Location, Location]]:
        """What cannot be merged: what stands there and what would come, and where each is written."""
        old = self._at(target)
        if isinstance(old, list):
            return []  # whatever it is, it is appended
        if isinstance(old, dict) and isinstance(new, dict):
            return [
                fault
                for key, value in new.items()
                if key in old
                for fault in self._member_clashes((*target, key), value, origin.part(key))
            ]
        if _kind(old) == _kind(new) == "primitive values":
            return []
        return [(_told(old), _told(new), self._home(target), origin.at)]

    def _member_clashes(
        self, target: _Pointer, new: Any, origin: Origin
    ) -> list[tuple[str, str, Location, Location]]:
        old = self._at(target)
        if isinstance(old, list) and not isinstance(new, list):
            return [(_told(old), _told(new), self._home(target), origin.at)]
        return self._clashes(target, new, origin)

    def _say_clash(
        self, action: Action, old: str, new: str, there: Location, here: Location
    ) -> None:
        inside = here.file == action.at.file
        self.report.error(
            "overlay-merge",
            f"{new} cannot be merged into {old}",
            here if inside else action.at.child("copy"),
            related=[(f"{old} stands here", there)],
            hint="an action before it with `remove: true` makes room",
        )

    def _lay(self, target: _Pointer, new: Any, origin: Origin) -> None:
        """Merge a value into what stands at a pointer; the two fit."""
        old = self._at(target)
        if isinstance(old, dict):
            self._merge(old, self._opened(target), new, origin)
        elif isinstance(old, list):
            self._append(old, self._opened(target), new, origin)
        else:
            self._at(target[:-1])[target[-1]] = new
            self._opened(target[:-1]).put(target[-1], origin)

    def _merge(self, old: dict[str, Any], place: Origin, new: Any, origin: Origin) -> None:
        place.open(old)
        for key, value in new.items():
            part = origin.part(key)
            standing = old.get(key)
            if isinstance(standing, dict):
                self._merge(standing, place.part(key), value, part)
            elif isinstance(standing, list):
                self._append(standing, place.part(key), value, part)
            else:
                old[key] = value
                place.put(key, part)

    def _append(self, old: list[Any], place: Origin, new: Any, origin: Origin) -> None:
        place.open(old)
        is_list = isinstance(new, list)
        items = new if is_list else [new]
        origins = [origin.part(index) for index in range(len(items))] if is_list else [origin]
        old.extend(items)
        if isinstance(place.parts, list):
            place.parts.extend(origins)

    def _remove(self, targets: Sequence[_Pointer], action: Action) -> None:
        if () in targets:
            message = "the whole document cannot be removed"
            self.report.error("overlay-target", message, action.at.child("target"))
            return
        # What stands later in a list goes first, so that the others keep their places.
        for target in sorted(targets, key=_order, reverse=True):
            holder, place = self._at(target[:-1]), self._opened(target[:-1])
            del holder[target[-1]]
            place.drop(target[-1])

    def _at(self, pointer: _Pointer) -> Any:
        value: Any = self.value
        for step in pointer:
            value = value[step]
        return value

    def _origin(self, pointer: _Pointer) -> Origin:
        origin = self.origin
        for step in pointer:
            origin = origin.part(step)
        return origin

    def _opened(self, pointer: _Pointer) -> Origin:
        """The origin of what stands at a pointer, which can be changed; so can those on the way."""
        origin = self.origin
        origin.open(self.value)
        for index, step in enumerate(pointer):
            origin = origin.part(step)
            held = self._at(pointer[: index + 1])
            if isinstance(held, dict | list):
                origin.open(held)
        return origin

    def _home(self, pointer: _Pointer) -> Location:
        return self.origin.find(pointer)


def _may_reach_paths(target: JSONPathQuery) -> bool:
    """Whether a path may select what is below `paths`, or what holds them."""
    first = next(iter(target.segments), None)
    if first is None or type(first) is not JSONPathChildSegment:
        return True
    names = [each.name for each in first.selectors if isinstance(each, NameSelector)]
    return len(names) < len(first.selectors) or "paths" in names


def _measure(value: Any) -> tuple[int, int]:
    """How many values there are, and how many levels of mappings and lists."""
    count, depth, level = 0, 0, [value]
    while level:
        count += len(level)
        holders = [one for one in level if isinstance(one, dict | list)]
        depth += bool(holders)
        parts = (one.values() if isinstance(one, dict) else one for one in holders)
        level = [part for held in parts for part in held]
    return count, depth


def _order(pointer: _Pointer) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, step, "") if isinstance(step, int) else (1, 0, step) for step in pointer)


def _kind(value: Any) -> _Kind:
    if isinstance(value, dict):
        return "mappings"
    return "lists" if isinstance(value, list) else "primitive values"


def _told(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "nothing (null)" if value is None else "a primitive value"
