"""What operations are answered with, as literal data: statuses, media types, types."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from specloom.model.media import is_json
from specloom.model.types import Scalar
from specloom.python.spelling import Code, Spelling, literal
from specloom.targets.client.data import operation_constant
from specloom.targets.client.expressions import construct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from specloom.model.api import Answer, Content, Operation

Kind: TypeAlias = tuple[str, str, str]  # media type, annotation, kind of the items

ERRORS = Code("_ERRORS")  # no operation is called so: a name from a document begins with a letter


def answers_data(operation: Operation, spelling: Spelling, shared: Code) -> Code:
    """The answers, each in the content that is asked for; the errors by name where they are the `shared` ones."""
    good, errors = _parted(operation, spelling)
    if errors and _tuple(errors) == shared:
        return Code(_tuple([*good, Code(f"*{ERRORS}")])) if good else ERRORS
    told = [*good, *errors]
    return _tuple(told) if told else Code("")


def shared_errors(operations: Iterable[Operation], spelling: Spelling) -> Code:
    """The errors that most operations of a resource are answered with; empty where hardly two have the same."""
    told = Counter(_tuple(errors) for one in operations if (errors := _parted(one, spelling)[1]))
    common = told.most_common(1)
    return common[0][0] if common and common[0][1] > 1 else Code("")


def alternative_keys(operation: Operation) -> list[str]:
    """The companions of an operation that ask for another kind of content."""
    return [key for key in operation.companions if operation.alternatives(key)]


def alternative_data(operation: Operation, key: str, spelling: Spelling) -> Code:
    """The data of an operation as its companion `key` asks for it."""
    answers = (code for _, code in _merged(operation.alternatives(key), spelling))
    return Code(f"{operation_constant(operation)}.answering({', '.join(answers)})")


def _tuple(parts: list[Code]) -> Code:
    return Code(f"({', '.join(parts)}{',' if len(parts) == 1 else ''})")


def _parted(operation: Operation, spelling: Spelling) -> tuple[list[Code], list[Code]]:
    """The answers with a success among their statuses, and the others."""
    found = [(answer, content) for answer in operation.answers for content in asked_for(answer)]
    good: list[Code] = []
    errors: list[Code] = []
    for statuses, code in _merged(found, spelling):
        (good if any(status.startswith("2") for status in statuses) else errors).append(code)
    return good, errors


def asked_for(answer: Answer) -> tuple[Content, ...]:
    """What a method asks for of an answer: its first content, and other JSON that is read as another type.

    What is no JSON beside JSON, and text, have methods of their own.
    """
    asked = list(answer.contents[:1])
    if asked and asked[0].kind == "json":
        for content in answer.contents[1:]:
            if _is_model(content) and all(content.type != one.type for one in asked):
                asked.append(content)
    return tuple(asked)


def _is_model(content: Content) -> bool:
    return (
        content.kind == "json" and is_json(content.media_type) and content.type != Scalar("string")
    )


def _merged(
    found: Iterable[tuple[Answer, Content]], spelling: Spelling
) -> Iterator[tuple[list[str], Code]]:
    """The answers with their statuses; statuses that are answered alike share one."""
    alike: dict[Kind, list[str]] = {}
    by_status: dict[str, set[Kind]] = {}
    for answer, content in found:
        kind = (content.media_type, spelling.annotation(content.type), content.items)
        alike.setdefault(kind, []).append(answer.status)
        by_status.setdefault(answer.status, set()).add(kind)
    told = {status for status in by_status if not _is_covered(status, by_status)}
    for (media_type, annotation, items), statuses in alike.items():
        kept = [status for status in statuses if status in told]
        yield (
            kept,
            construct(
                "Answer",
                literal(" ".join(kept)),
                literal(media_type),
                Code(f"lambda: {annotation}"),
                items=items if items != "data" else None,
            ),
        )


def _is_covered(status: str, by_status: Mapping[str, set[Kind]]) -> bool:
    """Whether `default` says all of an error's status, and no range comes before it."""
    if status == "default" or status.startswith("2"):
        return False
    has_ranges = any(one.upper().endswith("XX") for one in by_status)
    return not has_ranges and by_status[status] == by_status.get("default")
