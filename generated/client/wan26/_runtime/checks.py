"""Requests are checked before they are sent, by the document's own schemas, all rules at once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from msgspec import Struct

from . import errors
from .contracts import Contracts
from .glances import is_plainly_valid
from .pointers import pointer
from .rules import Rule, find_rule, mentioned, resolve, usable
from .wording import Finding, dotted, word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jsonschema_rs import Draft202012Validator

__all__ = ["Advice", "Problem", "RequestChecks"]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_logger = logging.getLogger(__name__.partition(".")[0])


class Problem(errors.Problem, frozen=True, kw_only=True):
    """One thing that is wrong with a request, and the place of the rule in the schemas."""

    schema_path: str = ""

    def __str__(self) -> str:
        place = errors.printable(dotted(self.path)) or "the body"
        code = f" ({self.code})" if self.code else ""
        return f"{place}: {errors.printable(self.message)}{code}"


class Advice(Struct, frozen=True, kw_only=True):
    """What the server accepts, but is hardly meant: `effect` says what comes of it."""

    message: str
    effect: str
    path: str


class RequestChecks:
    """The checks of all requests of an API.

    `load` gives the text of `_schemas.json`; it is asked for at the first check, and jsonschema-rs
    imported at the first that a glance does not settle. `messages` are the vendor's, by error
    code. Formats (`date-time`, `uri`, ...) are not asserted unless `formats` says so.
    """

    def __init__(
        self,
        load: Callable[[], bytes],
        messages: Mapping[str, str] | None = None,
        *,
        formats: bool = False,
    ) -> None:
        self._contracts = Contracts(load)
        self._messages = messages or {}
        self._formats = formats
        self._compiled: dict[str, _Compiled | None] = {}

    def problems(self, name: str, body: Any, part: str = "body") -> list[Problem]:
        """All that is wrong with the body of a request; a name that is not known has no rules.

        The body is JSON, as `encoding.to_wire` gives it; another part are its `parameters`, in one
        object.
        """
        place = pointer(("requests", name, part))
        if place not in self._compiled and self._is_plain(name, body, part):
            return []
        compiled = self._compile(name, place)
        if compiled is None or compiled.validator.is_valid(body):
            return []
        found: dict[object, Problem] = {}
        for error in compiled.validator.iter_errors(body):
            for finding in word(error, compiled.root):
                rule = find_rule(compiled.root, finding.evaluation)
                found.setdefault(_cause(finding, rule), self._problem(finding, rule))
        return list(found.values())

    def advice(self, name: str, body: Any) -> list[Advice]:
        """All advice whose `when` the body of a request matches."""
        found: list[Advice] = []
        for index, item in enumerate(self._request(name).get("advice", ())):
            compiled = self._compile(name, pointer(("requests", name, "advice", index, "when")))
            if compiled is not None and compiled.validator.is_valid(body):
                place = next(iter(reversed(mentioned(item["when"], body))), ())
                advice = Advice(
                    message=item["message"], effect=item.get("effect", ""), path=pointer(place)
                )
                found.append(advice)
        return found

    def _is_plain(self, name: str, body: Any, part: str) -> bool:
        schema = None if self._formats else self._request(name).get(part)
        return is_plainly_valid(body, schema, self._contracts.of(name))

    def _request(self, name: str) -> dict[str, Any]:
        request: dict[str, Any] = self._contracts.of(name)["requests"].get(name, {})
        return request

    def _compile(self, name: str, place: str) -> _Compiled | None:
        if place not in self._compiled:
            self._compiled[place] = _compile(self._contracts.of(name), place, self._formats)
        return self._compiled[place]

    def _problem(self, finding: Finding, rule: Rule | None) -> Problem:
        message = finding.message if rule is None else self._messages.get(rule.code)
        return Problem(
            path=pointer(finding.place),
            message=message or finding.message,
            code=rule.code if rule else None,
            schema_path=pointer(finding.schema_path),
        )


class _Compiled(Struct, frozen=True):
    validator: Draft202012Validator
    root: dict[str, Any]


def _compile(document: dict[str, Any], place: str, formats: bool) -> _Compiled | None:
    """The schema at a place, compiled; None where there is none, or none that can be used.

    A fault of the document must never keep a request from being sent: it is logged.
    """
    reference = "#" + quote(place, safe="/~!$&'()*+,;=:@")
    if resolve(document, reference) is None:
        return None
    from jsonschema_rs import Draft202012Validator

    root = {**document, "$schema": _DIALECT, "$ref": reference}
    try:
        return _Compiled(Draft202012Validator(root, validate_formats=formats), root)
    except ValueError:
        dropped: list[str] = []
        root = dict(usable(root, _compiles, dropped))
    for pattern in dict.fromkeys(dropped):
        _logger.warning("a pattern does not compile and is not checked: %s", pattern[:200])
    try:
        return _Compiled(Draft202012Validator(root, validate_formats=formats), root)
    except ValueError as error:
        _logger.warning("%s cannot be checked: %s", place, str(error).partition("\n")[0])
        return None


def _compiles(pattern: str) -> bool:
    from jsonschema_rs import Draft202012Validator

    try:
        Draft202012Validator({"pattern": pattern})
    except ValueError:
        return False
    return True


def _cause(finding: Finding, rule: Rule | None) -> object:
    """What makes two findings one problem: the same rule, broken by the same part of the body."""
    if rule is None:
        return finding.place, finding.message
    return rule.place, finding.at[: len(finding.at) - rule.steps]
