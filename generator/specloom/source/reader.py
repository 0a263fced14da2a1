"""A file becomes a document: its bytes decoded, its text read as YAML or JSON."""

from __future__ import annotations

import codecs
from functools import cache
from typing import TYPE_CHECKING, Any

from specloom.diagnostics import Location
from specloom.source import limits
from specloom.source.document import Document, Text
from specloom.source.json_nodes import root_node
from specloom.source.json_reader import mend_surrogates, read_json
from specloom.source.limits import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from specloom.diagnostics import Report
    from specloom.source.nodes import Node

__all__ = ["open_document", "read_document", "report_root"]


def read_document(path: Path, report: Report, shown_as: str | None = None) -> Document | None:
    """Return the document in a file, or None after an error was reported.

    Args:
        path: The file; JSON if it ends so or begins with `{` or `[` and is JSON, else YAML.
        report: Receives what is wrong with it.
        shown_as: The name that the user knows the file by, if not its path.
    """
    file = path.as_posix() if shown_as is None else shown_as
    document = open_document(path, report, file, {})
    if document is not None and not isinstance(document.value, dict):
        report_root(report, file)
        return None
    return document


def report_root(report: Report, file: str) -> None:
    """Report a document whose root is no mapping."""
    report.error(
        "not-a-mapping",
        "an API description is a mapping (`openapi: ...`), and this is something else",
        Location(file, mark=(1, 1)),
    )


def open_document(path: Path, report: Report, file: str, texts: dict[str, Text]) -> Document | None:
    """Return the document in a file, whatever its value, or None after an error was reported.

    Args:
        path: The file.
        report: Receives what is wrong with it.
        file: The name that the user knows the file by.
        texts: Receives its text under that name, also when that is not a document.
    """
    content = _read(path, report, file)
    if content is None:
        return None
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if wide else "utf-8-sig"
    try:
        source = texts[file] = Text(content.decode(encoding))
    except UnicodeDecodeError as error:
        source = texts[file] = Text(content.decode(encoding, errors="replace"))
        _report_bytes(content, error, source, report, file)
        return None
    return _parse_document(source, path, report, file)


def _read(path: Path, report: Report, file: str) -> bytes | None:
    at = Location(file)
    try:
        if path.is_dir():
            report.error("unreadable-file", "this is a folder", at, hint="name a file in it")
        elif not path.exists():
            report.error("missing-file", "there is no such file", at, hint="check the path")
        elif not path.is_file():
            # Reading a pipe or a device could last for ever.
            report.error("unreadable-file", "this is not an ordinary file", at)
        elif path.stat().st_size > limits.FILE_BYTES:
            report.error("too-large", f"the file has more than {limits.FILE_BYTES:,} bytes", at)
        else:
            return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        report.error("unreadable-file", f"the file cannot be read: {reason}", at)
    return None


def _report_bytes(
    content: bytes, error: UnicodeDecodeError, source: Text, report: Report, file: str
) -> None:
    name = "UTF-16" if error.encoding.startswith("utf-16") else "UTF-8"
    before = content[: error.start].decode(error.encoding, errors="ignore").removeprefix("\ufeff")
    report.error(
        "unreadable-file",
        f"the byte 0x{content[error.start]:02x} here is not {name}",
        Location(file, mark=source.mark(len(before))),
        hint="save the file as UTF-8",
    )


def _parse_document(source: Text, path: Path, report: Report, file: str) -> Document | None:
    try:
        value, tree, has_duplicates = _parse(source, path)
    except UnreadableError as error:
        report.error(
            error.code,
            error.message,
            Location(file, mark=source.mark(error.index)),
            related=[
                (words, Location(file, mark=source.mark(index))) for words, index in error.related
            ],
            hint=error.hint,
        )
        return None
    if has_duplicates:
        _report_duplicates(tree(), source, report, file)
    return Document(file=file, path=path, source=source, value=value, tree=tree)


def _parse(source: Text, path: Path) -> tuple[Any, Callable[[], Node], bool]:
    is_named_json = path.suffix.lower() == ".json"
    if is_named_json or source.text.lstrip()[:1] in {"{", "["}:
        text = mend_surrogates(source.text)
        try:
            value, has_duplicates = read_json(text)
        except UnreadableError as error:
            # A YAML file may begin with a brace too.
            if is_named_json or error.code != "json-syntax":
                raise
        else:
            return value, cache(lambda: root_node(text)), has_duplicates
    # A document in JSON does not pay for it.
    from specloom.source.yaml_reader import read_yaml

    value, node, has_duplicates = read_yaml(source.text)
    return value, lambda: node, has_duplicates


def _report_duplicates(root: Node, source: Text, report: Report, file: str) -> None:
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if node.id == "scalar" or id(node) in seen:
            continue
        seen.add(id(node))
        if node.id != "mapping":
            waiting.extend(node.value)
            continue
        places: dict[str, list[Location]] = {}
        for key_node, value_node in node.value:
            at = Location(file, mark=source.mark(key_node.start_mark.index))
            places.setdefault(key_node.value, []).append(at)
            waiting.append(value_node)
        for key, (*earlier, last) in places.items():
            if earlier:
                report.warning(
                    "duplicate-key",
                    f"the key `{key}` stands here again, and what stood there before is lost",
                    last,
                    related=[("it stands here too", at) for at in earlier],
                    hint="remove or rename one of them",
                )
