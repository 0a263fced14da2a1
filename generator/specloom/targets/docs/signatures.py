"""How methods are called and what they give, as Python that is read and not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.types import ABSENT, OneOf, Type
from specloom.python.spelling import Spelling, identifier
from specloom.targets.docs.markdown import Markdown, code, fence
from specloom.targets.docs.wording import is_success

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation
    from specloom.targets.docs.examples import Calling

_CHECKED = "py"  # highlighted as Python; blocks marked `python` are those that tests run


def spelling(api: Api) -> Spelling:
    """How types are written outside of the models."""
    return Spelling({declared.name: declared for declared in api.types})


def argument_type(api: Api, kind: Type) -> str:
    """What may be given for an argument, as an annotation."""
    return spelling(api).argument(kind)


def returned(operation: Operation) -> Type | None:
    """The type of a call's good answer; None where it has no body."""
    good = [answer for answer in operation.answers if is_success(answer)]
    chosen = good or [answer for answer in operation.answers if answer.status == "default"]
    kinds = tuple(dict.fromkeys(answer.contents[0].type for answer in chosen if answer.contents))
    return None if not kinds else kinds[0] if len(kinds) == 1 else OneOf(kinds)


def returned_text(api: Api, operation: Operation) -> str:
    """What a plain call returns, as an annotation."""
    kind = returned(operation)
    return spelling(api).annotation(kind) if kind is not None else "None"


def signature(
    api: Api, operation: Operation, called: str, returns: str, only: tuple[str, ...] | None = None
) -> Markdown:
    """A call with all its parameters, or with `only` some; one that may be left out shows `UNSET`."""
    return fence(_CHECKED, "\n".join(_lines(api, operation, called, returns, only)))


def _lines(
    api: Api, operation: Operation, called: str, returns: str, only: tuple[str, ...] | None
) -> Iterator[str]:
    given = [one for one in operation.signature.arguments if only is None or one.name in only]
    by_place = [one for one in given if one.place == "path"]
    by_name = [one for one in given if one.place != "path"]
    yield f"{called}("
    for one in [*by_place, None, *by_name]:
        if one is None:
            yield from ["    *,"] if by_name else []
            continue
        annotation = argument_type(api, one.type)
        if not one.required:
            annotation = f"{spelling(api).optional(annotation)} = UNSET"
        yield f"    {identifier(one.name)}: {annotation},"
    yield from ["    **options,"] if only is None else []
    yield f") -> {returns}"


def companions(operation: Operation, calling: Calling) -> Iterator[tuple[Markdown, Markdown]]:
    """The methods that belong to a job's submit, with what each does."""
    if operation.job is None:
        return
    result = code(operation.job.result_name)
    yield (
        code(f"client.{calling.generate.method}(...)"),
        Markdown(
            f"takes the same, submits, waits and returns the {result}; {code('save_to=')} saves its file as well."
        ),
    )
    if operation.price is not None and operation.price.arguments:
        names = ", ".join(code(name) for name in operation.price.arguments)
        yield (
            code(f"client.{calling.estimate.method}(...)"),
            Markdown(f"says what a call would cost, from {names}; it sends nothing."),
        )


def has_default(default: object) -> bool:
    """Whether the document gives a default that can be shown."""
    return default is not ABSENT and default is not None
