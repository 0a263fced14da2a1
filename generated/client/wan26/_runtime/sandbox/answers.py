"""Bodies of answers: the document's examples, with what is true of this job written in."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .borrowed import parse
from .description import Answer, Description, LifeCycle, Operation
from .places import first_value, put, remove
from .samples import sample

if TYPE_CHECKING:
    from .jobs import Job
    from .overrides import Layout, Place

__all__ = ["Answers", "Twist", "success"]


def success(operation: Operation) -> tuple[int, Answer]:
    """The status and the answer of an operation that went well: the first 2xx of the document."""
    for status, answer in operation.answers.items():
        if status.startswith("2"):
            return int(status.upper().replace("X", "0")), answer
    return 200, Answer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Twist:
    """How an answer differs from the truth: another word for the state, a place left out."""

    word: Any = None
    lacks: Place | None = None


class Answers:
    """Writes bodies in the places of a layout."""

    def __init__(self, description: Description, layout: Layout) -> None:
        self._description, self._layout = description, layout

    def plain(self, operation: Operation) -> Any:
        """An operation outside of life cycles: its example, else a sample of its schema."""
        answer = success(operation)[1]
        return self._wrap(self._examples(answer)[0], [])

    def error(self, code: str, message: str) -> Any:
        """The body of an error answer."""
        places = self._layout.error_places("error", self._description.error)
        return self._wrap({}, list(zip(places, (code, message), strict=True)))

    def job(
        self, job: Job, answering: Operation, state: str, url: str, twist: Twist | None = None
    ) -> Any:
        """A job as the answering operation tells it: its submit or its poll."""
        life = job.operation.job
        if life is None:
            return self.plain(answering)
        twist = twist or Twist()
        body = self._template(answering, life, state)
        word = next(iter(self._layout.words(life, state)), state)
        word = word if twist.word is None else twist.word
        for path in life.status[1:]:
            if parse(path).find(body):  # the status stands at both places, so say the same at both
                body = put(body, path, word)
        written = [
            (self._layout.place("job.id", tuple(life.id)), job.id),
            (self._layout.place("job.status", tuple(life.status)), word),
            *self._outcome(job, life, state, url),
        ]
        kept = [(place, value) for place, value in written if value is not None]
        kept = [(place, value) for place, value in kept if place != twist.lacks]
        for place, _ in written:
            if place not in dict(kept):
                _clear(body, place)
        return self._wrap(body, kept)

    def _outcome(self, job: Job, life: LifeCycle, state: str, url: str) -> list[tuple[Place, Any]]:
        """What stands in the answer only once the job is over; None: not yet, or not this way."""
        layout = self._layout
        code, message = layout.error_places("job.error", life.error)
        failure = job.failure if state == "failed" else None
        done = state == "succeeded"
        outcome: list[tuple[Place, Any]] = [
            (layout.place("job.result.files", tuple(life.result.files)), url if done else None),
            (code, failure.code if failure else None),
            (message, failure.message if failure else None),
        ]
        if life.result.value not in (None, "$") and not done:
            outcome.append((layout.place("job.result.value", (life.result.value,)), None))
        if life.cost is not None:
            bill = (("amount", life.cost.amount), ("discount", life.cost.discount))
            for key, path in bill:
                place = layout.place(f"job.cost.{key}", (path,) if path else ())
                outcome.append((place, getattr(job.charge, key) if done else None))
        return outcome

    def _template(self, operation: Operation, life: LifeCycle, state: str) -> Any:
        """The document's example of this state, else any answer of the operation."""
        examples = self._examples(success(operation)[1])
        words = [str(word) for word in self._layout.words(life, state)]
        words += [str(word) for word in life.states.get(state, ())]
        fitting = (each for each in examples if str(first_value(life.status, each)) in words)
        return next(fitting, examples[-1])

    def _examples(self, answer: Answer) -> list[Any]:
        """Copies of the examples and, last, a sample of the schema."""
        made = sample(answer.schema, self._description.definitions)
        return [*copy.deepcopy(list(answer.examples)), {} if made is None else made]

    def _wrap(self, body: Any, written: list[tuple[Place, Any]]) -> Any:
        """Write the document's places, add the envelope, then write the places that were set."""
        for place, value in written:
            if place.outer is not None:
                _clear(body, place)
            elif place.paths:
                body = _write(body, place.paths, value)
        if self._layout.envelope is not None:
            body = put({}, self._layout.envelope, body)
        for place, value in written:
            if place.outer is not None:
                body = _write(body, (place.outer,), value)
        return body


def _write(body: Any, paths: tuple[str, ...], value: Any) -> Any:
    """Write at the first place that can be written, as a number where a number stands."""
    standing = first_value(paths[:1], body)
    number = isinstance(standing, int | float) and not isinstance(standing, bool)
    shown = (
        value
        if isinstance(value, str | int | float | bool)
        else float(value) if number else str(value)
    )
    for path in paths:
        body = put(body, path, shown)
        if parse(path).find(body):
            break
    return body


def _clear(body: Any, place: Place) -> None:
    for path in place.paths:
        remove(body, path)
