"""The types of pets."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeAlias

from .. import models
from .._runtime import models as runtime
from .._runtime.models import UNSET, UnsetType
from .._runtime.unions import Discriminator, union


class Kind(runtime.OpenEnum):
    """Kind."""

    CAT = "cat"
    DOG = "dog"


class Animal(runtime.Model, kw_only=True):
    """Animal."""

    kind: Kind
    name: str
    born: datetime.date | UnsetType = UNSET
    seen: datetime.datetime | UnsetType = UNSET
    mother: Animal | UnsetType | None = UNSET
    tags: dict[str, str] | UnsetType = UNSET


class Cat(runtime.Model, kw_only=True):
    """Cat."""

    kind: Kind
    name: str
    born: datetime.date | UnsetType = UNSET
    seen: datetime.datetime | UnsetType = UNSET
    mother: Animal | UnsetType | None = UNSET
    tags: dict[str, str] | UnsetType = UNSET
    lives: int | UnsetType = UNSET
    """Default: 9."""


class Dog(runtime.Model, kw_only=True):
    """Dog."""

    kind: Kind
    name: str
    born: datetime.date | UnsetType = UNSET
    seen: datetime.datetime | UnsetType = UNSET
    mother: Animal | UnsetType | None = UNSET
    tags: dict[str, str] | UnsetType = UNSET
    tricks: list[str] | UnsetType = UNSET


if TYPE_CHECKING:
    Pet: TypeAlias = models.Cat | models.Dog
else:
    Pet = union(
        "Pet",
        lambda: (
            Cat,
            Dog,
        ),
        Discriminator("kind", {"cat": lambda: Cat, "dog": lambda: Dog}),
    )
"""Pet."""
