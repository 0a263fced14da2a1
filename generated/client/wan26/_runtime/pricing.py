"""What a request would cost, as far as that can be known: unknown is None, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from . import answers
from .effects import Caught
from .encoding import to_wire

if TYPE_CHECKING:
    from .operations import Price

__all__ = ["Estimate", "estimate"]


class Estimate(Struct, frozen=True, kw_only=True):
    """What a request would cost: `amount` is `quantity` times `unit_price`, in `currency`."""

    tier: str | None
    quantity: Decimal | None
    per: str
    unit_price: Decimal | None
    amount: Decimal | None
    currency: str | None

    def __str__(self) -> str:
        tier = f" ({self.tier})" if self.tier else ""
        what = f"{self.quantity if self.quantity is not None else '?'} x {self.per}{tier}"
        if self.amount is None:
            return f"{what}, price unknown"
        return f"{self.amount} {self.currency or ''}".rstrip() + f" for {what}"


def merged(below: Any, above: Any) -> Any:
    """Two JSON values laid on top of each other: objects merge deeply, all else is replaced."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    together = dict(below)
    for name, value in above.items():
        together[name] = merged(together[name], value) if name in together else value
    return together


def _quantity(price: Price, parsed: answers.Parsed) -> Decimal | None:
    if price.quantity is None:
        return Decimal(1)
    quantity = answers.decimal(parsed.first(price.quantity))
    return quantity if quantity is not None and quantity >= 0 else None


def _tier(price: Price, parsed: answers.Parsed) -> str | None:
    if price.tier_by is None:
        return None
    value = parsed.first(price.tier_by)
    return price.tiers.get(str(value)) if value is not None else None


def estimate(price: Price, body: Any, prices: Mapping[str, Decimal]) -> Estimate:
    """Estimate a request before it is sent.

    Args:
        price: how the document says that it is priced.
        body: the request's body; what it leaves out is what the server fills in.
        prices: unit prices by tier, or by unit (`second`) where there are no tiers; they go
            before those of the document.
    """
    filled: Any = None
    with Caught(TypeError):  # what cannot be sent has no price; the submit says why
        filled = merged(price.defaults, to_wire(body))
    parsed = answers.Parsed.of(filled)
    tier, quantity = _tier(price, parsed), _quantity(price, parsed)
    known = {name: Decimal(value) for name, value in price.unit_prices.items()} | dict(prices)
    name = price.per if price.tier_by is None else tier
    unit_price = known.get(name) if name is not None else None
    amount = None
    if unit_price is not None and quantity is not None:
        amount = quantity * unit_price
    return Estimate(
        tier=tier,
        quantity=quantity,
        per=price.per,
        unit_price=unit_price,
        amount=amount,
        currency=price.currency,
    )
