"""The life cycle and the price of a job, as several pages tell them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from specloom.model.types import Enumeration, Named
from specloom.python.spelling import literal
from specloom.targets.client.lookups import listing_call
from specloom.targets.client.results import gives_files
from specloom.targets.client.runtime.sources import may_be_many
from specloom.targets.docs.markdown import Markdown, code, fence, join, link, table, text, words
from specloom.targets.docs.wording import seconds, toml, value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specloom.model.api import Api, Argument, Operation, Price
    from specloom.model.jobs import Job, State, Step
    from specloom.targets.docs.examples import Calling

_SHORT = 12  # characters of a description that fits beside its value
_STEPS = re.compile(r"\$((?:\.[A-Za-z_]\w*)+)")

_MEANINGS: Mapping[State, str] = {
    "queued": "The job waits for its turn.",
    "running": "The job is being worked on.",
    "succeeded": "The job is done.",
    "failed": "The job has ended without a result.",
    "cancelled": "The job was cancelled.",
    "expired": "The job or its result is kept no longer.",
    "missing": "The server does not find the job, now.",
}
_ERRORS: Mapping[State, str] = {
    "failed": "JobFailedError",
    "cancelled": "JobCancelledError",
    "expired": "JobExpiredError",
    "missing": "JobMissingError",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A life cycle in words; what the document does not say is empty.

    `steps` go from the order to what was paid for, `cancel` gives up, `lost` finds jobs that nobody has a token of.
    """

    call: Markdown
    steps: tuple[Markdown, ...]
    cancel: Markdown
    lost: Markdown
    timeout: Markdown
    expires: Markdown
    cost: Markdown
    discount: Markdown
    diagram: Markdown
    states: Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What decides the price of a call; `left_out` is what is bought where the arguments are not given."""

    call: Markdown
    estimate: Markdown
    formula: Markdown
    left_out: Markdown
    tiers: Markdown
    is_known: int
    prices: Markdown
    toml: tuple[Markdown, ...]


def life(api: Api, operation: Operation, job: Job, calling: Calling) -> Life:
    """How a job goes, from its submit to its file."""
    call = code(f"client.{calling.submit.method}")
    return Life(
        call=call,
        steps=tuple(_steps(api, job, call)),
        cancel=_called(job.cancel) if job.cancel is not None else Markdown(""),
        lost=code(listing_call(api, operation)) if job.listing is not None else Markdown(""),
        timeout=text(seconds(job.timeout)),
        expires=_expires(job),
        cost=value(job.cost.amount or None) if job.cost is not None else Markdown(""),
        discount=value(job.cost.discount or None) if job.cost is not None else Markdown(""),
        diagram=fence("mermaid", "\n".join(_diagram(api, job, operation.name))),
        states=table(
            ("the server says", "state", "what it means", "what the client does"), _states(api, job)
        ),
    )


def _expires(job: Job) -> Markdown:
    """How long files are kept; empty where the document does not say."""
    expires = job.result.expires if job.result is not None else None
    if isinstance(expires, str):
        return Markdown(f"until the time that the answer tells at {code(expires)}")
    return text(f"for {seconds(expires)}" if expires is not None else "")


def _called(step: Step) -> Markdown:
    """What a step of a life cycle calls, behind a verb."""
    if step.operation:
        return Markdown(f"with {code(f'client.{step.operation}')}")
    return Markdown("at the address that the server gives")


def _steps(api: Api, job: Job, call: Markdown) -> Iterator[Markdown]:
    """From the order to what was paid for."""
    ordered = "orders jobs" if job.makes_several else "orders a job"
    yield Markdown(f"{call} {ordered} and returns at once. From here on it may cost money.")
    yield Markdown(
        f"The client asks {_called(job.poll)} how {'each' if job.makes_several else 'the'} job stands, "
        f"first after {text(seconds(job.interval))}, then less often."
    )
    step = job.result.step if job.result is not None else None
    files = ", whose files can be saved" if gives_files(api, job) else ""
    returned = f"{code('wait()')} returns the {code(job.result_name)}{files}"
    which = "a job" if job.makes_several else "the job"
    if step is None:
        yield Markdown(f"When {which} has succeeded, {returned}.")
        return
    many = any(may_be_many(one) for one in (step.url, *step.parameters.values()))
    often = ", once for each part of it" if many else ""
    yield Markdown(
        f"When {which} has succeeded, the client asks {_called(step)} for the result{often}, and {returned}."
    )


def _diagram(api: Api, job: Job, name: str) -> Iterator[str]:
    """A state diagram of our own words only; the server's stand in the table."""
    reached = _reached(job)
    waiting = [state for state in ("queued", "running") if state in reached]
    ends = [state for state in ("failed", "cancelled", "expired") if state in reached]
    yield "stateDiagram-v2"
    yield "    direction LR"
    path = [*waiting, "succeeded"]
    yield f"    [*] --> {path[0]}: {name}"
    yield from (f"    {one} --> {other}" for one, other in pairwise(path))
    start = waiting[-1] if waiting else "[*]"
    for end in ends:
        asked = ": cancel" if end == "cancelled" and job.cancel is not None else ""
        yield f"    {start} --> {end}{asked}"
    last = "succeeded"
    if job.result is not None and job.result.step is not None:
        called = job.result.step.operation.rpartition(".")[2] or "ask for the result"
        yield f"    succeeded --> collected: {called}"
        last = "collected"
    yield f"    {last} --> [*]: save the file" if gives_files(api, job) else f"    {last} --> [*]"
    yield from (f"    {end} --> [*]" for end in ends)


def _reached(job: Job) -> set[str]:
    cancelled = {"cancelled"} if job.cancel is not None else set()
    return {*job.states, *(rule.state for rule in job.rules), *cancelled}


def _states(api: Api, job: Job) -> Iterator[tuple[Markdown, ...]]:
    told = _meanings(api, job)
    for state, named in job.states.items():
        for word in named:
            yield value(word), code(state), told.get(str(word)) or text(_MEANINGS[state]), _does(
                api, job, state
            )
    for rule in job.rules:
        parts = [f"HTTP {rule.code}"] if rule.code is not None else []
        parts += [f"an answer in which {code(rule.when)} finds something"] if rule.when else []
        said = Markdown(", and ".join(parts))
        first = " This goes before the words." if job.states else ""
        meant = f"{_MEANINGS[rule.state]}{first}"
        yield said, code(rule.state), text(meant), _does(api, job, rule.state)
    if not any(rule.code == 404 for rule in job.rules):
        yield text("HTTP 404"), code("missing"), text(_MEANINGS["missing"]), _does(
            api, job, "missing"
        )
    if job.states:
        kept = text("Keeps the word as it is, and waits on.")
        yield text("any other word"), text("none yet"), text("Nobody has named it."), kept
    else:
        yield text("anything else"), text("none yet"), text("It does not tell."), text("Waits on.")


def _does(api: Api, job: Job, state: State) -> Markdown:
    if state in {"queued", "running"}:
        return text(f"Asks again, first after {seconds(job.interval)}.")
    if state == "succeeded":
        return Markdown(f"Ends the waiting; {code('wait()')} returns the {code(job.result_name)}.")
    if state == "failed" and api.error_codes:
        codes = link(text("code"), "errors.md#the-codes-of-the-vendor")
        return Markdown(f"Raises {code(_ERRORS[state])}, which is also the class of its {codes}.")
    resumable = " It can be resumed." if state == "missing" else ""
    return Markdown(f"Raises {code(_ERRORS[state])}.{resumable}")


def _meanings(api: Api, job: Job) -> Mapping[str, Markdown]:
    """What the document says of the words: in the enumeration that holds most of them."""
    said = {str(word) for named in job.states.values() for word in named}
    enumerations = [one for one in api.types if isinstance(one, Enumeration)]
    held = [sum(str(member.value) in said for member in one.members) for one in enumerations]
    if not any(held):
        return {}
    best = enumerations[held.index(max(held))]
    return {str(member.value): words(member.doc) for member in best.members if member.doc}


def cost(api: Api, operation: Operation, price: Price, calling: Calling) -> Cost:
    """What decides the price of a call, in words and as a table of tiers."""
    quantity = _argument_at(operation, price.quantity)
    tier = _argument_at(operation, price.tier_by)
    unit = "the unit price of its tier" if price.tiers else "the unit price"
    many = f" times {code(quantity.name)}" if quantity is not None else ""
    per = f" (in {text(price.per)}s)" if quantity is not None else f" (for a {text(price.per)})"
    chosen = f", and {code(tier.name)} decides the tier" if tier is not None else ""
    return Cost(
        call=code(f"client.{calling.submit.method}"),
        estimate=code(f"client.{calling.estimate.method}"),
        formula=Markdown(f"**{unit}{many}**{per}{chosen}"),
        left_out=_left_out(price, tier, quantity),
        tiers=table(("tier", _heading(tier), "unit price"), _tiers(api, price, tier)),
        is_known=int(bool(price.unit_prices)),
        prices=Markdown(literal(_prices(price))),
        toml=tuple(
            Markdown(f"{toml(name)} = {toml(amount)}") for name, amount in _prices(price).items()
        ),
    )


def _argument_at(operation: Operation, path: str) -> Argument | None:
    """The argument to which a plain path in the body leads."""
    found = _STEPS.fullmatch(path)
    steps = tuple(found[1].split(".")[1:]) if found else None
    return next(
        (one for one in operation.signature.arguments if one.place == "body" and one.path == steps),
        None,
    )


def _heading(tier: Argument | None) -> str:
    return f"values of `{tier.name}`" if tier is not None else "values"


def _left_out(price: Price, tier: Argument | None, quantity: Argument | None) -> Markdown:
    """What a call buys that says nothing of the arguments with a default."""
    parts = []
    if (
        tier is not None
        and isinstance(tier.default, str | int)
        and str(tier.default) in price.tiers
    ):
        bought = text(price.tiers[str(tier.default)])
        parts.append(f"{code(tier.name)} is {value(tier.default)}, which is tier **{bought}**")
    if quantity is not None and isinstance(quantity.default, int | float):
        parts.append(f"{code(quantity.name)} is {value(quantity.default)}")
    return Markdown(f"Left out, {', and '.join(parts)}." if parts else "")


def _tiers(api: Api, price: Price, tier: Argument | None) -> Iterator[tuple[Markdown, ...]]:
    declared = (
        api.declaration(tier.type) if tier is not None and isinstance(tier.type, Named) else None
    )
    members = declared.members if isinstance(declared, Enumeration) else ()
    docs = {str(one.value): one.doc for one in members}
    for name in dict.fromkeys(price.tiers.values()):
        values = [one for one, its in price.tiers.items() if its == name]
        amount = price.unit_prices.get(name, "")
        yield text(name), _listed(values, docs, name), text(
            f"{amount} {price.currency}".strip() if amount else ""
        )
    if price.tiers and (others := [one for one in docs if one not in price.tiers]):
        yield text("unknown"), _listed(others, docs, ""), text("")


def _listed(values: list[str], docs: Mapping[str, str], tier: str) -> Markdown:
    """The values of a tier, each with what its description says beside the tier, if that is short."""
    parts = []
    for one in values:
        doc = without_tier(docs.get(one, ""), tier)
        parts.append(
            join([code(one), Markdown(f"({words(doc)})" if 0 < len(doc) < _SHORT else "")])
        )
    return join(parts, ", ")


def without_tier(doc: str, tier: str) -> str:
    """A description without the name of the tier at its end, which stands in a column of its own."""
    line = " ".join(doc.split())
    return re.sub(rf",?\s*\(?(?:tier )?{re.escape(tier)}\)?\.?$", "", line) if tier else line


def _prices(price: Price) -> Mapping[str, str]:
    """An example of unit prices: the tiers of the document, with the document's prices or invented ones."""
    names = list(dict.fromkeys(price.tiers.values())) or [price.per]
    return {
        name: price.unit_prices.get(name, f"{0.1 + index / 20:.2f}")
        for index, name in enumerate(names)
    }
