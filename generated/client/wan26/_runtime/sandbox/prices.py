"""Play money: what a job would cost at prices that the sandbox has made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .places import first_value, over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .description import Price

__all__ = ["PLAY_PRICES", "Charge", "PlayPrices"]

# Invented, so that a bill can be seen in tests. No vendor's price stands here.
PLAY_PRICES: Mapping[str, Decimal] = {"720P": Decimal("0.10"), "1080P": Decimal("0.15")}
_OTHER_TIERS = Decimal("0.10")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a job costs in the end, and what was taken off before."""

    amount: Decimal
    discount: Decimal = Decimal(0)
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayPrices:
    """Made-up unit prices by tier, and the share (0 to 1) that is taken off every bill."""

    unit_prices: Mapping[str, Decimal] = field(default_factory=dict)
    discount: Decimal = Decimal(0)

    def charge(self, price: Price | None, body: Any) -> Charge:
        """What this request costs; without a price in the document each job is one unit."""
        if price is None:
            return self._bill(_OTHER_TIERS, "")
        body = over(price.defaults, body)
        quantity = first_value((price.quantity,), body) if price.quantity else 1
        tier_by = first_value((price.tier_by,), body) if price.tier_by else None
        unit = self._unit_price(price.tiers.get(str(tier_by), ""))
        return self._bill(unit * _decimal(quantity), price.currency)

    def _unit_price(self, tier: str) -> Decimal:
        known = {**PLAY_PRICES, **self.unit_prices}
        return known.get(tier, _OTHER_TIERS)

    def _bill(self, full: Decimal, currency: str) -> Charge:
        off = (full * self.discount).quantize(_CENT)
        return Charge(amount=full - off, discount=off, currency=currency)


def _decimal(quantity: Any) -> Decimal:
    return Decimal(str(quantity)) if isinstance(quantity, int | float | str) else Decimal(1)
