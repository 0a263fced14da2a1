"""How a state is told: bodies in which a client reads what is true of a job, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .borrowed import Parsed, TextPath, judge, operations, parse, worded
from .scribe import selects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .description import LifeCycle, Rule
    from .scribe import Scribe

__all__ = ["Telling", "Way", "kept_places"]

# What is told where the document has no way to tell a state, the likeliest first.
_INSTEAD = {
    "queued": ("running",),
    "running": ("queued",),
    "expired": ("missing",),
    "cancelled": ("expired", "missing"),
}
_UNNAMED = "sandbox-unnamed"  # a state


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A state told in an answer of that status; `state` is what a client reads."""

    status: int
    state: str
    body: Any


class Telling:
    """Tells the states of one life cycle; places that were `chosen` count whatever schemas say."""

    def __init__(self, cycle: LifeCycle, chosen: Sequence[str] = ()) -> None:
        self._cycle, self._chosen = cycle, chosen
        # As the client has it: it must read here what it would read there.
        self._read: Any = operations.LifeCycle(
            poll=operations.Step(),
            status=tuple(map(_into_texts, cycle.status)),
            states={_state(state): tuple(words) for state, words in cycle.states.items()},
            rules=tuple(
                operations.Rule(state=_state(rule.state), code=rule.code, when=rule.when)
                for rule in cycle.rules
            ),
        )

    @property
    def codes(self) -> tuple[int, ...]:
        """The statuses that a rule speaks of."""
        return tuple(rule.code for rule in self._cycle.rules if rule.code is not None)

    def state(self, status: int, body: Any) -> str | None:
        """The state that a client reads in a poll's answer; None: it says nothing of that."""
        return judge(self._read, status, Parsed.of(body))[0]

    def first_state(self, body: Any) -> str | None:
        """The state that a client reads in the submit's answer."""
        return worded(self._read, Parsed.of(body))[0]

    def first(self) -> str:
        """The state of a job that was submitted just now, of which the document knows a word."""
        return "queued" if self._cycle.states.get("queued") else "running"

    def words(self, state: str) -> Sequence[Any]:
        """The words for a state, or for the one that stands for it."""
        for each in (state, *_INSTEAD.get(state, ())):
            if self._cycle.states.get(each):
                return self._cycle.states[each]
        return ()

    def unnamed(self) -> str | int:
        """A state that the document does not name, of the type of those that it does."""
        known = [word for words in self._cycle.states.values() for word in words]
        numbers = [word for word in known if isinstance(word, int | float)]
        if numbers and len(numbers) == len(known):
            return int(max(numbers)) + 1
        word = _UNNAMED
        while word in known:
            word += "-"
        return word

    def polled(
        self, state: str, statuses: Sequence[int], draft: Callable[[int], tuple[Scribe, Any]]
    ) -> Way | None:
        """The state, told in an answer to a poll.

        Args:
            state: what is to be told.
            statuses: those of good answers, the usual one first.
            draft: for a status what writes, and the answer without its state.
        """
        for each in (state, *_INSTEAD.get(state, ())):
            first: Way | None = None
            for status, scribe, body in self._ways(each, statuses, draft):
                way = self._told(each, status, body)
                if way is not None and scribe.ground.faults(body) == 0:
                    return way
                first = first or way
            if first is not None:
                return first
        return None

    def _told(self, state: str, status: int, body: Any) -> Way | None:
        read = self.state(status, body)
        goes_on = state in ("queued", "running") and read in (None, "queued", "running")
        if read == state or (goes_on and not self._has_way(state)):
            return Way(status=status, state=state, body=body)
        return None

    def _has_way(self, state: str) -> bool:
        named = any(rule.state == state for rule in self._cycle.rules)
        return named or bool(self._cycle.states.get(state))

    def _ways(
        self, state: str, statuses: Sequence[int], draft: Callable[[int], tuple[Scribe, Any]]
    ) -> Iterator[tuple[int, Scribe, Any]]:
        words = self._cycle.states.get(state)
        if words:
            for status in statuses:
                scribe, body = draft(status)
                body = self.write_word(scribe, body, words)
                yield status, scribe, self.denied(scribe, body, state, status)
        for number, rule in enumerate(self._cycle.rules):
            if rule.state == state:
                yield from self._ruled(number, rule, statuses, draft)
        if state in ("queued", "running") and not self.words(state):
            for status in statuses:
                scribe, body = draft(status)
                body = self._unspoken(scribe, body)
                yield status, scribe, self.denied(scribe, body, state, status)

    def _ruled(
        self,
        number: int,
        rule: Rule,
        statuses: Sequence[int],
        draft: Callable[[int], tuple[Scribe, Any]],
    ) -> Iterator[tuple[int, Scribe, Any]]:
        for status in statuses if rule.code is None else (rule.code,):
            scribe, body = draft(status)
            words = self.words(rule.state)
            if rule.state not in ("queued", "running"):
                words = words or self.words("succeeded")  # it is over, however it ended
            if words and status < 300:
                body = self.write_word(scribe, body, words)
            if rule.when is not None:
                body = scribe.select(body, rule.when)
            before = self._cycle.rules[:number]
            yield status, scribe, self.denied(scribe, body, rule.state, status, before)

    def denied(
        self,
        scribe: Scribe,
        body: Any,
        state: str,
        status: int,
        rules: Sequence[Rule] | None = None,
    ) -> Any:
        """The body without what would make a rule tell another state."""
        keeping = kept_places(self._cycle, body)
        for rule in self._cycle.rules if rules is None else rules:
            applies = rule.code is None or rule.code == status
            if rule.when is not None and rule.state != state and applies:
                body = scribe.unselect(body, rule.when, keeping)
        return body

    def write_word(self, scribe: Scribe, body: Any, words: Sequence[Any]) -> Any:
        """The body with a word for its state at each place that there is for it.

        Where the schema knows none of them, it stands at the first all the same.
        """
        if body is None:
            return body
        paths = self._cycle.status
        known = [path for path in paths if self._stands(scribe, body, path)]
        for path in (known or paths)[:1]:
            body = scribe.write(body, path, *words)
            words = [parse(path).first(body), *words] if selects(path, body) else words
        for path in known[1:]:
            if parse(path).find(body):  # one place is enough, but none may tell something else
                told = scribe.write(body, path, *words)
                is_worse = scribe.ground.faults(told) > scribe.ground.faults(body)
                body = body if is_worse else told
        return body

    def begun(self, scribe: Scribe, body: Any, state: str) -> Any:
        """The submit's answer with its state; left out where it says none and must not say this."""
        told = self.write_word(scribe, body, self.words(state))
        is_worse = scribe.ground.faults(told) > scribe.ground.faults(body)
        says_one = any(selects(path, body) for path in self._cycle.status)
        return body if is_worse and not says_one else told

    def _unspoken(self, scribe: Scribe, body: Any) -> Any:
        """The body with a word that is none of the document's states, or with no word at all."""
        known = [word for words in self._cycle.states.values() for word in words]
        for path in self._cycle.status:
            if not selects(path, body):
                continue
            body = scribe.clear(body, path, self._cycle.id)
            if selects(path, body):
                enum = [
                    word
                    for schema in scribe.ground.at(parse(path).segments)
                    for word in schema.get("enum", ())
                ]
                words = [word for word in enum if word is not None and word not in known]
                body = scribe.write(body, path, *words, self.unnamed())
        return body

    def takes(self, scribe: Scribe, body: Any) -> bool:
        """Whether an answer has a place for the state at all."""
        return body is not None and any(
            self._stands(scribe, body, path) for path in self._cycle.status
        )

    def _stands(self, scribe: Scribe, body: Any, path: str) -> bool:
        ground = scribe.ground
        known = selects(path, body) or ground.knows(path)
        return known or ground.is_silent or path in self._chosen


def kept_places(cycle: LifeCycle, body: Any) -> tuple[str, ...]:
    """The places of the id and of the state that must not go from a body: one of each."""
    found = ([path for path in paths if selects(path, body)] for paths in (cycle.id, cycle.status))
    return tuple(path for paths in found for path in paths[:1])


def _into_texts(path: str) -> TextPath:
    """The path as one that leads into whatever texts on its way are JSON."""
    return TextPath(path, *range(1, len(parse(path).segments) + 1))


def _state(text: str) -> Any:
    return text
