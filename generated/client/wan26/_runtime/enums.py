"""Woven enums: the words and numbers of an API that may grow, and classes that are quickly made."""

from __future__ import annotations

from enum import Enum, EnumType, IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OpenEnum", "OpenIntEnum"]

E = TypeVar("E", bound=Enum)
M = TypeVar("M", bound="QuickEnumType")


class QuickEnumType(EnumType):
    """Makes enums whose members are plain constants, ten times as fast as Python's own way.

    A large API has thousands of members, most of which a program never meets. Python's way serves
    flags, tuples, members with methods and much else; what it leaves behind for constants is
    written here at once, as its own `enum._simple_enum` does for the enums of the library.
    """

    @classmethod
    def __prepare__(cls, *head: Any, **kwds: Any) -> Any:
        """Where the body of a class puts its names: the class's own name and bases are `head`."""
        return {} if _is_open(head[1]) else super().__prepare__(*head, **kwds)

    def __new__(cls: type[M], name: str, bases: tuple[type, ...], body: Any, **kwds: Any) -> M:
        """Make the class; those that are no more than words or numbers in the quick way."""
        if not _is_open(bases):
            return super().__new__(cls, name, bases, body, **kwds)
        constants = {word: value for word, value in body.items() if not _is_pythons(word)}
        members: dict[str, Any] = {}
        by_value: dict[Any, Any] = {}
        kept = {word: value for word, value in body.items() if word not in constants}
        kept |= {"_member_names_": [], "_member_map_": members, "_value2member_map_": by_value}
        made = type.__new__(cls, name, bases, kept)
        _fill(made, constants, members, by_value)
        return made


def _is_pythons(name: str) -> bool:
    """Whether Python gives the name a meaning: `__doc__`, `_missing_`; `_1` is a member's."""
    return name.startswith("_") and name.endswith("_")


def _is_open(bases: tuple[type, ...]) -> bool:
    """Whether a class on these is made quickly; Python's own way refuses to extend members."""
    return any(isinstance(base, QuickEnumType) for base in bases) and not any(
        getattr(base, "_member_names_", ()) for base in bases
    )


def _fill(
    made: Any, constants: Mapping[str, Any], members: dict[str, Any], by_value: dict[Any, Any]
) -> None:
    """Make the members; a further name for the same value is another name for its member."""
    for name, value in constants.items():
        member = by_value.get(value)
        if member is None:
            member = by_value[value] = _named(made._new_member_(made, value), name, value)
            member.__objclass__ = made
            member._sort_order_ = len(made._member_names_)
            made._member_names_.append(name)
        members[name] = member
        type.__setattr__(made, name, member)


def _named(member: E, name: str, value: str | int) -> E:
    member._name_ = name
    member._value_ = value
    return member


class OpenEnum(StrEnum, metaclass=QuickEnumType):
    """Words of an API that may grow: an unknown word makes a member that is not `known`.

    Members are strings: they equal, hash and format as the word itself.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        # Not kept: a server that invents words must not fill the memory.
        is_word = isinstance(value, str)
        return _named(str.__new__(cls, value), str(value), str(value)) if is_word else None

    @property
    def known(self) -> bool:
        """Whether the document names this word."""
        return self._value_ in type(self)._value2member_map_

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # By value: before 3.11.4 enums travel by name, and an unknown one has none.
        return type(self), (self._value_,)

    def __str__(self) -> str:
        return str(self._value_)

    def __repr__(self) -> str:
        return _shown(self, self.known)


class OpenIntEnum(IntEnum, metaclass=QuickEnumType):
    """Numbers of an API that may grow: an unknown number makes a member that is not `known`."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return _named(int.__new__(cls, value), str(value), int(value))

    @property
    def known(self) -> bool:
        """Whether the document names this number."""
        return self._value_ in type(self)._value2member_map_

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # By value: before 3.11.4 enums travel by name, and an unknown one has none.
        return type(self), (self._value_,)

    def __str__(self) -> str:
        return str(self._value_)

    def __repr__(self) -> str:
        return _shown(self, self.known)


def _shown(member: Enum, known: bool) -> str:
    place = f"{type(member).__name__}.{member.name}: " if known else f"{type(member).__name__}? "
    return f"<{place}{member._value_!r}>"
