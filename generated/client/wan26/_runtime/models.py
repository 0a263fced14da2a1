"""What woven models and enums are made of: objects that keep what the document did not promise."""

from __future__ import annotations

import reprlib
import threading
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from .enums import OpenEnum, OpenIntEnum

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "RECEIVED",
    "UNSET",
    "Model",
    "OpenEnum",
    "OpenIntEnum",
    "UnsetType",
    "constant",
    "read",
]

T = TypeVar("T")
V = TypeVar("V")


class _Moment(threading.local):
    reads = False


_moment = _Moment()


def constant(value: T) -> T:
    """The default of a field that a model fills in when it is made; an answer has to hold it.

    An answer without it is refused as one without any other field is: nothing is invented for it.
    """

    def fill_in() -> T:
        if _moment.reads:
            raise msgspec.ValidationError("a field is missing")
        return value

    return msgspec.field(default_factory=fill_in)


# The default of a field that only answers hold: whoever makes a model is not asked for it.
RECEIVED: Final[Any] = constant(UNSET)


def read(decode: Callable[[V], T], given: V) -> T:
    """Decode an answer: models that are made meanwhile fill nothing in."""
    before, _moment.reads = _moment.reads, True
    try:
        return decode(given)
    finally:
        _moment.reads = before


class Model(msgspec.Struct, kw_only=True, dict=True, forbid_unknown_fields=True):
    """An object of the API.

    A field that is absent is `UNSET`, which differs from null (`None`). Woven classes are written
    `class VideoTask(Model, kw_only=True): ...`. What the document does not name lies in `extra`;
    it is no argument of the constructor: write `task.extra["new_field"] = 1` instead. Equality
    compares the fields that the document names, and neither `extra` nor `raw`.
    """

    @staticmethod
    def _extra_type() -> Any:
        # The type of the extra fields where the document declares them (additionalProperties), so
        # that they are no surprise: woven models override this and return it.
        return UNSET

    @property
    def extra(self) -> dict[str, Any]:
        """The fields that the document does not name, by their names on the wire; sent again."""
        found = self._kept()
        if found is None:
            found = vars(self)["_extra"] = {}
        return found

    @extra.setter
    def extra(self, fields: dict[str, Any]) -> None:
        vars(self).pop("_leftovers", None)
        vars(self)["_extra"] = dict(fields)

    def _kept(self) -> dict[str, Any] | None:
        # `extra`, where there ever was any; what an answer left for later is found now.
        beside = vars(self)
        leftovers = beside.get("_leftovers")
        if leftovers is not None:
            beside["_extra"] = leftovers.of(beside["_number"])
            beside.pop("_leftovers", None)
        return beside.get("_extra")

    @property
    def raw(self) -> bytes:
        """The bytes of the answer, on the object that is the whole answer; elsewhere empty."""
        found: bytes = vars(self).get("_raw", b"")
        return found

    @reprlib.recursive_repr()
    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        shown = [(name, getattr(self, name)) for name in self.__struct_fields__]
        shown = [(name, value) for name, value in shown if value is not UNSET]
        return [*shown, ("extra", self.extra)] if self._kept() else shown

    def __copy__(self) -> Self:
        twin = type(self)(**{name: getattr(self, name) for name in self.__struct_fields__})
        kept = self._kept()
        vars(twin).update(vars(self))
        if kept is not None:
            twin.extra = kept
        return twin

    # msgspec's own would lose what lies beside the fields.
    def __reduce__(self) -> tuple[Any, ...]:
        self._kept()
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return _restore, (type(self), fields, dict(vars(self)))


def _restore(model: type[Model], fields: dict[str, Any], beside: dict[str, Any]) -> Model:
    restored = model(**fields)
    vars(restored).update(beside)
    return restored
