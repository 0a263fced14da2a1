"""What a document describes, read by code that shares nothing with the generator: PyYAML or json, and references.

A second opinion is worth something only if it is simple: no validation, no positions, no repair. Operations are those
of `paths` alone; webhooks and callbacks are calls that the server makes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
SAYS_TYPE = frozenset(
    re.findall(
        r"\w+",
        """type enum const properties patternProperties additionalProperties unevaluatedProperties
        items prefixItems allOf anyOf oneOf""",
    )
)
EXAMPLES = frozenset(("example", "examples", "default"))
NAMING = ("operationId", "title", "name", "summary", "const", "x-name", "$ref")
LISTING = ("enum", "tags", "x-enum-varnames")


class Loader(yaml.CSafeLoader):
    """As YAML is usually read, but that a tag which nobody knows makes text and not an error."""


def _text(loader: yaml.CSafeLoader, node: yaml.Node) -> Any:
    return node.value if isinstance(node, yaml.ScalarNode) else None


Loader.add_constructor("tag:yaml.org,2002:value", _text)
Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)
Loader.add_constructor(None, _text)


def load(path: Path) -> Any:
    """The values of a JSON or YAML file."""
    text = path.read_text("utf-8-sig")
    if path.suffix == ".json":
        return json.loads(text)
    return Loader(text).get_single_data()


@dataclass(slots=True)
class Files:
    """The files of a document, read when a reference leads into them; references are followed, never repaired."""

    root: Path
    values: dict[Path, Any] = field(default_factory=dict)

    def read(self, path: Path) -> Any:
        """The values of a file, read once."""
        if path not in self.values:
            self.values[path] = load(path)
        return self.values[path]

    def follow(self, value: Any, at: Path) -> tuple[Any, Path]:
        """What a chain of references leads to, and the file that holds it; `None` where it leads nowhere."""
        for _ in range(50):
            ref = value.get("$ref") if isinstance(value, dict) else None
            if not isinstance(ref, str):
                return value, at
            file, _, pointer = ref.partition("#")
            at = (at.parent / unquote(file)).resolve() if file else at
            value = self._at(pointer, at) if at.is_file() else None
        return None, at

    def _at(self, pointer: str, at: Path) -> Any:
        value = self.read(at)
        for step in unquote(pointer).split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            elif isinstance(value, dict):
                value = value.get(key, value.get(int(key)) if key.isdecimal() else None)
            else:
                return None
        return value


@dataclass(frozen=True, slots=True)
class Described:
    """What a document describes.

    Attributes:
        operations: Method and path of each call that a client makes, in document order.
        loose: Names of properties, parameters and schemas, squeezed, of which at least one may hold any value.
        free: Method and path of operations of which a successful answer may hold any value.
        numbered: Words of the document that end in digits, squeezed.
    """

    operations: tuple[tuple[str, str], ...]
    loose: frozenset[str]
    free: frozenset[tuple[str, str]]
    numbered: frozenset[str]


def squeeze(name: str) -> str:
    """A name without case and punctuation, so that a wire name and its Python name are the same."""
    return re.sub(r"[\W_]", "", name).casefold()


def describe(path: Path) -> Described:
    """Read a document and all that it refers to."""
    files = Files(path.resolve())
    root = files.read(files.root)
    found = tuple(_operations(files, root))
    free = {(method, at) for method, at, node, file in found if _answers_freely(files, node, file)}
    return Described(
        tuple((method, at) for method, at, _, _ in found),
        frozenset(_loose_names(files)),
        frozenset(free),
        frozenset(word for values in files.values.values() for word in _numbered(values)),
    )


def _operations(files: Files, root: Any) -> Iterator[tuple[str, str, dict[str, Any], Path]]:
    paths, at = files.follow(root.get("paths"), files.root)
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if str(path).startswith("x-"):
            continue
        target, home = files.follow(item, at)
        beside = (
            {key: value for key, value in item.items() if key != "$ref"}
            if isinstance(item, dict)
            else {}
        )
        whole = {**(target if isinstance(target, dict) else {}), **beside}
        for method, node in _calls(whole):
            if isinstance(node, dict):
                yield method, str(path), node, home


def _calls(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Operations of a path item by their methods; those that came with 3.2 count in every version."""
    yield from ((method.upper(), item[method]) for method in METHODS if method in item)
    yield from (item.get("additionalOperations") or {}).items()


def _answers_freely(files: Files, node: Mapping[str, Any], file: Path) -> bool:
    answers = node.get("responses")
    answers = answers if isinstance(answers, dict) else {}
    good = [answer for status, answer in answers.items() if str(status)[:1] == "2"]
    for answer in good or [answers.get("default")]:
        told, at = files.follow(answer, file)
        contents = told.get("content") if isinstance(told, dict) else None
        for content in contents.values() if isinstance(contents, dict) else ():
            if _is_loose(files, content.get("schema") if isinstance(content, dict) else None, at):
                return True
    return False


def _loose_names(files: Files) -> Iterator[str]:
    """Squeezed names that stand over a schema which leaves something open."""
    done: set[Path] = set()
    while missing := [file for file in files.values if file not in done]:
        for file in missing:
            done.add(file)
            for name, schema in _named_schemas(files, files.values[file], file):
                if _is_loose(files, schema, file):
                    yield squeeze(name)


def _named_schemas(files: Files, value: Any, file: Path) -> Iterator[tuple[str, Any]]:
    """Members of `properties` and `schemas`, titled schemas, and parameters, wherever they stand."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            stack.extend(one.values())
            for holder in ("properties", "patternProperties", "schemas", "$defs", "definitions"):
                members = one.get(holder)
                if isinstance(members, dict):
                    yield from ((str(name), schema) for name, schema in members.items())
            if isinstance(one.get("title"), str):
                yield one["title"], one
            if isinstance(one.get("name"), str) and isinstance(one.get("in"), str):
                held, _ = files.follow(one, file)
                contents = held.get("content")
                content = next(iter(contents.values()), {}) if isinstance(contents, dict) else held
                yield one["name"], content.get("schema")
        elif isinstance(one, list):
            stack.extend(one)


def _is_loose(files: Files, schema: Any, at: Path, seen: frozenset[int] = frozenset()) -> bool:
    """Whether a schema, or a part of it that has no name of its own, takes any value."""
    schema, at = files.follow(schema, at)
    if not isinstance(schema, dict):
        return True  # true, false, nothing: there is no type to be told
    if id(schema) in seen:
        return False
    seen = seen | {id(schema)}
    told = SAYS_TYPE & schema.keys()
    if "allOf" in told:  # a part that only adds a description leaves nothing open
        inner = [_is_loose(files, part, at, seen) for part in schema["allOf"] or ()]
        return all(inner) and told == {"allOf"}
    return not told or any(_is_loose(files, part, at, seen) for part in _parts(schema))


def _parts(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Choices, items and further members of a schema; `True` for those that it does not describe."""
    for key in ("anyOf", "oneOf", "prefixItems"):
        yield from schema.get(key) or ()
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if ("array" in kinds or "items" in schema) and "prefixItems" not in schema:
        yield schema.get("items", True)
    more = schema.get("additionalProperties", not schema.get("properties"))
    if ("object" in kinds or "additionalProperties" in schema) and more is not False:
        yield more


def numbered_word(name: str) -> str:
    """The last word of a name with the digits that end it, squeezed: `ext4` of `VolumesExt_4`; else empty."""
    digits = re.search(r"\d+$", name)
    if digits is None:
        return ""
    words = WORD.findall(name[: digits.start()].rstrip("_"))
    return ((words[-1] if words else "") + digits[0]).casefold()


def _numbered(values: Any) -> Iterator[str]:
    """Words of keys, ids, titles, tags and enums that end in digits, however they are set apart from them."""
    stack = [values]
    while stack:
        one = stack.pop()
        texts: list[str] = []
        if isinstance(one, dict):
            stack.extend(value for key, value in one.items() if key not in EXAMPLES)
            texts = [str(key) for key in one]
            texts.extend(str(one[key]) for key in NAMING if isinstance(one.get(key), str))
            texts.extend(
                str(text) for key in LISTING for text in one.get(key) or () if _is_word(text)
            )
        elif isinstance(one, list):
            stack.extend(one)
        for text in texts:
            words = WORD.findall(text)
            pairs = zip(["", *words], words, strict=False)
            yield from ((before + word).casefold() for before, word in pairs if word.isdecimal())
            yield from (squeeze(part) for part in text.split("/") if part[-1:].isdecimal())


def _is_word(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
