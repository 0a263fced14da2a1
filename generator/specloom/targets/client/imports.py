"""The import lines of a woven module: what its text says, in isort's order, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from specloom.python.spelling import Code, identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'|(?<![\w.])\w+")

# module -> names that a module of resources may say; "" is a plain import.
_STANDARD = {
    "collections.abc": ("Mapping", "Sequence"),
    "typing": ("Any", "Literal", "Unpack"),
}
_RUNTIME = {
    "binary": ("Download",),
    "client": ("AsyncResource", "GenerateOptions", "Options", "Resource", "SubmitOptions"),
    "encoding": ("given",),
    "jobs": ("Job",),
    "models": ("UNSET", "UnsetType"),
    "operations": (
        "Answer",
        "Body",
        "CostPaths",
        "Encoding",
        "ErrorPaths",
        "Idempotency",
        "LifeCycle",
        "Listing",
        "Operation",
        "Pagination",
        "Parameter",
        "Price",
        "Progress",
        "Rule",
        "Server",
        "Step",
        "TextPath",
        "Variable",
        "alike",
        "encoded",
    ),
    "pages": ("Pages",),
    "pricing": ("Estimate",),
    "results": ("AsyncResult", "Result"),
    "streaming": ("Stream",),
    "twins": (
        "awaited",
        "awaited_download",
        "awaited_job",
        "awaited_jobs",
        "awaited_result",
        "awaited_results",
        "awaited_stream",
        "not_awaited",
        "paged",
    ),
    "uploads": ("FileContent", "Upload"),
}


def words_of(texts: Iterable[str]) -> set[str]:
    """The words that pieces of Python say, outside of their strings."""
    return {word for text in texts for word in _WORD.findall(text) if word[0] not in "\"'"}


def standard_imports(said: set[str]) -> Iterator[Code]:
    """The lines for the standard library."""
    for module in ("builtins", "datetime"):
        if module in said:
            yield Code(f"import {module}")
    for module, names in _STANDARD.items():
        found = [name for name in names if name in said]
        if found:
            yield _line(module, found)


def resource_imports(said: set[str], foreign: dict[str, list[str]]) -> Iterator[Code]:
    """The lines for a module of resources; `foreign` names what it takes of other ones (`NAME as ALIAS`)."""
    if "models" in said:
        yield Code("from .. import models")
    for module, names in _RUNTIME.items():
        found = [name for name in names if name in said]
        if found:
            yield _line(f".._runtime.{module}", sorted(found, key=import_key))
        if module == "operations" and "ResultStep" in said:
            yield _line(f".._runtime.{module}", ["Result as ResultStep"])
    for module, taken in sorted(foreign.items()):
        for name in sorted(taken, key=import_key):
            yield _line(f".{identifier(module)}", [name])


def export_key(name: str) -> tuple[int, list[str | int]]:
    """Constants, then classes, then the rest: the order of `__all__`."""
    return (_rank(name), _natural(name))


def import_key(name: str) -> tuple[int, list[str | int], list[str | int]]:
    """As `export_key`, and the case counts only where nothing else does: the order within an import."""
    plain = name.split(" ")[0]
    return (_rank(plain), _natural(plain.lower()), _natural(plain))


def _rank(name: str) -> int:
    return 0 if len(name) > 1 and name.isupper() else 1 if name[0].isupper() else 2


def _natural(name: str) -> list[str | int]:
    """Letters and numbers in turn: 9 stands before 10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", name)]


def _line(module: str, names: list[str]) -> Code:
    return Code(f"from {module} import {', '.join(names)}")
