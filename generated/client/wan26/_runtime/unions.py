"""Values of several types: a woven union is one marker class, and its variant is chosen by looking.

A type checker sees the union, msgspec sees one class of which everything is an instance, so that
it asks `decoding` what to do with the value. The woven spelling is

```python
from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .. import models
from .._runtime.unions import Discriminator, union

if TYPE_CHECKING:
    Pet: TypeAlias = models.Cat | models.Dog
else:
    Pet = union(
        "Pet",
        lambda: (models.Cat, models.Dog),
        Discriminator("kind", {"cat": lambda: models.Cat, "dog": lambda: models.Dog}),
    )
```

Fields are then annotated with `models.Pet`, `models.Pet | None | UnsetType`, `list[models.Pet]`,
and so on. Variants are any types: `str | list[str] | dict[str, Any]`. Null is no variant: it
stands beside the union, `Pet | None`. Never ask `isinstance(value, models.Pet)`: it is true of
everything.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .fitting import fit_best
from .shapes import Shape, UnionMarker, shape_of, variants_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Discriminator", "choose", "union"]


class Discriminator(Struct, frozen=True):
    """The property whose value names the variant, and what each value stands for.

    `default` is read where the value is another one or missing; without it such a value stays raw,
    and one that is missing is matched as if nothing named the variants.
    """

    property: str
    mapping: Mapping[str, Callable[[], Any]]
    default: Callable[[], Any] | None = None


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
        word = word_of(value.get(discriminator.property))
        named = _mapped(marker).get(word) if word is not None else None
        if named is not None:
            return named
        if discriminator.default is not None:
            return shape_of(discriminator.default())
        if word is not None:
            return None
    found = fit_best(value, variants_of(marker))
    return found[1] if found else None


def word_of(value: Any) -> str | None:
    """A value of a discriminator as the document's mapping writes it; None if it names nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int) else None


@cache
def _mapped(marker: UnionMarker) -> dict[str, Shape]:
    discriminator: Discriminator = vars(marker)["discriminator"]
    return {word: shape_of(variant()) for word, variant in discriminator.mapping.items()}
