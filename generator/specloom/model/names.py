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
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from specloom.openapi.tree import Node

_RUN = re.compile(r"[^\W_]+")
_PLURAL = re.compile(r"[A-Z]{2,}s(?![a-z])")  # IPs, URLs
_VERSION = re.compile(r"[A-Z]{2,}v(?=\d)")  # IPv6, SNMPv3
_KNOWN = re.compile(
    r"(?<![A-Z])(?:OAuth|OpenID|OpenAI|GraphQL|GitHub|GitLab|PayPal|LinkedIn|YouTube|WhatsApp|JavaScript|TypeScript"
    r"|PostgreSQL|MySQL|NoSQL|MongoDB|DynamoDB|WiFi|IPsec|iOS|macOS|SaaS|DevOps)(?![a-z])"
)
_NUMBER_THERE = re.compile(r"\d+")
_NUMBER_BEFORE = re.compile(r"\d+$")
_UNIT = re.compile(r"[A-Z]{1,2}(?![A-Za-z])|[A-Z](?=[A-Z][a-z])")
_LONGEST_NUMBER = 3  # digits of a number that belongs to its word: sha256, but not api_20100401
_DIGITS = {
    str(number): word
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], start=1
    )
}

KEYWORDS = frozenset(keyword.kwlist)
BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))

# Names that a reader takes for digits, which ruff refuses (E741, E742, E743).
AMBIGUOUS = frozenset({"I", "O", "l"})

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
        *AMBIGUOUS,
    }
)

# Annotations of a record are read inside its class, where a field would hide these; so are its defaults.
FIELD_NAMES = (
    KEYWORDS
    | AMBIGUOUS
    | {
        *("str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "object"),
        *("models", "runtime", "datetime", "extra", "raw", "staticmethod"),
        *("Any", "Literal", "UNSET", "UnsetType"),
    }
)

# Keywords that every method has, and what its one call says.
ARGUMENT_NAMES = (
    KEYWORDS
    | AMBIGUOUS
    | {
        *("self", "options", "given"),
        *(
            "extra_headers",
            "extra_query",
            "extra_body",
            "send_as",
            "timeout",
            "check",
            "idempotency_key",
            "on_response",
        ),
        *("wait_timeout", "on_update", "save_to"),
    }
)

# What a method has beside that submits a job.
SUBMIT_NAMES = ARGUMENT_NAMES | {"key", "overwrite", "sidecar"}

# `UNSET` would be the name of the data of an operation `unset`; a method hides a module of its name
# from the annotations of its class.
METHOD_NAMES = KEYWORDS | AMBIGUOUS | {"self", "unset", "models", "datetime", "builtins"}
METHOD_NAMES |= {
    "awaited",
    "awaited_job",
    "awaited_jobs",
    "awaited_result",
    "awaited_results",
    "not_awaited",
}
METHOD_NAMES |= {"awaited_download", "awaited_stream", "paged"}

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
            "SubmitOptions",
            "GenerateOptions",
        ),
        *("Encoding", "FileContent", "Upload"),
        *("Answer", "Body", "CostPaths", "ErrorPaths", "Idempotency", "LifeCycle", "Listing"),
        *("Operation", "Parameter", "Price", "Progress", "Rule", "Step", "ResultStep", "Estimate"),
        *("Job", "AsyncJob", "Result", "AsyncResult", "Client", "AsyncClient", "Any", "Callable"),
        *("Download", "Pages", "Pagination", "Server", "Stream", "TextPath", "Variable"),
    }
)

# What `_client.py`, `__init__.py` and `__main__.py` of the woven package say, so that the client steps aside.
CLIENT_NAMES = (
    KEYWORDS
    | TYPE_NAMES
    | BUILTINS
    | {
        *(
            "API",
            "APIError",
            "Argument",
            "AsyncClient",
            "AsyncJob",
            "Callable",
            "Client",
            "Command",
            "Hooks",
        ),
        *("Decimal", "FileContent", "Job", "Mapping", "PathLike", "Sequence", "Upload"),
        *("AsyncDownload", "AsyncPages", "AsyncStream", "Download", "Pages", "Stream"),
        *("DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT", "cached_property", "errors", "httpx2"),
        *("import_module", "main", "models", "sys"),
    }
)

# The runtime's own errors, which no code of a vendor may hide.
ERROR_NAMES = frozenset(
    {
        *("APIConnectionError", "APIError", "APIStatusError", "APITimeoutError"),
        *("AuthenticationError", "BadRequestError", "ConfigurationError", "ConflictError"),
        *("BudgetExceededError", "LedgerConflictError", "LedgerError"),
        *("DownloadError", "InternalServerError", "InvalidRequestError", "JobCancelledError"),
        *("JobError", "JobExpiredError", "JobFailedError", "JobMissingError", "JobResultError"),
        *("JobTimeoutError", "ManyFilesError", "ManyJobsError", "NotFoundError"),
        *("PermissionDeniedError", "RateLimitError", "ResultExpiredError", "StreamError"),
        *("SubmitUncertainError",),
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


def client_class(wanted: str) -> str:
    """What the client is called that would be called `wanted`; it hides nothing that its module needs."""
    return f"{wanted}Api" if {wanted, f"Async{wanted}"} & CLIENT_NAMES else wanted


def is_package_name(name: str) -> bool:
    """Whether a package may be called so, and hides no module that it needs itself."""
    hidden = sys.stdlib_module_names | {"httpx2", "msgspec", "jsonschema_rs"}
    return name.isidentifier() and name not in KEYWORDS | DEVICES | hidden


# What is read of a name, and what is kept of it: no file system takes more for a file's name.
_LONGEST_TEXT = 1000
_MOST_CHARACTERS = 76
_MOST_BYTES = 200
_LONGEST = 60  # characters of a class, which stands beside other words
_LONGEST_LINE = 72  # of all else that has a line of its own


def words(text: str) -> list[str]:
    """The words of any name, in lower case: `createVideoURLs2` gives create, video, urls2.

    Letters of other scripts stay as they are; everything that is neither a letter nor a digit divides.
    """
    return [word.lower() for word in _words(text)]


@lru_cache(maxsize=65_536)
def _words(text: str) -> tuple[str, ...]:
    """Runs of letters and digits, divided at their humps; a document says the same names again and again."""
    return tuple(_divided(text))


def _divided(text: str) -> Iterator[str]:
    """Runs of letters and digits, divided at their humps: `HTTPServer` is HTTP, Server."""
    for run in _RUN.findall(unicodedata.normalize("NFKC", text[:_LONGEST_TEXT])):
        if run[1:].islower() and run.isalpha():  # most words by far
            yield run
            continue
        smooth = _PLURAL.sub(_flat, _VERSION.sub(_flat, _KNOWN.sub(_flat, run)))
        start = 0
        for index in range(1, len(run)):
            if _is_hump(smooth, index):
                yield run[start:index]
                start = index
        yield run[start:]


def _flat(found: re.Match[str]) -> str:
    """A word with no hump in it, of the same length."""
    return found[0][0].upper() + found[0][1:].lower()


def _is_hump(run: str, index: int) -> bool:
    """Whether a word begins there. Short numbers belong to their word, as in `line1`, `S3Bucket`, `M2M` and `720P`."""
    before, here, after = run[index - 1], run[index], run[index + 1 : index + 2]
    if before.isdigit() == here.isdigit():
        return here.isupper() and (not before.isupper() or after.islower())
    number = (
        _NUMBER_THERE.match(run, index) if here.isdigit() else _NUMBER_BEFORE.search(run[:index])
    )
    if number is not None and len(number[0]) > _LONGEST_NUMBER:
        return True
    if here.isdigit() or not here.isupper():
        return False
    start = number.start() if number is not None else 0
    is_led = start == 0 or (
        run[start - 1].isupper() and (start == 1 or not run[start - 2].isupper())
    )
    unit = _UNIT.match(run, index)
    return not (is_led and unit is not None)


@lru_cache(maxsize=65_536)
def snake(text: str, *, digits: str = "n") -> str:
    """`text` as a variable: lower case with underscores; `digits` goes before a leading digit."""
    return _identifier("_".join(_fitting(_spelled(words(text)), _LONGEST_LINE, gap=1)), digits)


@lru_cache(maxsize=65_536)
def pascal(text: str, *, digits: str = "Type") -> str:
    """`text` as a class: capitalised words, capitals kept where the document wrote a word in capitals or CamelCase."""
    parts = _spelled([*_words(text)])
    return _identifier("".join(part[:1].upper() + part[1:] for part in parts), digits)


def _spelled(parts: list[str]) -> list[str]:
    """The words, the first of them a word too where it is a digit: `1-Click Apps` is one, click, apps."""
    if len(parts) > 1 and parts[1][0].isalpha() and parts[0] in _DIGITS:
        return [_DIGITS[parts[0]], *parts[1:]]
    return parts


def constant(text: str, *, digits: str = "VALUE_") -> str:
    """`text` as a constant: upper case with underscores."""
    return _identifier("_".join(words(text)).upper(), digits)


def member(text: str) -> str:
    """`text` as a constant that fits into a line of a class."""
    return constant("_".join(_fitting(words(text), _LONGEST_LINE, gap=1)))


def shortened(name: str) -> str:
    """A class name that fits into a line: words said twice go first, then those in the middle; its end stays."""
    return shortenings(name)[0]


def shortenings(name: str) -> list[str]:
    """Ways to shorten a class name, best first: what one leaves out may be what tells it from another."""
    if len(name) <= _LONGEST:
        return [name]
    parts = [*_words(name)]
    ways = ("".join(_fitting(parts, _LONGEST, share=share)) for share in (2, 3, 1.5, 1.2, 6))
    return list(dict.fromkeys(ways))


def _fitting(parts: list[str], room: int, *, gap: int = 0, share: float = 2) -> list[str]:
    """As many words as there is room for; words go from where `share` divides them, the last one stays."""
    if sum(map(len, parts)) + gap * (len(parts) - 1) <= room:
        return parts
    kept = [*dict.fromkeys(part for part in parts[:-1] if part != parts[-1]), parts[-1]]
    while sum(map(len, kept)) + gap * (len(kept) - 1) > room and len(kept) > 3:
        del kept[min(int(len(kept) / share), len(kept) - 2)]
    return kept


def _identifier(text: str, digits: str) -> str:
    if not f"a{text}".isidentifier():
        text = "".join(char for char in text if f"a{char}".isidentifier())
    candidate = text[:_MOST_CHARACTERS].encode()[:_MOST_BYTES].decode(errors="ignore")
    if not candidate:
        return ""
    return candidate if candidate.isidentifier() else f"{digits}{candidate}"


def singular(word: str) -> str:
    """The singular of an English plural, by its ending; a word that does not look like one stays."""
    if word in {"people", "children"}:
        return {"people": "person", "children": "child"}[word]
    if len(word) > 3 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "tuses", "iases")):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class Scope:
    """Names that must differ. With `fold`, names that differ only by case count as the same (file names do)."""

    def __init__(self, reserved: Iterable[str] = (), *, fold: bool = False) -> None:
        self._fold = fold
        self._reserved = _keys(frozenset(reserved), fold)
        self._taken: set[str] = set()
        # Thousands of names may differ by their numbers only.
        self._numbers: dict[str, int] = {}

    def is_free(self, name: str) -> bool:
        """Whether `name` can still be claimed as it is."""
        key = _key(name, self._fold)
        return bool(name) and key not in self._taken and key not in self._reserved

    def claim(self, *wanted: str) -> str:
        """The first of `wanted`, with an underscore if it is reserved; then the first free one; then numbered ones."""
        first = next((name for name in wanted if name), "unnamed")
        reserved = _key(first, self._fold) in self._reserved
        for name in (f"{first}_" if reserved else first, *wanted):
            if self.is_free(name):
                return self._take(name)
        number = self._numbers.get(first, 2)
        while not self.is_free(f"{first}_{number}"):
            number += 1
        self._numbers[first] = number
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
        self._taken.add(_key(name, self._fold))
        return name


def _key(name: str, fold: bool) -> str:
    """What two names share that count as the same."""
    folded = unicodedata.normalize("NFKC", name)
    return folded.lower() if fold else folded


@lru_cache(maxsize=256)
def _keys(names: frozenset[str], fold: bool) -> frozenset[str]:
    """The keys of reserved names: each record and each enumeration has a scope with the same ones."""
    return frozenset(_key(name, fold) for name in names)


def pinned_first(nodes: Sequence[Node]) -> list[int]:
    """The places of `nodes` in the order in which their names are claimed: pinned ones (`x-name`) first."""
    return sorted(range(len(nodes)), key=lambda place: not nodes[place].text("x-name"))
