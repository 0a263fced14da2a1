"""The states of a job must divide the words of its status field among themselves, each word to one state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specloom.openapi.schema_paths import words_of
from specloom.openapi.suggestions import did_you_mean, listing, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specloom.diagnostics import Location, Report
    from specloom.openapi.tree import Node

__all__ = ["check_end", "check_states"]

# 1 and True are the same key in Python, and different words in JSON.
_Word = tuple[bool, str | int | float | bool]


def check_states(
    states: Node | None, statuses: Sequence[Node], report: Report, *, also: Sequence[Node] = ()
) -> None:
    """Check the words of `states` against the schemas of the status field; one without an enum is open.

    `also` has the word in the submit's answer: its words may stand in a state, and need not.
    """
    if states is None:
        return
    placed = _placed(states, report)
    listed = [words_of(status) for status in statuses]
    if not listed or any(words is None for words in listed):
        return
    known: dict[_Word, Location] = {}
    for words in listed:
        for word, at in words or ():
            known.setdefault(_key(word), at)
    _check_missing(states, placed, known, report)
    further = [words_of(one) for one in also]
    if None in further:
        return
    for words in further:
        for word, at in words or ():
            known.setdefault(_key(word), at)
    told = [str(word) for _, word in known]
    for key, at in placed.items():
        if key not in known:
            report.warning(
                "state-word",
                f"the status is never {quoted(str(key[1]))}, says its enum",
                at,
                hint=did_you_mean(str(key[1]), told),
            )


def check_end(job: Node, fields: Mapping[str, Node], report: Report) -> None:
    """Check that a job of the life cycle with these fields can succeed, and that its words are read."""
    states, rules = fields.get("states"), fields.get("rules")
    ruled = [rule.text("state") for rule in (rules.elements() if rules is not None else ())]
    if "succeeded" not in ruled and (states is None or states.get("succeeded") is None):
        report.error(
            "job-without-success",
            "no state and no rule says that the job has succeeded, so that a client would wait for ever",
            job.at.at_key(),
            hint="say `states: {succeeded: [...]}`, or a rule with `state: succeeded`",
        )
    if states is not None and "status" not in fields:
        report.warning(
            "states-unread",
            "the words of the states are never read: nothing says where the status stands",
            states.at.at_key(),
            hint="say `status: $.status`, with the place of the word in the answer of the poll",
        )


def _key(word: Any) -> _Word:
    # Only a faulty enum lists anything but scalars.
    return isinstance(word, bool), word if isinstance(word, str | int | float) else str(word)


def _placed(states: Node, report: Report) -> dict[_Word, Location]:
    placed: dict[_Word, Location] = {}
    for words in [node for _, node in states.items()]:
        for word in words.elements():
            key = _key(word.value)
            if key in placed:
                report.error(
                    "state-twice",
                    f"{quoted(str(word.value))} stands in two states",
                    word.at,
                    related=[("it stands here too", placed[key])],
                    hint="a word means one state",
                )
            placed.setdefault(key, word.at)
    return placed


def _check_missing(
    states: Node, placed: dict[_Word, Location], known: dict[_Word, Location], report: Report
) -> None:
    missing = [key for key in known if key not in placed]
    if not missing:
        return
    words = [quoted(str(word)) for _, word in missing]
    verb = "stands" if len(words) == 1 else "stand"
    report.error(
        "state-missing",
        f"{listing(words, 'and')} {verb} in the enum of the status, but in no state",
        states.at.at_key(),
        related=[(f"{quoted(str(key[1]))} is listed here", known[key]) for key in missing[:3]],
        hint="put every word into one of queued, running, succeeded, failed, cancelled, expired, missing",
    )
