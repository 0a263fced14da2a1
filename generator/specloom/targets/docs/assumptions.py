"""The page of assumptions: each with its key, its value and its reason, and how to set it otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.python.spelling import literal
from specloom.targets.docs.markdown import Markdown, code, join, table, text, words
from specloom.targets.docs.wording import pointer, toml, value

if TYPE_CHECKING:
    from specloom.model.api import Api, Assumption

_SHOWN = 4  # keys in the examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A key with a value, as Python and as TOML."""

    python: Markdown
    toml: Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Assumptions that belong together; `reasons` are those that many share, numbered and told once below the table."""

    title: Markdown
    intro: Markdown
    rows: Markdown
    reasons: tuple[Markdown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsPage:
    """Everything that the document assumes."""

    package: Markdown
    client: Markdown
    prefix: Markdown
    has_server: int
    settings: tuple[Setting, ...]
    groups: tuple[Group, ...]


def assumptions_page(api: Api) -> AssumptionsPage:
    """All assumptions of an API, in groups of a reader's making."""
    return AssumptionsPage(
        package=Markdown(api.package),
        client=Markdown(api.client_name),
        prefix=Markdown(api.env_prefix),
        has_server=int(any(one.assumed for one in api.servers)),
        settings=tuple(_setting(key, given) for key, given in _shown(api)),
        groups=tuple(_groups(api)),
    )


def _shown(api: Api) -> Iterator[tuple[str, Any]]:
    """A few keys of different kinds, with the document's values: the server's, a path, a place, a number."""
    settable = [
        (key, given)
        for key, given in _leaves(api.assumptions)
        if _is_plain(given) and key != "base_url"
    ]
    wanted = (".path", "job.id", "job.poll.interval", "envelope", "job.status", "limits.")
    seen: set[str] = set()
    for part in (*wanted, ""):
        found = next(
            ((key, given) for key, given in settable if part in key and key not in seen), None
        )
        if found is not None and len(seen) < _SHOWN:
            seen.add(found[0])
            yield found


def _is_plain(given: Any) -> bool:
    items = given if isinstance(given, list) else [given]
    return bool(items) and all(isinstance(one, str | int | float) for one in items)


def _leaves(assumptions: tuple[Assumption, ...]) -> Iterator[tuple[str, Any]]:
    """The keys that can be set, with their values; what is assumed as a whole has a key for each part."""
    for one in assumptions:
        if one.key and isinstance(one.value, Mapping):
            yield from ((f"{one.key}.{name}", part) for name, part in one.value.items())
        elif one.key:
            yield one.key, one.value


def _setting(key: str, given: Any) -> Setting:
    return Setting(
        python=Markdown(f"{literal(key)}: {literal(given)}"),
        toml=Markdown(f"{toml(key)} = {toml(given)}"),
    )


_TITLES: tuple[tuple[str, str, str], ...] = (
    ("server", "The server and its paths", ""),
    ("body", "Where things go in a request", "Each value is a JSON Pointer into the body."),
    (
        "envelope",
        "Where things stand in an answer",
        "Each place is a JSONPath, read from the whole body.",
    ),
    (
        "job",
        "How a job goes",
        "Places are JSONPaths, read from the whole body; times are in seconds.",
    ),
    ("errors", "The vendor's error codes", "For each code: who is at fault, and its HTTP status."),
    ("limits", "How fast the client asks", ""),
    ("", "What cannot be set at run time", "Only another document changes these."),
)


def _groups(api: Api) -> Iterator[Group]:
    for area, title, intro in _TITLES:
        mine = [one for one in api.assumptions if _area(one.key) == area]
        if mine:
            shared = _shared(mine)
            yield Group(
                title=text(title),
                intro=text(intro),
                rows=table(("key" if area else "where", "value", "why"), _rows(mine, shared)),
                reasons=tuple(_reason(why, mine) for why in shared),
            )


def _area(key: str) -> str:
    if not key:
        return ""
    if key == "base_url" or key.endswith(".path"):
        return "server"
    if ".body." in key:
        return "body"
    first = key.partition(".")[0]
    if first in {"errors", "limits"}:
        return first
    return "job" if "job" in key.split(".") else "envelope"


def _shared(mine: list[Assumption]) -> list[str]:
    """The reasons that three or more assumptions share, in their order."""
    reasons = [one.why for one in mine]
    return [why for why in dict.fromkeys(reasons) if reasons.count(why) > 2]


def _rows(mine: list[Assumption], shared: list[str]) -> Iterator[tuple[Markdown, ...]]:
    for one in mine:
        why = _note(shared.index(one.why)) if one.why in shared else words(one.why)
        if not one.key:
            yield code(pointer(tuple(str(step) for step in one.at.pointer))), value(one.value), why
            continue
        for number, (key, given) in enumerate(_leaves((one,))):
            yield code(key), value(given), why if number == 0 else text("as above")


def _note(index: int) -> Markdown:
    return text(f"see ({index + 1})")


def _reason(why: str, mine: list[Assumption]) -> Markdown:
    """A shared reason after the last words of the keys that it is given for: `kind`."""
    fields = dict.fromkeys(one.key.rpartition(".")[2] for one in mine if one.why == why)
    told = ", ".join(code(field) for field in fields if field)
    return join([Markdown(f"{told}:" if told else ""), words(why)])
