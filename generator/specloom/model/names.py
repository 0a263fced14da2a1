"""Every identifier of the output is decided here, once, before anything is rendered.

A `Scope` hands out each name only once. Names are claimed in an order that does not depend on use (pinned ones, then
components, then operations, then inline types, each in document order), so that appending to a document never renames
what stood there.
"""

from __future__ import annotations

import builtins
import itertools
import keyword
import re
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RUN = re.compile(r"\d+|[^\W\d_]+")

KEYWORDS = frozenset(keyword.kwlist)
BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))

# What a woven module says itself, so that a declared type of that name steps aside.
TYPE_NAMES = frozenset(
    {
        "Any",
        "Literal",
        "Union",
        "UnsetType",
        "UNSET",
        "TYPE_CHECKING",
        "TypeAlias",
        "Discriminator",
        "Exception",
        "None",
        "True",
        "False",
    }
)

# Annotations of a record are read inside its class, where a field would hide these.
FIELD_NAMES = KEYWORDS | {
    *("str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "object"),
    *("models", "runtime", "datetime", "extra", "raw"),
}

# Keywords that every method has, and what its one call says.
ARGUMENT_NAMES = KEYWORDS | {
    *("self", "options", "given"),
    *(
        "extra_headers",
        "extra_query",
        "extra_body",
        "timeout",
        "check",
        "idempotency_key",
        "on_response",
    ),
    *("wait_timeout", "on_update", "save_to"),
}

# `UNSET` would be the name of the data of an operation `unset`; a method hides a module of its name
# from the annotations of its class.
METHOD_NAMES = KEYWORDS | {"self", "unset", "models", "datetime", "builtins"}

# What a module of resources says itself, so that its classes step aside.
CLASS_NAMES = (
    KEYWORDS
    | TYPE_NAMES
    | {
        *(
            "Mapping",
            "Sequence",
            "Unpack",
            "Resource",
            "AsyncResource",
            "Options",
            "GenerateOptions",
        ),
        *("Answer", "Body", "CostPaths", "ErrorPaths", "Idempotency", "LifeCycle", "Listing"),
        *("Operation", "Parameter", "Price", "Progress", "Rule", "Step", "ResultStep", "Estimate"),
        *("Job", "AsyncJob", "Result", "AsyncResult", "Client", "AsyncClient", "Any", "Callable"),
    }
)

# The runtime's own errors, which no code of a vendor may hide.
ERROR_NAMES = frozenset(
    {
        *("APIConnectionError", "APIError", "APIStatusError", "APITimeoutError"),
        *("AuthenticationError", "BadRequestError", "ConfigurationError", "ConflictError"),
        *("DownloadError", "InternalServerError", "InvalidRequestError", "JobCancelledError"),
        *("JobError", "JobExpiredError", "JobFailedError", "JobMissingError", "JobResultError"),
        *("JobTimeoutError", "ManyFilesError", "ManyJobsError", "NotFoundError"),
        *("PermissionDeniedError", "RateLimitError", "ResultExpiredError", "SubmitUncertainError"),
        *("UnprocessableEntityError", "VendorError"),
    }
)

# Names of files that Windows keeps for devices.
DEVICES = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{name}{number}" for name in ("com", "lpt") for number in range(10)),
    }
)

# Attributes of the client that are not resources, and files that no system may hold.
RESOURCE_NAMES = KEYWORDS | DEVICES
RESOURCE_NAMES |= {"base_url", "jobs", "close", "aclose", "ledger", "settings", "with_options"}


def is_package_name(name: str) -> bool:
    """Whether a package may be called so, and hides no module that it needs itself."""
    hidden = sys.stdlib_module_names | {"httpx2", "msgspec", "jsonschema_rs"}
    return name.isidentifier() and name not in KEYWORDS | DEVICES | hidden


def words(text: str) -> list[str]:
    """The words of any name, in lower case: `createVideoURL2` gives create, video, url, 2.

    Letters of other scripts stay as they are; everything that is neither a letter nor a digit divides.
    """
    folded = unicodedata.normalize("NFKC", text)
    return [word.lower() for word in _words(folded)]


def _words(text: str) -> Iterator[str]:
    """Runs of digits, and runs of letters divided at their humps: `HTTPServer` is HTTP, Server."""
    for run in _RUN.findall(text):
        start = 0
        for index in range(1, len(run)):
            before, here, after = run[index - 1], run[index], run[index + 1 : index + 2]
            if here.isupper() and (not before.isupper() or after.islower()):
                yield run[start:index]
                start = index
        yield run[start:]


def snake(text: str, *, digits: str = "n") -> str:
    """`text` as a variable: lower case with underscores; `digits` goes before a leading digit."""
    return _identifier("_".join(words(text)), digits)


def pascal(text: str, *, digits: str = "Type") -> str:
    """`text` as a class: capitalised words, capitals kept where the document wrote a word in capitals or CamelCase."""
    parts = _words(unicodedata.normalize("NFKC", text))
    return _identifier("".join(part[:1].upper() + part[1:] for part in parts), digits)


def constant(text: str, *, digits: str = "VALUE_") -> str:
    """`text` as a constant: upper case with underscores."""
    return _identifier("_".join(words(text)).upper(), digits)


def _identifier(text: str, digits: str) -> str:
    candidate = "".join(char for char in text if f"a{char}".isidentifier())
    if not candidate:
        return ""
    return candidate if candidate.isidentifier() else f"{digits}{candidate}"


def singular(word: str) -> str:
    """The singular of an English plural, by its ending; a word that does not look like one stays."""
    if len(word) > 3 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class Scope:
    """Names that must differ. With `fold`, names that differ only by case count as the same (file names do)."""

    def __init__(self, reserved: Iterable[str] = (), *, fold: bool = False) -> None:
        self._fold = fold
        self._reserved = {self._key(name) for name in reserved}
        self._taken: set[str] = set()

    def _key(self, name: str) -> str:
        folded = unicodedata.normalize("NFKC", name)
        return folded.lower() if self._fold else folded

    def is_free(self, name: str) -> bool:
        """Whether `name` can still be claimed as it is."""
        return (
            bool(name)
            and self._key(name) not in self._taken
            and self._key(name) not in self._reserved
        )

    def claim(self, *wanted: str) -> str:
        """The first of `wanted`, with an underscore if it is reserved; then the first free one; then numbered ones."""
        first = next((name for name in wanted if name), "unnamed")
        reserved = self._key(first) in self._reserved
        for name in (f"{first}_" if reserved else first, *wanted):
            if self.is_free(name):
                return self._take(name)
        number = 2
        while not self.is_free(f"{first}_{number}"):
            number += 1
        return self._take(f"{first}_{number}")

    def claim_pair(self, *wanted: str) -> str:
        """As `claim`, of a class and its async twin: both names are free, and both are taken."""
        numbered = (f"{wanted[0]}{number}" for number in itertools.count(2))
        for name in itertools.chain(wanted, numbered):
            if self.is_free(name) and self.is_free(f"Async{name}"):
                self._take(f"Async{name}")
                return self._take(name)
        raise AssertionError("numbers do not end")

    def _take(self, name: str) -> str:
        self._taken.add(self._key(name))
        return name
