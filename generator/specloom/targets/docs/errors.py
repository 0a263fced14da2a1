"""The page of errors: every code of the vendor, every class, who is at fault, what to do, what is billed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.python.spelling import sentence
from specloom.targets.docs.calls import jobs
from specloom.targets.docs.markdown import Markdown, anchor, code, join, link, table, text, words
from specloom.targets.docs.prose import prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specloom.model.api import Api, ErrorCode
    from specloom.targets.docs.examples import Calling


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Who is at fault: in a word, what to do, and whether trying again can help."""

    fault: str
    what_to_do: str
    again: str


_KINDS: Mapping[str, Kind] = {
    "request": Kind(
        fault="the request",
        what_to_do="Change the request. The same one would be refused again.",
        again="no",
    ),
    "server": Kind(
        fault="the server",
        what_to_do="Nothing is wrong with your request. Try again later.",
        again="yes",
    ),
}
_PAID = Kind(
    fault="the server",
    what_to_do=(
        "Nothing is wrong with your request. Look at `billed` first: ordering again makes a new job, "
        "with a price of its own."
    ),
    again="yes, as a new job",
)
_UNKNOWN = Kind(
    fault="not said",
    what_to_do="Read the message. The document does not say who is at fault.",
    again="not said",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """One code of the vendor."""

    heading: Markdown
    doc: Markdown
    facts: tuple[Markdown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsPage:
    """What the page of errors says beside what is the same for every API."""

    package: Markdown
    client: Markdown
    calling: Calling | None
    imports: Markdown
    more_imports: Markdown
    caught: Markdown
    codes_table: Markdown
    codes: tuple[CodeView, ...]
    has_jobs: int
    is_assumed: int


def errors_page(api: Api) -> ErrorsPage:
    """All errors of an API's client."""
    told = next((one for _, _, one in jobs(api)), None)
    first = told.wrong.imports if told is not None and told.wrong is not None else ()
    then = [name for name in (told.submit.imports if told is not None else ()) if name not in first]
    return ErrorsPage(
        package=Markdown(api.package),
        client=Markdown(api.client_name),
        calling=told,
        imports=Markdown(", ".join(sorted([api.client_name, *first]))),
        more_imports=Markdown(", ".join(sorted(then))),
        caught=Markdown(api.error_codes[0].class_name if api.error_codes else ""),
        codes_table=table(
            ("code", "exception", "at fault", "HTTP status", "try again?"), _rows(api)
        ),
        codes=tuple(_code(api, one) for one in api.error_codes),
        has_jobs=int(bool(jobs(api))),
        is_assumed=int(any(one.assumed for one in api.error_codes)),
    )


def _heading(one: ErrorCode) -> str:
    return f"{one.code} {one.class_name}"


def code_link(one: ErrorCode) -> Markdown:
    """A link to what the page of errors says of a code."""
    return link(code(one.code), f"errors.md#{anchor(_heading(one))}")


def _rows(api: Api) -> Iterator[tuple[Markdown, ...]]:
    for one in api.error_codes:
        kind = _kind(api, one)
        status = text(one.status) if one.status is not None else Markdown("")
        own = link(code(one.code), f"#{anchor(_heading(one))}")
        yield own, code(one.class_name), text(kind.fault), status, text(kind.again)


def _kind(api: Api, one: ErrorCode) -> Kind:
    """What to do about a code; where a call makes a job, trying again may cost again."""
    if one.kind == "server" and jobs(api):
        return _PAID
    return _KINDS.get(one.kind, _UNKNOWN)


def _message(one: ErrorCode) -> Markdown:
    """The vendor's words as a sentence; a name at its beginning stays as it is written."""
    said = " ".join(one.message.split())
    first = said.split(" ")[0]
    return text(sentence(said[:1].upper() + said[1:] if first.isalpha() else said))


def _code(api: Api, one: ErrorCode) -> CodeView:
    kind = _kind(api, one)
    means = _message(one)
    return CodeView(
        heading=join([code(one.code), code(one.class_name)]),
        doc=prose(one.doc, 4) if one.doc and one.doc != one.message else Markdown(""),
        facts=tuple(
            fact
            for fact in (
                Markdown(f"Means: {means}") if means else Markdown(""),
                Markdown(f"At fault: {text(kind.fault)} (kind {code(one.kind)})"),
                (
                    Markdown(f"HTTP status: {one.status}, where it comes as an answer")
                    if one.status
                    else Markdown("")
                ),
                Markdown(f"What to do: {words(kind.what_to_do)}"),
                Markdown(f"Trying again can help: {text(kind.again)}"),
                _checked(one),
            )
            if fact
        ),
    )


def _checked(one: ErrorCode) -> Markdown:
    if not one.rule:
        return Markdown("")
    raised = code("InvalidRequestError")
    return Markdown(
        f"Checked before sending: the exception is then also an {raised}, and nothing was billed"
    )
