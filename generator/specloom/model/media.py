"""What the contents of bodies and answers are by media type and schema: JSON, text, bytes, or a stream of items."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from specloom.model.names import snake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.openapi.tree import Node

ContentKind = Literal["json", "text", "binary", "stream"]

FORM: Final = "application/x-www-form-urlencoded"
EVENTS: Final = "text/event-stream"
LINES: Final = frozenset(
    {
        *("application/jsonl", "application/x-jsonl", "application/jsonlines"),
        *("application/x-jsonlines", "application/ndjson", "application/x-ndjson"),
        *("application/stream+json", "application/x-json-stream", "application/json-lines"),
    }
)
_TEXTS = frozenset(
    {
        *("application/xml", "application/yaml", "application/x-yaml", "application/toml"),
        *("application/javascript", "application/ecmascript", "application/graphql"),
        *("application/sql", "application/x-sh", "application/rtf", "application/csv"),
        *("application/x-pem-file", "application/x-subrip"),
    }
)
_BYTES = frozenset(
    {
        *("application/octet-stream", "application/pdf", "application/zip", "application/gzip"),
        *("application/x-zip-compressed", "application/x-gzip", "application/x-tar"),
        *("application/vnd.ms-excel", "application/msword"),
    }
)
_MEDIA = ("image/", "audio/", "video/", "font/", "application/vnd.openxmlformats")
# What the methods are called that ask for such an answer, where the media type says it badly.
_LABELS = {
    "application/octet-stream": "bytes",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/msword": "doc",
    "text/plain": "text",
    "text/calendar": "ics",
    "text/markdown": "markdown",
}


@lru_cache(maxsize=1024)
def plain(media_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Whether a media type carries JSON (RFC 6839 suffixes included)."""
    name = plain(media_type)
    is_stream = name in LINES or name.endswith("+json-seq")
    return name in {"application/json", "text/json"} or (name.endswith("+json") and not is_stream)


def is_stream(media_type: str) -> bool:
    """Whether a media type carries one item after the other."""
    name = plain(media_type)
    is_sequence = name == "application/json-seq" or name.endswith("+json-seq")
    return name == EVENTS or name in LINES or is_sequence


def is_xml(media_type: str) -> bool:
    """Whether a media type carries XML."""
    name = plain(media_type)
    return name in {"application/xml", "text/xml"} or name.endswith("+xml")


def kind_of(media_type: str, content: Node) -> ContentKind:
    """What a content is; a structured one of a type that says nothing of its form is JSON."""
    name, schema = plain(media_type), _schema(content)
    if is_stream(name):
        return "stream"
    if schema is not None and is_binary(schema):
        return "binary"
    if is_json(name):
        return "json"
    if name == FORM or name.startswith("multipart/"):  # no client reads their structure
        return "text" if name == FORM else "binary"
    if name in _BYTES or name.startswith(_MEDIA):
        return "binary"
    is_wild = name in {"", "*/*", "application/*"}
    if is_xml(name):
        return "text"
    if schema is not None and is_structured(schema):
        return "json"
    if name.startswith("text/") or name in _TEXTS or (is_wild and is_string(schema)):
        return "text"
    return "json" if is_wild else "binary"


def _schema(content: Node) -> Node | None:
    schema = content.get("schema")
    return schema.follow() if schema is not None else None


def is_binary(schema: Node) -> bool:
    """Whether a schema says that a body is bytes; 3.0's `format: binary` is read as 3.1's spelling."""
    inner = schema.text("contentMediaType")
    is_encoded = bool(schema.text("contentEncoding"))
    is_bytes = inner.startswith("application/octet-stream") or inner.startswith(_MEDIA)
    return schema.text("format") == "binary" or (is_bytes and not is_encoded)


def is_structured(schema: Node) -> bool:
    """Whether a schema speaks of objects or lists."""
    if not isinstance(schema.value, dict):
        return False
    said = schema.value.get("type")
    names = said if isinstance(said, list) else [said]
    if {"object", "array"} & {name for name in names if isinstance(name, str)}:
        return True
    parts = [one.follow() for key in ("allOf", "oneOf", "anyOf") for one in schema.elements(key)]
    structured = {"properties", "items", "additionalProperties"} & schema.value.keys()
    return bool(structured) or any(
        part.at != schema.at and {"properties", "items"} & part.value.keys()
        for part in parts
        if isinstance(part.value, dict)
    )


def is_string(schema: Node | None) -> bool:
    """Whether a schema speaks of text and nothing else."""
    if schema is None or not isinstance(schema.value, dict):
        return False
    said = schema.value.get("type")
    return said == "string" or (isinstance(said, list) and set(said) <= {"string", "null"})


def label_of(media_type: str) -> str:
    """What a method is called that asks for this media type: `csv`, `pdf`, `xlsx`."""
    name = plain(media_type)
    subtype = name.partition("/")[2]
    short = subtype.rpartition(".")[2] if subtype.startswith(("vnd.", "x-")) else subtype
    return _LABELS.get(name) or snake(short.removeprefix("x-").replace("+", "_")) or "content"


def successes(operation: Node) -> Iterator[tuple[str, Node]]:
    """The statuses that mean success, with their answers; `default` where no other does."""
    told = [(str(status), holder.follow()) for status, holder in operation.items("responses")]
    good = [(status, node) for status, node in told if status.startswith("2")]
    yield from good or [(status, node) for status, node in told if status == "default"]


def preferred(answer: Node) -> tuple[tuple[str, Node], ...]:
    """The contents of an answer: JSON first, then those that are no XML twin, streams last."""
    return answer.once(_by_rank)


def _by_rank(answer: Node) -> tuple[tuple[str, Node], ...]:

    def rank(content: tuple[str, Node]) -> int:
        kind = kind_of(content[0], content[1].follow())
        if kind == "json":
            return 0 if is_json(content[0]) else 1
        return 4 if kind == "stream" else 3 if is_xml(content[0]) else 2

    told = sorted(answer.items("content"), key=rank)
    return tuple((name, node.follow()) for name, node in told)


def alternatives(operation: Node) -> Iterator[tuple[str, str]]:
    """The further kinds of answers that get a method of their own: what it is called, and its media type.

    The first one after those that the operation gives itself counts; XML beside JSON is a twin and gets none.
    """
    good = [contents for _, node in successes(operation) if (contents := preferred(node))]
    own = {_python_kind(*contents[0]) for contents in good}
    told: set[str] = set()
    for media_type, content in (one for contents in good for one in contents[1:]):
        kind = _python_kind(media_type, content)
        key = "stream" if kind == "stream" else f"as_{label_of(media_type)}"
        if kind not in own and key not in told and not is_xml(media_type):
            told.add(key)
            yield key, media_type


def _python_kind(media_type: str, content: Node) -> str:
    """What kind of Python value a content becomes."""
    kind = kind_of(media_type, content)
    return "text" if kind == "json" and is_string(_schema(content)) else kind


def examples_of(node: Node) -> Iterator[tuple[str, object]]:
    """The examples that stand beside a schema, with their names."""
    single = node.get("example")
    if single is not None:
        yield "example", single.value
    for name, example in node.items("examples"):
        value = example.follow().get("value")
        if value is not None:
            yield name, value.value
