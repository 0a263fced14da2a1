"""Bodies with known values laid in, as far as the schema lets them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .fitting import Fitting

__all__ = ["Overlay", "merged", "put_at"]


class Overlay:
    """A body that is changed step by step, and never made worse against its schema."""

    def __init__(self, fitting: Fitting, schema: Any, body: Any) -> None:
        self._fitting, self._schema = fitting, schema
        self.body = body
        self._faults = len(fitting.faults(schema, body))

    def take(self, body: Any) -> bool:
        """Take another body, unless it is worse."""
        faults = len(self._fitting.faults(self._schema, body))
        if faults > self._faults:
            return False
        self.body, self._faults = body, faults
        return True

    def lay(self, place: Sequence[str], fields: Mapping[str, Any]) -> None:
        """Lay members into the object at a place: all of them, else those that fit one by one."""
        holder = _at(self.body, place)
        if not isinstance(holder, dict) or self.take(
            put_at(self.body, place, {**holder, **fields})
        ):
            return
        for name, value in fields.items():
            holder = _at(self.body, place)
            told = {**holder, name: value}
            deeper = {**holder, name: merged(holder.get(name), value)}
            if not self.take(put_at(self.body, place, told)):
                self.take(put_at(self.body, place, deeper))

    def replace(
        self, place: Sequence[str], fields: Mapping[str, Any], known: Iterable[str]
    ) -> None:
        """Let the object at a place be what of the members is `known`, and what is demanded."""
        holder = _at(self.body, place)
        names = set(known)
        kept = {name: value for name, value in fields.items() if not names or name in names}
        if not isinstance(holder, dict):
            return
        if self.take(put_at(self.body, place, kept)):
            return
        self.lay(place, kept)
        self.drop(place, [name for name in holder if name not in kept])

    def drop(self, place: Sequence[str], names: Iterable[str]) -> None:
        """Take members away that may be missing."""
        for name in names:
            holder = _at(self.body, place)
            if isinstance(holder, dict) and name in holder:
                left = {key: value for key, value in holder.items() if key != name}
                self.take(put_at(self.body, place, left))

    def first_of(self, place: Sequence[str], values: Iterable[Any]) -> bool:
        """Write the first of the values that fits; whether one did."""
        return any(self.take(put_at(self.body, place, value)) for value in values)


def put_at(body: Any, place: Sequence[str], value: Any) -> Any:
    """A body with the value at a place of objects; the original stays as it is."""
    if not place:
        return copy.deepcopy(value)
    holder = body if isinstance(body, dict) else {}
    return {**holder, place[0]: put_at(holder.get(place[0]), place[1:], value)}


def merged(one: Any, other: Any, is_null: Callable[[str], bool] = lambda _: False) -> Any:
    """One value patched with another (RFC 7396); a null stays where `is_null` says so."""
    if not isinstance(other, dict):
        return other
    made = dict(one) if isinstance(one, dict) else {}
    for name, value in other.items():
        if value is None and not is_null(name):
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), value)
    return made


def _at(body: Any, place: Sequence[str]) -> Any:
    for step in place:
        body = body.get(step) if isinstance(body, dict) else None
    return body
