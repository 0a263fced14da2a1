"""A document as the wire bench reads it: YAML 1.2, references made absolute, schemas as plain JSON Schema 2020-12.

It shares nothing with the generator. Requests and answers have a tree each, since `readOnly` and `writeOnly` change
what is required.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Direction = Literal["request", "response"]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
# Keys whose members are named by the document, so that a name such as `required` says nothing there.
NAMED = frozenset(
    ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas")
)
TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
DATA = frozenset(("enum", "const", "default", "example", "examples", "x-examples"))


class Loader(yaml.CSafeLoader):
    """YAML by the core rules of 1.2: `NO` and `on` are text, and so are dates."""


# Of its own, not the parent's.
Loader.yaml_implicit_resolvers = {}


for kind, pattern, first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("merge", r"^<<$", "<"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(pattern), list(first))


def _integer(loader: yaml.CSafeLoader, node: yaml.Node) -> Any:
    return int(node.value)  # `010` is ten


def _float(loader: yaml.CSafeLoader, node: yaml.Node) -> Any:
    return float(node.value)


Loader.add_constructor("tag:yaml.org,2002:int", _integer)
Loader.add_constructor("tag:yaml.org,2002:float", _float)
Loader.add_constructor(
    None, lambda _, node: node.value if isinstance(node, yaml.ScalarNode) else None
)


def read(path: Path) -> Any:
    """The values of a file; every key is a string."""
    text = path.read_text("utf-8-sig")
    try:
        value = json.loads(text)
    except ValueError:
        value = Loader(text).get_single_data()
    return _with_text_keys(value)


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list) else value


def _key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key)


@dataclass(frozen=True, slots=True)
class Call:
    """An operation: its method and path, its own node, and the parameters that its path item adds."""

    method: str
    path: str
    node: dict[str, Any]
    shared: tuple[Any, ...] = ()


@dataclass
class Document:
    """A document and the files that it refers to, for one direction.

    Attributes:
        path: The root file.
        direction: What its schemas are read for.
        loose: Whether `additionalProperties: false` is left out, and `oneOf` is read as `anyOf`: what
            authors mean whose schemas contradict themselves by the letter.
    """

    path: Path
    direction: Direction
    loose: bool = False
    sources: dict[str, Any] = field(default_factory=dict)
    trees: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def root(self) -> Any:
        """The values of the root file, transformed."""
        return self.tree(self.path.resolve().as_uri())

    @cached_property
    def written(self) -> Any:
        """The values of the root file as they are written."""
        return self._source(self.path.resolve().as_uri())

    @cached_property
    def is_30(self) -> bool:
        """Whether its schemas are those of OpenAPI 3.0."""
        return str(self.written.get("openapi", "")).startswith("3.0")

    def _source(self, uri: str) -> Any:
        if uri not in self.sources:
            root = self.path.resolve()
            path = root.parent / unquote(urlsplit(uri).path)
            if not path.is_relative_to(root.parent) or not path.is_file():
                raise LookupError(f"{uri} is not there")
            self.sources[uri] = read(path)
        return self.sources[uri]

    def tree(self, uri: str) -> Any:
        """The transformed values of a file.

        Raises:
            LookupError: there is no such file.
        """
        if uri not in self.trees:
            source = copy.deepcopy(self._source(uri))
            self.trees[uri] = self._absolute(source, uri)
            self.trees[uri] = self._plain(self.trees[uri], is_map=False)
        return self.trees[uri]

    def at(self, ref: str) -> Any:
        """What an absolute reference leads to, further references included.

        Raises:
            LookupError: it leads nowhere, or round in a circle.
        """
        for _ in range(30):
            uri, _, pointer = ref.partition("#")
            value = self.tree(uri)
            for step in pointer.split("/")[1:]:
                key = unquote(step).replace("~1", "/").replace("~0", "~")
                value = value[int(key) if isinstance(value, list) else key]
            if not isinstance(value, dict) or set(value) != {"$ref"}:
                return value
            ref = value["$ref"]
        raise LookupError(f"{ref} leads round in a circle")

    def follow(self, value: Any) -> Any:
        """The value itself, or what its `$ref` leads to."""
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            target = self.at(value["$ref"])
            beside = {key: item for key, item in value.items() if key != "$ref"}
            return {**target, **beside} if isinstance(target, dict) else target
        return value

    def _absolute(self, value: Any, uri: str) -> Any:
        if isinstance(value, list):
            return [self._absolute(item, uri) for item in value]
        if not isinstance(value, dict):
            return value
        ref = value.get("$ref")
        if isinstance(ref, str) and self.is_30 and not _is_path_item(value):
            value = {"$ref": ref}
        made = {key: self._absolute(item, uri) for key, item in value.items() if key != "$ref"}
        if isinstance(ref, str):
            made["$ref"] = urljoin(uri, ref) if not ref.startswith("#") else uri + ref
            if ref.replace(".", "").replace("-", "").replace("_", "").isalnum():
                made["$ref"] = f"{uri}#/components/schemas/{ref}"  # a bare name
        elif "$ref" in value:
            made["$ref"] = self._absolute(ref, uri)
        return made

    def _plain(self, value: Any, *, is_map: bool) -> Any:
        if isinstance(value, list):
            return [self._plain(item, is_map=False) for item in value]
        if not isinstance(value, dict):
            return value
        if not is_map:
            value = self._schema(value)
        return {
            key: (
                item
                if key in DATA and not is_map
                else self._plain(item, is_map=not is_map and key in NAMED)
            )
            for key, item in value.items()
        }

    def _schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        made = {key: value for key, value in schema.items() if _is_usable(key, value)}
        if self.loose:
            _loosen(made)
        if self.is_30:
            _nullable(made)
            _limits(made)
        if isinstance(made.get("pattern"), str) and not _compiles(made["pattern"]):
            made["x-lost-pattern"] = made.pop("pattern")
        if isinstance(made.get("required"), bool):
            made["x-required"] = made.pop("required")
        if isinstance(made.get("required"), list):
            hidden = "readOnly" if self.direction == "request" else "writeOnly"
            omitted = set(self._marked(made, hidden))
            made["required"] = [name for name in made["required"] if name not in omitted]
        return made

    def _marked(self, schema: Any, mark: str, depth: int = 0) -> Iterator[str]:
        """Names of properties that a schema or its parts mark as `readOnly` or `writeOnly`."""
        if not isinstance(schema, dict) or depth > 6:
            return
        properties = schema.get("properties")
        for name, one in properties.items() if isinstance(properties, dict) else ():
            if isinstance(one, dict) and (one.get(mark) is True or self._is_marked(one, mark)):
                yield name
        for part in schema.get("allOf") or ():
            is_reference = isinstance(part, dict) and isinstance(part.get("$ref"), str)
            whole = self._raw(part["$ref"]) if is_reference else part
            yield from self._marked(whole, mark, depth + 1)

    def _is_marked(self, schema: dict[str, Any], mark: str) -> bool:
        ref = schema.get("$ref")
        target = self._raw(ref) if isinstance(ref, str) else None
        parts = [target, *(schema.get("allOf") or ())]
        return any(isinstance(part, dict) and part.get(mark) is True for part in parts)

    def _raw(self, ref: str) -> Any:
        """What a reference leads to, as it is written."""
        uri, _, pointer = ref.partition("#")
        try:
            value = self._source(uri)
            for step in pointer.split("/")[1:]:
                key = unquote(step).replace("~1", "/").replace("~0", "~")
                value = value[int(key) if isinstance(value, list) else key]
        except (LookupError, TypeError, ValueError):
            return None
        return value

    def calls(self) -> Iterator[Call]:
        """The operations of `paths`, in document order."""
        paths = self.root.get("paths") or {}
        for path, item in paths.items() if isinstance(paths, dict) else ():
            whole = self.follow(item)
            if str(path).startswith("x-") or not isinstance(whole, dict):
                continue
            shared = tuple(whole.get("parameters") or ())
            more = (whole.get("additionalOperations") or {}).items()
            for method, node in [*((m, whole[m]) for m in METHODS if m in whole), *more]:
                if isinstance(node, dict):
                    name = method.upper() if method in METHODS else method
                    yield Call(name, str(path), node, shared)

    @cached_property
    def registry(self) -> Registry[Any]:
        """Where a validator looks references up."""

        def retrieve(uri: str) -> Resource[Any]:
            return Resource.from_contents(self.tree(uri), default_specification=DRAFT202012)

        make: Any = Registry  # its classes are made by attrs in a way that mypy does not follow
        found: Registry[Any] = make(retrieve=retrieve)
        return found

    def problems(self, schema: Any, value: Any) -> list[str]:
        """What a validator that is not ours finds wrong with a value; at most five sentences."""
        validator = Draft202012Validator(schema, registry=self.registry)
        found = []
        for error in validator.iter_errors(value):
            at = "/".join(str(step) for step in error.absolute_path)
            found.append(f"/{at}: {error.message[:200]}")
            if len(found) == 5:
                break
        return found


def _is_usable(key: str, value: Any) -> bool:
    if key in ("$id", "id", "$schema", "$anchor", "$dynamicAnchor"):
        return not isinstance(value, str)
    if key == "type":
        return _is_type(value)
    return key not in ("properties", "patternProperties") or isinstance(value, dict)


def _is_path_item(value: dict[str, Any]) -> bool:
    return any(isinstance(value.get(method), dict) for method in METHODS)


def _nullable(schema: dict[str, Any]) -> None:
    if schema.get("nullable") is not True:
        return
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]


def _is_type(value: Any) -> bool:
    kinds = value if isinstance(value, list) else [value]
    return bool(kinds) and all(kind in TYPES for kind in kinds)


def loosened(schema: Any) -> Any:
    """An inline schema as a loose document has it."""
    if isinstance(schema, list):
        return [loosened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: item if key in DATA else loosened(item) for key, item in schema.items()}
    _loosen(made)
    return made


def _loosen(schema: dict[str, Any]) -> None:
    if schema.get("additionalProperties") is False:
        del schema["additionalProperties"]
    if isinstance(schema.get("oneOf"), list):
        schema["anyOf"] = [*(schema.get("anyOf") or ()), *schema.pop("oneOf")]


def _limits(schema: dict[str, Any]) -> None:
    for key, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool):
            is_exclusive = schema.pop(exclusive)
            if is_exclusive and key in schema:
                schema[exclusive] = schema.pop(key)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError):
        return False
    return True
