"""openapi-spec-validator over the documents, with its findings placed and its dangers shut away.

It crashes on some documents and never ends on others, so it runs in a process of its own, killed after a deadline.
It is begun as soon as all files are read, and asked for what it found when all else is done.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from specloom.diagnostics import Location, Report
from specloom.openapi.rules import openapi_version
from specloom.openapi.validator_process import ValidatorProcess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specloom.source.references import Documents

__all__ = ["DEADLINE", "Validation"]

DEADLINE = 20.0
# Seconds after the deadline, when nobody can have been left to keep it.
_GRACE = 20.0

_MOST_FINDINGS = 1000

_CODES = {
    "required": "openapi-required",
    "dependentRequired": "openapi-required",
    "extra-required": "openapi-required",
    "type": "openapi-type",
    "enum": "openapi-enum",
    "const": "openapi-enum",
    "pattern": "openapi-pattern",
    "propertyNames": "openapi-pattern",
    "format": "openapi-format",
    "additionalProperties": "openapi-key",
    "unevaluatedProperties": "openapi-key",
    "oneOf": "openapi-form",
    "anyOf": "openapi-form",
    "not": "openapi-form",
    "uniqueItems": "openapi-items",
    "contains": "openapi-items",
    "minContains": "openapi-items",
    "maxContains": "openapi-items",
    "minItems": "openapi-items",
    "maxItems": "openapi-items",
    "minProperties": "openapi-limit",
    "maxProperties": "openapi-limit",
    "minLength": "openapi-limit",
    "maxLength": "openapi-limit",
    "minimum": "openapi-limit",
    "maximum": "openapi-limit",
    "exclusiveMinimum": "openapi-limit",
    "exclusiveMaximum": "openapi-limit",
    "multipleOf": "openapi-limit",
    "default": "openapi-default",
}

# What our own rules say of the same place, and say better.
_SAID_BY_RULES = {"unknown-key", "number-for-string", "response-status", "path-without-slash"}


class Validation:
    """A run of the validator, which goes on beside whatever else is done with the documents."""

    def __init__(
        self,
        documents: Documents,
        process: ValidatorProcess | None = None,
        *,
        deadline: float = DEADLINE,
    ) -> None:
        """Begin it.

        Args:
            documents: All files must have been read (`check_references` does that).
            process: Where it runs, if that has been begun.
            deadline: Seconds after which the validator is killed.
        """
        self._documents, self._deadline = documents, deadline
        self._addresses = {_address(file): file for file in documents.documents}
        self._process: ValidatorProcess | None = None
        version = openapi_version(documents)
        if version is not None:
            values = {url: documents.documents[file].value for url, file in self._addresses.items()}
            root = _address(documents.root.file)
            told = {"version": version, "root": root, "documents": values}
            self._process = process or ValidatorProcess()
            self._process.ask(json.dumps({**told, "seconds": deadline + _GRACE}), deadline)

    def tell(self, report: Report) -> None:
        """Warn of everything that it finds. Waits for its end; the rules have been told, so as not to repeat them.

        Args:
            report: Receives the findings; the validator's own failures become warnings too.
        """
        if self._process is None:
            return
        output, failure = self._process.answer()
        documents, addresses = self._documents, self._addresses
        found, failed = _lines(output)
        _report_findings(found, addresses, documents, report)
        _report_failures(failed, addresses, documents, report)
        root = Location(documents.root.file)
        if failure == "timeout":
            report.warning(
                "validator-timeout",
                f"openapi-spec-validator did not end within {self._deadline:g} seconds and was stopped",
                root,
                hint="what it found until then is shown; specloom's own rules were all checked",
            )
        elif failure:
            _report_failure(failure, root, report)


def _address(file: str) -> str:
    return f"file:///{quote(file.lstrip('/'))}"


def _lines(output: str) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """What it found, and where it broke."""
    found: list[Mapping[str, Any]] = []
    failed: list[Mapping[str, Any]] = []
    # A process that was killed may have left half a line.
    for text in output.splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            (failed if "failed" in line else found).append(line)
    return found, failed


def _report_findings(
    lines: Sequence[Mapping[str, Any]],
    addresses: Mapping[str, str],
    documents: Documents,
    report: Report,
) -> None:
    said = {found.at for found in report.diagnostics if found.code in _SAID_BY_RULES}
    said |= {Location(at.file, at.pointer) for at in said}
    for line in lines[:_MOST_FINDINGS]:
        at = _existing(_place(line, addresses), documents)
        if at in said or _is_mistaken(line, at, documents):
            continue
        code = _CODES.get(line["keyword"], "openapi-other")
        report.warning(code, line["message"], at, hint=line["hint"])
    if len(lines) > _MOST_FINDINGS:
        report.warning(
            "validator-stopped",
            f"openapi-spec-validator found {len(lines) - _MOST_FINDINGS:,} more things, which are not shown",
            Location(documents.root.file),
        )


def _place(line: Mapping[str, Any], addresses: Mapping[str, str]) -> Location:
    return Location(addresses[line["address"]], tuple(line["pointer"]), key=line.get("key", False))


def _is_mistaken(line: Mapping[str, Any], at: Location, documents: Documents) -> bool:
    """Whether the complaint is about the validator's own schema."""
    keyword, steps = line["keyword"], at.pointer
    # Its schema for 3.1 calls the `server` of a link `body`.
    if keyword == "unevaluatedProperties" and steps[-1:] == ("server",) and "links" in steps:
        return True
    # An unknown status code makes it ask for `default`; rules.py names the status code.
    if keyword == "required" and steps[-1:] == ("responses",) and "`default`" in line["message"]:
        return bool(documents.value(Location(at.file, at.pointer)))
    return False


def _existing(at: Location, documents: Documents) -> Location:
    """The place, or the nearest one around it that the file has: the validator may have gone through a reference."""
    while at.pointer:
        try:
            documents.value(Location(at.file, at.pointer))
        except KeyError:
            at = Location(at.file, at.pointer[:-1])
        else:
            return at
    return Location(at.file)


def _report_failures(
    lines: Sequence[Mapping[str, Any]],
    addresses: Mapping[str, str],
    documents: Documents,
    report: Report,
) -> None:
    first: dict[str, Location] = {}
    for line in lines:
        first.setdefault(line["failed"], _existing(_place(line, addresses), documents))
    for failure, at in first.items():
        _report_failure(failure, at, report)


def _report_failure(failure: str, at: Location, report: Report) -> None:
    words = " ".join(failure.split())
    report.warning(
        "validator-failed",
        f"openapi-spec-validator broke here, so that it did not check this part: {words[:160]}",
        at,
        hint="specloom's own rules were all checked",
    )
