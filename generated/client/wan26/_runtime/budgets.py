"""The budget: what a request may cost is set aside before it is sent."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from .errors import BudgetExceededError, ConfigurationError, printable
from .rows import is_at_risk
from .statements import MONEY

if TYPE_CHECKING:
    import sqlite3

    from .intents import Intent

__all__ = ["check_budget", "is_amount", "shares"]

_LEAST_PART = Decimal("0.000001")
_DIGITS = 15  # before the point: more is no price of anything


def is_amount(amount: Decimal) -> bool:
    """Whether it is a sum of money: finite, not below nothing, of a sane size."""
    return amount.is_finite() and amount >= 0 and amount.adjusted() < _DIGITS


def shares(amount: Decimal | None, count: int) -> list[Decimal | None]:
    """What is reserved for each of several jobs of one submit: its price in parts, none lost."""
    if amount is None or count < 2:
        return [amount] * count
    part = amount / count
    if is_amount(amount):
        part = part.quantize(_LEAST_PART, ROUND_DOWN)
    return [amount - part * (count - 1), *[part] * (count - 1)]


def check_budget(
    changed: sqlite3.Connection, api: str, budget: Decimal | None, intent: Intent
) -> None:
    """See that a submit fits into what is left of the budget.

    What was spent counts, and what may have been: an unknown amount is never taken for nothing.

    Raises:
        BudgetExceededError: it does not fit, or what is spent already is not known.
        ConfigurationError: nobody knows what it costs.
    """
    if budget is None:
        return
    if intent.reserved is None:
        raise ConfigurationError(
            f"nobody knows what this {intent.operation} costs, so that no budget can hold it",
            hint="give prices=, or no budget=",
        )
    spent = _spent(changed, api, intent.currency)
    if spent + intent.reserved > budget:
        raise BudgetExceededError(
            f"this {intent.operation} may cost {intent.reserved}, and of the budget of {budget} "
            f"{max(Decimal(0), budget - spent)} is left"
        )


def _spent(changed: sqlite3.Connection, api: str, currency: str | None) -> Decimal:
    spent = Decimal(0)
    for number, state, reserved, cost, counted in changed.execute(MONEY, (api,)):
        amount = reserved if is_at_risk(state, cost) else cost
        if amount is None and is_at_risk(state, cost):
            raise BudgetExceededError(
                f"nobody knows what row {number} costs, so that nobody knows what is left",
                hint=f"client.ledger.settle({number}, cost) says what it cost",
            )
        if amount and currency and counted and counted != currency:
            raise BudgetExceededError(
                f"row {number} is counted in {printable(counted, 20)}, this request in "
                f"{printable(currency, 20)}: they cannot be added up",
                hint="give each currency a ledger of its own",
            )
        spent += Decimal(amount or 0)
    return spent
