"""Values of several types: a woven union is one marker class, and its variant is chosen by looking.

A type checker sees the union, msgspec sees one class of which everything is an instance, so that
it asks `decoding` what to do with the value. The woven spelling is

```python
from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

from .. import models
from .._runtime.unions import Discriminator, union

if TYPE_CHECKING:
    Pet: TypeAlias = Union["models.Cat", "models.Dog"]
else:
    Pet = union(
        "Pet",
        lambda: (models.Cat, models.Dog),
        Discriminator("kind", {"cat": lambda: models.Cat, "dog": lambda: models.Dog}),
    )
```

Fields are then annotated with `models.Pet`, `models.Pet | None | UnsetType`, `list[models.Pet]`,
and so on. Variants are any types: `Union[str, list[str], dict[str, Any]]`. Null is no variant: it
stands beside the union, `Pet | None`. Never ask `isinstance(value, models.Pet)`: it is true of
everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from .fitting import fit_best
from .shapes import Shape, UnionMarker, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Discriminator", "choose", "union"]


@dataclass(frozen=True, slots=True)
class Discriminator:
    """The property whose value names the variant, and what each value stands for."""

    property: str
    mapping: Mapping[str, Callable[[], Any]]


def union(
    name: str,
    variants: Callable[[], tuple[Any, ...]],
    discriminator: Discriminator | None = None,
) -> UnionMarker:
    """Make the marker of a union; the variants are asked for late, so that circles are no trouble.

    Without a discriminator the variant is the one with the fewest losses: required fields that
    are there, constants that agree, few unknown fields; of equals the one declared first.
    """
    members = {"variants": staticmethod(variants), "discriminator": discriminator}
    return UnionMarker(name, (), members)


def choose(marker: UnionMarker, value: Any) -> Shape | None:
    """The variant for a value of JSON, or None where none fits.

    A value under the discriminator that the document does not know fits none.
    """
    discriminator: Discriminator | None = vars(marker)["discriminator"]
    if discriminator is not None and isinstance(value, dict):
        word = value.get(discriminator.property)
        if isinstance(word, str | int):
            return _mapped(marker).get(str(word))
    found = fit_best(value, _variants(marker))
    return found[1] if found else None


@cache
def _variants(marker: UnionMarker) -> tuple[Shape, ...]:
    return tuple(shape_of(variant) for variant in vars(marker)["variants"].__func__())


@cache
def _mapped(marker: UnionMarker) -> dict[str, Shape]:
    discriminator: Discriminator = vars(marker)["discriminator"]
    return {word: shape_of(variant()) for word, variant in discriminator.mapping.items()}
