"""The words of life cycles: which state a word means, and how much it says that work is meant and not a thing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["STATES", "Life", "State", "is_known", "read_life", "set_of", "singular", "tokens_of"]

State = Literal["queued", "running", "succeeded", "failed", "cancelled", "expired", "missing"]


def set_of(words: str) -> frozenset[str]:
    """The words of a text that is nothing but a list of them."""
    return frozenset(words.split())


STATES: tuple[State, ...] = (
    *("queued", "running", "succeeded", "failed", "cancelled", "expired", "missing"),
)

# Only work is in these: a thing is never enqueued or transcoding.
_STRONG: dict[State, frozenset[str]] = {
    "queued": set_of("queued in_queue inqueue enqueued queueing queuing not_started notstarted"),
    "running": set_of(
        "running processing in_progress inprogress progress in_process inprocess started executing"
        " working generating rendering encoding transcoding transcribing converting computing"
        " analyzing analysing compiling building importing exporting training validating crawling"
        " scraping synthesizing extracting indexing finalizing finalising cancelling canceling"
        " aborting cancellation_requested cancel_requested pending_cancellation retrying"
        " dreaming upscaling diffusing denoising dubbing translating summarizing summarising"
        " embedding stitching muxing predicting parsing zipping compressing decoding rasterizing"
        " preprocessing pre_processing postprocessing post_processing vectorizing calculating"
        " aggregating reindexing migrating backfilling tokenizing"
    ),
    "succeeded": set_of(
        "succeeded success successful successfully succeed completed complete completion done"
        " finished processed partial_success completed_with_errors completed_with_warnings"
        " partially_succeeded generated rendered transcribed converted exported imported"
        " dubbed translated summarized summarised upscaled encoded transcoded indexed compiled"
        " trained crawled scraped extracted"
    ),
    "failed": set_of("failed failure fail error errored errors faulted crashed unsuccessful dead"),
    "cancelled": set_of("cancelled canceled aborted terminated killed interrupted"),
    "expired": set_of("expired timeout timed_out timedout timeout_exceeded time_out"),
    "missing": frozenset(),
}
# Work may be in these, and so may a thing.
_WEAK: dict[State, frozenset[str]] = {
    "queued": set_of(
        "pending waiting scheduled submitted accepted created new initialized initialised"
        " initializing initialising initiated received requested starting preparing deferred"
        " delayed init registered blocked queue planned not_ready notready paused unknown unspecified"
        " undefined none throttled upload_complete upload_completed"
    ),
    "running": set_of(
        "active uploading downloading uploaded validated stopping ongoing sent partial"
    ),
    "succeeded": set_of("ready available ok ended passed finalized finalised"),
    "failed": set_of(
        "rejected invalid refused denied declined malformed unprocessable suspended revoked"
        " unavailable exception moderated flagged filtered censored violation nsfw broken"
    ),
    "cancelled": set_of("stopped deleted discarded skipped cancel removed"),
    "expired": set_of("outdated lapsed purged"),
    "missing": set_of("not_found notfound nonexistent"),
}
# These say of a thing what it is.
_THINGS = set_of(
    "active inactive enabled disabled draft published unpublished archived open closed paid unpaid"
    " partially_paid refunded shipped delivered approved declined verified unverified online"
    " offline on off up down won lost confirmed unconfirmed suspended blocked subscribed"
    " unsubscribed live authorized captured voided returned todo to_do backlog"
)
_JOINING = frozenset({"after", "with", "on", "for", "before", "until"})
_ENDINGS: tuple[State, ...] = ("failed", "cancelled", "expired")
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(slots=True)
class Life:
    """A status's words divided among the states.

    Attributes:
        states: The words of each state that has some, in the order of `STATES`.
        strong: States that a word tells which only work has.
        guesses: Words whose place is a guess, from their form or from nothing.
        things: Words that tell what a thing is.
    """

    states: dict[State, list[Any]] = field(default_factory=dict)
    strong: set[State] = field(default_factory=set)
    guesses: list[str] = field(default_factory=list)
    things: list[str] = field(default_factory=list)

    @property
    def is_life(self) -> bool:
        """Whether work goes on in it, by a word that is known, and succeeds in the end."""
        going = (str(word) for key in ("queued", "running") for word in self.states.get(key, []))
        other = {*self.guesses, *self.things}
        return "succeeded" in self.states and any(word not in other for word in going)

    @property
    def is_work(self) -> bool:
        """Whether it goes on with a word that only work has."""
        return bool(self.strong & {"queued", "running"})


def tokens_of(text: str) -> tuple[str, ...]:
    """The words of an identifier, in lower case: `jobStatus`, `job-status` and `JOB_STATUS` are the same."""
    return tuple(found.lower() for found in _SPLIT.findall(text))


def singular(noun: str) -> str:
    """The singular of a regular English plural, in lower case; anything else as it is."""
    noun = noun.lower()
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is")):
        return noun[:-1]
    return noun


def is_known(word: str) -> bool:
    """Whether this is, as a whole, a word that a life cycle has and ordinary prose seldom."""
    whole = "_".join(tokens_of(word))
    return any(whole in words for words in _STRONG.values()) or whole in ("pending", "ready")


def read_life(words: Iterable[Any], values: Iterable[Any] | None = None) -> Life:
    """Divide the words of a status among the states; one that is not known goes on, as at run time.

    `values` are what the status has in place of each word, such as numbers.
    """
    life = Life()
    listed = list(words)
    had = listed if values is None else list(values)
    start = _shared_start([tokens_of(str(word)) for word in listed])
    told = [(word, *_judge(tokens_of(str(word))[start:])) for word in listed]
    pairs = [] if any(one[1] == "succeeded" for one in told) else _ended(listed)
    finishes = any(state == "succeeded" and is_strong for _, state, is_strong in told)
    for (word, found, is_strong), value in zip(told, had, strict=True):
        whole = "_".join(tokens_of(str(word))[start:])
        state = found
        if whole == "ready" and finishes:
            state = "queued"
        if state is None:
            # Two that go on and end are two ways to change a thing: `attached`, `detached`.
            state = "succeeded" if pairs == [word] else "running"
            life.guesses.append(str(value))
        if is_strong:
            life.strong.add(state)
        if whole in _THINGS:
            life.things.append(str(value))
        life.states.setdefault(state, []).append(value)
    life.states = {state: life.states[state] for state in STATES if state in life.states}
    return life


def _ended(words: Iterable[Any]) -> list[Any]:
    """The words that end what another one says to go on, whatever it is: `baked` beside `baking`."""
    texts = [(word, str(word).lower()) for word in words]
    ends = {f"{text.removesuffix('ing')}ed" for _, text in texts if text.endswith("ing")}
    return [word for word, text in texts if text in ends]


def _shared_start(words: list[tuple[str, ...]]) -> int:
    """How many words every word of an enum begins with: `JOB_STATE_RUNNING`, `JOB_STATE_DONE`."""
    if len(words) < 2:
        return 0
    most = min(map(len, words)) - 1
    alike = (len({word[at] for word in words}) == 1 for at in range(max(most, 0)))
    return next((at for at, same in enumerate(alike) if not same), max(most, 0))


def _judge(parts: tuple[str, ...]) -> tuple[State | None, bool]:
    """The state that a word means (None if it is not known), and whether only work has it."""
    found = _look("_".join(parts))
    if parts[-2:] == ("not", "found"):
        return "missing", False
    if found[0] is not None or len(parts) < 2:
        return found if found[0] is not None else (_by_form(parts), False)
    first, last = _look(parts[0]), _look(parts[-1])
    if parts[0] in ("not", "no", "never", "non"):
        return None, False
    if last[0] in _ENDINGS and not _JOINING & set(parts):
        return last
    for judged in (first, last, *map(_look, parts[1:-1])):
        if judged[0] is not None:
            # A word for one step of the work is as telling as its verb, and no more sure.
            return judged[0], judged[1] and judged[0] != "succeeded"
    return _by_form(parts[:1]), False


def _look(word: str) -> tuple[State | None, bool]:
    for state in STATES:
        if word in _STRONG[state]:
            return state, True
    return next((state for state in STATES if word in _WEAK[state]), None), False


def _by_form(parts: tuple[str, ...]) -> State | None:
    """`dreaming` goes on, whatever it is."""
    return "running" if parts and len(parts[0]) > 5 and parts[0].endswith("ing") else None
