"""What runs in a process of its own: openapi-spec-validator over one document.

Reads a request from standard input and writes one JSON object per line: a finding as soon as it is made, so that a
process which must be killed has told what it knew. `specloom.openapi.validate` is the other side.
"""

from __future__ import annotations

import faulthandler
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from jsonschema.validators import validator_for
from jsonschema_path import SchemaPath
from openapi_spec_validator import (
    OpenAPIV30SpecValidator,
    OpenAPIV31SpecValidator,
    OpenAPIV32SpecValidator,
)
from openapi_spec_validator.schemas import schema_v30, schema_v31, schema_v32
from openapi_spec_validator.validation.exceptions import (
    DuplicateOperationIDError,
    ExtraParametersError,
    ParameterDuplicateError,
    UnresolvableParameterError,
)
from openapi_spec_validator.validation.keywords import SchemaValidator, ValueValidator
from referencing.exceptions import Unresolvable

from specloom.openapi.findings import Finding, Step, findings

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

__all__ = ["Request", "main"]

_VERSIONS = {
    "3.0": (OpenAPIV30SpecValidator, schema_v30),
    "3.1": (OpenAPIV31SpecValidator, schema_v31),
    "3.2": (OpenAPIV32SpecValidator, schema_v32),
}
_MOST_BYTES = 4 * 1024**3

# Said better, with both places, by specloom.openapi.rules.
_OURS = (DuplicateOperationIDError, ParameterDuplicateError, UnresolvableParameterError)

Place = tuple[str, tuple[Step, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to validate: every file that was read, by an address in which references between them resolve.

    Attributes:
        seconds: After which this process ends by itself, if the one that asked is not there any more to stop it.
    """

    version: str
    root: str
    documents: dict[str, Any]
    seconds: float


def main() -> None:
    """Validate the request on standard input."""
    _limit_memory()
    sys.addaudithook(_refuse_network)
    request = Request(**json.load(sys.stdin))
    faulthandler.dump_traceback_later(request.seconds, exit=True)
    inspection = _Inspection(request)
    inspection.run()


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        bounds = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
        # Some systems refuse every limit; the document is validated all the same.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (min([_MOST_BYTES, *bounds]), hard))


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        raise ConnectionRefusedError("a document is validated without the network")


def _write(line: Mapping[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


class _Inspection:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._told: dict[Place, set[str]] = {}
        self._places = {
            key: (address, pointer)
            for address, value in request.documents.items()
            for key, pointer in _places(value)
        }

    def run(self) -> None:
        root = self._request.documents[self._request.root]
        _, grammar = _VERSIONS[self._request.version]
        try:
            # The Rust backend, which is used where it is installed, tells less of an error and tells it differently.
            validator = validator_for(dict(grammar))(dict(grammar))
            for error in validator.iter_errors(root):
                for finding in findings(error):
                    self._tell((self._request.root, ()), finding)
        except Exception as error:
            self._fail((self._request.root, ()), error)
        self._run_keywords(root)

    def _run_keywords(self, root: Any) -> None:
        _drop_extensions(root)
        validator_class, _ = _VERSIONS[self._request.version]
        keywords = {
            name: _placed(keyword, self)
            for name, keyword in validator_class.keyword_validators.items()
        }
        offline = {"keyword_validators": keywords, "resolver_handlers": _Files(self._request)}
        validator = type("Offline", (validator_class,), offline)(root, base_uri=self._request.root)
        for error in validator.root_validator(validator.schema_path):
            place: Place = getattr(error, "place", (self._request.root, ()))
            for finding in _keyword_findings(error):
                told = _of_default(finding) if getattr(error, "is_of_default", False) else finding
                self._tell(place, told)

    def place(self, path: SchemaPath) -> Place:
        """Where the value that `path` reached by references stands."""
        value = path.read_value()
        return self._places.get(id(value), (self._request.root, tuple(path.parts)))

    def fail(self, path: SchemaPath, error: Exception) -> None:
        """Tell that the validator broke at `path`; a reference that leads nowhere is told by its own rule."""
        if isinstance(error, Unresolvable):
            return
        try:
            place = self.place(path)
        except Exception:
            place = (self._request.root, tuple(path.parts))
        self._fail(place, error)

    def _fail(self, place: Place, error: Exception) -> None:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        _write({"address": place[0], "pointer": place[1], "failed": text[:200]})

    def _tell(self, place: Place, finding: Finding) -> None:
        pointer = (*place[1], *finding.pointer)
        told = self._told.setdefault((place[0], pointer), set())
        # The grammar and the dialect of schemas often complain of the same thing.
        if finding.keyword in told or (finding.keyword == "other" and told):
            return
        told.add(finding.keyword)
        _write({"address": place[0], **asdict(finding), "pointer": pointer})


def _places(root: Any) -> Iterator[tuple[int, tuple[Step, ...]]]:
    waiting: list[tuple[tuple[Step, ...], Any]] = [((), root)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            yield id(value), pointer
            waiting += [((*pointer, key), member) for key, member in value.items()]
        elif isinstance(value, list):
            yield id(value), pointer
            waiting += [((*pointer, index), item) for index, item in enumerate(value)]


def _drop_extensions(root: Any) -> None:
    """The validator takes every member of these for a path or an answer, and breaks on what is none."""
    paths = root.get("paths") if isinstance(root, dict) else None
    items = list(paths.values()) if isinstance(paths, dict) else []
    operations = [one for item in items if isinstance(item, dict) for one in item.values()]
    answers = [one.get("responses") for one in operations if isinstance(one, dict)]
    for members in (paths, *answers):
        if isinstance(members, dict):
            for name in [name for name in members if name.startswith("x-")]:
                del members[name]


class _Files(dict[str, Callable[[str], Any]]):
    """Answers for every scheme of a URL with the documents that were read, so that nothing else ever is."""

    def __init__(self, request: Request) -> None:
        self._documents = request.documents

    def __contains__(self, scheme: object) -> bool:
        return True

    def __missing__(self, scheme: str) -> Callable[[str], Any]:
        return self._document

    def _document(self, address: str) -> Any:
        return self._documents[address]


def _placed(keyword: type[Any], inspection: _Inspection) -> type[Any]:
    """The same validator, whose errors know their place, and whose failure costs only its own part."""

    def call(self: Any, *arguments: Any, **options: Any) -> Iterator[ValidationError]:
        path = next(one for one in arguments if isinstance(one, SchemaPath))
        try:
            for error in keyword.__call__(self, *arguments, **options):
                if not hasattr(error, "place"):
                    address, pointer = inspection.place(path)
                    error.is_of_default = issubclass(keyword, ValueValidator)
                    error.place = address, (*pointer, *("default",) * error.is_of_default)
                yield error
                for further in vars(self).pop("further", ()):
                    further.place = error.place
                    yield further
        except Exception as error:
            inspection.fail(path, error)

    def check(self: Any, schema: SchemaPath, value: Any) -> Any:
        error = keyword._validate_schema_meta(self, schema, value)
        if error is not None:
            # The original stops at the first error of a schema.
            self.further = _further_errors(self, schema, value)
        return error

    members: dict[str, Any] = {"__call__": call}
    if issubclass(keyword, SchemaValidator):
        members["_validate_schema_meta"] = check
    return type(keyword.__name__, (keyword,), members)


def _further_errors(keyword: Any, schema: SchemaPath, value: Any) -> list[ValidationError]:
    try:
        from openapi_schema_validator._specifications import REGISTRY

        checker = keyword._get_schema_checker(schema, value)
    except (ImportError, ValueError):
        return []
    dialect = getattr(checker, "func", checker).__self__.META_SCHEMA
    return list(validator_for(dialect)(dialect, registry=REGISTRY).iter_errors(value))[1:]


def _of_default(finding: Finding) -> Finding:
    message = f"the default does not fit its schema: {finding.message}"
    return replace(finding, keyword="default", message=message, hint="")


def _keyword_findings(error: ValidationError) -> Iterator[Finding]:
    if isinstance(error, _OURS) or error.message.startswith("Duplicate tag name"):
        return
    if isinstance(error, ExtraParametersError):
        message = "`required` names a property that neither this schema nor its `allOf` declares"
        yield Finding(pointer=("required",), keyword="extra-required", message=message)
    elif str(error.validator) == "<unset>":
        yield Finding(pointer=(), keyword="other", message=" ".join(error.message.split())[:200])
    else:
        yield from findings(error)


if __name__ == "__main__":
    main()
