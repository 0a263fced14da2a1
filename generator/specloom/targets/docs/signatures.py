"""How methods are called and what they give, as Python that is read and not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.types import ABSENT, OneOf, Type
from specloom.python.spelling import Spelling, identifier
from specloom.targets.client.returned import Returned, returned_types
from specloom.targets.docs.markdown import Markdown, code, fence
from specloom.targets.excerpts import mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation
    from specloom.targets.docs.examples import Calling

_CHECKED = "py"  # highlighted as Python; blocks marked `python` are those that tests run


def spelling(api: Api) -> Spelling:
    """How types are written outside of the models."""
    return Spelling(mentions(api))


def argument_type(api: Api, kind: Type) -> str:
    """What may be given for an argument, as an annotation."""
    return spelling(api).argument(kind)


def returned(operation: Operation) -> Type | None:
    """The type of a call's good answer; None where it has no body."""
    kinds = tuple(dict.fromkeys(returned_types(operation)))
    return None if not kinds else kinds[0] if len(kinds) == 1 else OneOf(kinds)


def returned_text(api: Api, operation: Operation) -> str:
    """What a plain call returns, as an annotation."""
    told = Returned(spelling(api))
    ways = {"stream": told.stream, "download": told.download, "value": told.answer}
    return ways[operation.gives](operation)


def further(api: Api, operation: Operation) -> Iterator[tuple[str, str, Markdown]]:
    """The further methods of a plain call: what each is called, what it returns, what it does."""
    told = Returned(spelling(api))
    if operation.pages is not None and "iterate" in operation.companions:
        does = Markdown(f"goes through all pages of {code(operation.name)} and gives their items.")
        yield operation.companions["iterate"], told.pages(operation), does
    for key, name in operation.companions.items():
        for _, content in operation.alternatives(key)[:1]:
            found = told.alternative(operation, key)
            ways = {"stream": f"Stream[{found}]", "binary": "Download"}
            does = Markdown(f"asks for {code(content.media_type)} instead.")
            yield name, ways.get(content.kind, found), does


def awaited(returns: str) -> str:
    """What the async client gives where the sync one gives this."""
    is_ours = returns == "Download" or returns.startswith(("Stream[", "Pages["))
    return f"Async{returns}" if is_ours else returns


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


def companions(
    api: Api, operation: Operation, calling: Calling
) -> Iterator[tuple[Markdown, Markdown]]:
    """The further methods that belong to an operation, with what each does."""
    if operation.job is None:
        resource = operation.qualified.partition(".")[0]
        for name, _, does in further(api, operation):
            yield code(f"client.{resource}.{name}(...)"), Markdown(f"takes the same, and {does}")
        return
    result = code(operation.job.result_name)
    waits = f"waits and returns the {result}; {code('save_to=')} saves its file as well."
    if operation.job.makes_several:
        waits = f"waits for all jobs and returns a {result} of each; {code('save_to=')} is a folder for their files."
    yield (
        code(f"client.{calling.generate.method}(...)"),
        Markdown(f"takes the same, submits, {waits}"),
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
