"""Rules about `x-price`: quantity and tier stand in the request, and tiers are given to values that there are.

A value without a tier is no fault: its price is unknown, which the client says as None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.openapi.job_rules import job_fields
from specloom.openapi.path_rules import NUMBER, SCALAR, Body, check_path
from specloom.openapi.schema_paths import words_of
from specloom.openapi.suggestions import did_you_mean, listing, quoted

if TYPE_CHECKING:
    from specloom.diagnostics import Report
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["check_currency", "check_price"]


def check_price(node: Node, operation: Operation, report: Report) -> None:
    """Check the price at `node` against the request of its operation."""
    schema = operation.body()
    request = Body("the request", (schema,) if schema is not None else ())
    if schema is None:
        report.error(
            "price-without-body",
            "the price depends on the request, and this operation has no JSON body",
            node.at.at_key(),
            related=[("the operation", operation.node.at.at_key())],
        )
        return
    check_path(node.get("quantity"), [request], report, NUMBER)
    tier = node.get("tier")
    if tier is not None:
        selected = check_path(tier.get("by"), [request], report, SCALAR)
        _check_tiers(tier, selected, report)
    _check_prices(node, tier, report)


def _check_tiers(tier: Node, selected: list[Node], report: Report) -> None:
    tiers = tier.get("of")
    listed = [words_of(schema) for schema in selected]
    if tiers is None or not listed or None in listed:
        return
    known = [str(word) for words in listed for word, _ in words or ()]
    for word, inner in tiers.items():
        if word not in known:
            report.warning(
                "tier-word",
                f"{quoted(word)} is not a value of the enum",
                inner.at.at_key(),
                hint=did_you_mean(word, known),
            )


def _check_prices(node: Node, tier: Node | None, report: Report) -> None:
    tiers = (
        [inner.value for _, inner in tier.items("of")] if tier is not None else [node.text("per")]
    )
    for name, price in node.items("unit-prices"):
        if name not in tiers:
            hint = (
                did_you_mean(name, tiers)
                or f"there is {listing([quoted(one) for one in dict.fromkeys(tiers)], 'and')}"
            )
            report.error(
                "unknown-tier", f"there is no tier {quoted(name)}", price.at.at_key(), hint=hint
            )


def check_currency(price: Node, job: Node, report: Report) -> None:
    """What is estimated and what is told afterwards must be the same money."""
    cost = job_fields(job).get("cost")
    told = cost.get("currency") if cost is not None else None
    estimated = price.get("currency")
    if told is not None and estimated is not None and told.value != estimated.value:
        report.error(
            "currency",
            f"the price is in {quoted(estimated.value)} and the cost in {quoted(told.value)}",
            estimated.at,
            related=[("the cost", told.at)],
            hint="say both in the same unit, or leave out the price's",
        )
