"""What woven methods return, as annotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.types import OneOf, Scalar
from specloom.targets.client.answering import asked_for

if TYPE_CHECKING:
    from specloom.model.api import Operation
    from specloom.model.types import Type
    from specloom.python.spelling import Spelling


@dataclass(frozen=True, slots=True)
class Returned:
    """The annotations of what operations give, as one module spells them."""

    spelling: Spelling

    def answer(self, operation: Operation) -> str:
        """The type of a successful answer (of a stream, of its items); several ones are a union, none is None."""
        return self._either(returned_types(operation))

    def stream(self, operation: Operation) -> str:
        """Items, as they come."""
        return f"Stream[{self.answer(operation)}]"

    def download(self, operation: Operation) -> str:
        """A file."""
        return "Download"

    def pages(self, operation: Operation) -> str:
        """The items of all pages, and the answers that hold them."""
        item = self.spelling.annotation(operation.pages.item) if operation.pages else "Any"
        return f"Pages[{item}, {self.answer(operation)}]"

    def alternative(self, operation: Operation, key: str) -> str:
        """The type of what the companion `key` asks for."""
        return self._either([content.type for _, content in operation.alternatives(key)])

    def _either(self, kinds: list[Type]) -> str:
        unique = tuple(dict.fromkeys(kinds))
        if not unique:
            return "None"
        return self.spelling.annotation(unique[0] if len(unique) == 1 else OneOf(unique))

    def job(self, operation: Operation) -> str:
        """The handle of a job, with what it gives."""
        return f"Job[{self.result(operation)}]"

    def submitted(self, operation: Operation) -> str:
        """What a submit gives: its job, or its jobs."""
        several = operation.job is not None and operation.job.makes_several
        return self.jobs(operation) if several else self.job(operation)

    def jobs(self, operation: Operation) -> str:
        """The handles of the jobs of one submit."""
        return f"{self._list}[{self.job(operation)}]"

    def results(self, operation: Operation) -> str:
        """What several finished jobs give."""
        return f"{self._list}[{self.result(operation)}]"

    @property
    def _list(self) -> str:
        """The list of Python, in a class that may have a method of that name."""
        return "builtins.list" if "list" in self.spelling.shadowed else "list"

    def result(self, operation: Operation) -> str:
        """What a finished job gives."""
        return operation.job.result_name if operation.job is not None else "None"

    def estimate(self, operation: Operation) -> str:
        """What a request would cost."""
        return "Estimate"


def returned_types(operation: Operation) -> list[Type]:
    """The types of all successes; one without a content is null, unless there are streams or files beside it."""
    told = [content.type for answer in operation.successes for content in asked_for(answer)]
    is_empty = any(not answer.contents for answer in operation.successes)
    return [*told, *([Scalar("null")] if is_empty and operation.gives == "value" else [])]
