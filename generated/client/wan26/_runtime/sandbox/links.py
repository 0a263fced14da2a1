"""The addresses that the sandbox gives: of files, and of the further calls of a job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from .borrowed import is_source, sources_within
from .lives import values_of
from .sorts import suffix_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from .description import Operation, Parameter, Step
    from .jobs import Job, Jobs
    from .lives import Kind
    from .samples import Sampler

__all__ = ["OWN", "Links", "leads_to_file", "lifetime_of", "read_file_name"]

# The part of a link to a file that tells a fresh one from an expired one.
FRESH = "token"  # in the query of a link that took the place of one that expired
# The sandbox's own addresses of steps, by their kinds.
OWN: Mapping[Kind, str] = {"poll": "polls", "result": "results", "cancel": "cancels"}

_LIFETIME = 3600.0  # seconds that a link lives where the document only says that it ends
_HEADER = "$response.header."
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Links:
    """Makes addresses below `root`, the sandbox's own URL as the request named it."""

    def __init__(self, jobs: Jobs, sampler: Sampler) -> None:
        self._jobs, self._sampler = jobs, sampler

    def file(self, root: str, job: Job, number: int = 0) -> str:
        """The URL of the nth file of a job."""
        fresh = f"?{FRESH}={job.link}" if job.link else ""
        further = f".{number + 1}" if number else ""
        return f"{root}_sandbox/files/{job.handle}{further}{suffix_of(job.media_type)}{fresh}"

    def given(self, root: str, job: Job, *kinds: Kind) -> tuple[dict[str, str], dict[str, str]]:
        """The URLs that an answer gives for further calls: by paths in its body, and by headers."""
        paths: dict[str, str] = {}
        headers: dict[str, str] = {}
        for kind in kinds:
            step = job.life.step(kind)
            if step is None or not step.url:
                continue
            url = self.address(root, job, kind, step)
            if step.url.startswith(_HEADER):
                headers[step.url.removeprefix(_HEADER).lower()] = url
            else:
                paths[step.url] = url
        return paths, headers

    def values(self, job: Job, kind: Kind) -> dict[str, str] | None:
        """The values of the path of a step's operation; None where one is left open."""
        step, operation = job.life.step(kind), job.life.operations.get(kind)
        if step is None or operation is None:
            return None
        return path_values(job, kind, step, operation)

    def address(self, root: str, job: Job, kind: Kind, step: Step) -> str:
        """The URL of a further call of a job."""
        values = self.values(job, kind)
        if values is None:
            return f"{root}_sandbox/{OWN[kind]}/{job.handle}"
        path = _filled(job.life.operations[kind].path, values)
        if _PLACEHOLDER.search(job.life.operations[kind].path):
            self._jobs.give_address(kind, unquote(path), job)
        query = self._query(job, kind, step, job.life.operations[kind])
        return root.rstrip("/") + path + (f"{'&' if '?' in path else '?'}{query}" if query else "")

    def _query(self, job: Job, kind: Kind, step: Step, operation: Operation) -> str:
        """The query of a step's URL: what it binds, and what has to be there all the same."""
        pairs: list[tuple[str, str]] = []
        for parameter in operation.parameters:
            if parameter.place != "query":
                continue
            value = _bound(job, kind, step, parameter.name, "query")
            if value is None and parameter.required:
                value = self._usual(job, parameter)
            if value is not None:
                pairs.append((parameter.name, value))
        return urlencode(pairs)

    def _usual(self, job: Job, parameter: Parameter) -> str | None:
        """The value that the submit had under the name, else the default, else one that fits."""
        sent = job.asked.values.get("query", {}) if job.asked is not None else {}
        if parameter.name in sent:
            return sent[parameter.name]
        schema = parameter.schema if isinstance(parameter.schema, Mapping) else {}
        value = schema.get("default", self._sampler.value(schema, parameter.name))
        return _text(value) if isinstance(value, str | int | float) else None


def path_values(job: Job, kind: Kind, step: Step, operation: Operation) -> dict[str, str] | None:
    """The values of the operation's path, bound as the step says; None where one is left.

    One that the step does not bind has the value that the submit had under its name; the last of
    them is the job's id.
    """
    values: dict[str, str] = {}
    names = _PLACEHOLDER.findall(operation.path.partition("?")[0])
    sent = job.asked.values.get("path", {}) if job.asked is not None else {}
    for name in names:
        known = _bound(job, kind, step, name, "path")
        if known is None:
            known = job.id if name == names[-1] and not _binds_id(step) else sent.get(name)
        if known is None:
            return None
        values[name] = known
    return values


def leads_to_file(request: Request, job: Job) -> bool:
    """Whether the link has not expired by a fault; a call of the API itself is no link."""
    if not request.url.path.startswith("/_sandbox/files/"):
        return True
    return request.query_params.get(FRESH, "0") == str(job.link)


def lifetime_of(job: Job) -> float | None:
    """Seconds that a link to a file lives; None: it does not end."""
    expires = job.life.cycle.result.expires
    return _LIFETIME if isinstance(expires, str) else expires


def read_file_name(name: str) -> str:
    """The handle of the job in the name of one of its files."""
    return name.partition(".")[0]


def _bound(job: Job, kind: Kind, step: Step, name: str, place: str) -> str | None:
    for key in (name, f"{place}.{name}"):
        if key in step.parameters:
            return _value(job, kind, step.parameters[key])
    return None


def _binds_id(step: Step) -> bool:
    return "$id" in [*step.parameters.values(), *sources_within(step.body)]


def _value(job: Job, kind: Kind, source: Any) -> str | None:
    if not is_source(source):
        return _text(source)
    return next(iter(values_of(source, kind, job)), None)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(path: str, values: Mapping[str, str]) -> str:
    path = path.partition("#")[0]
    return _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), path)
