"""YAML by the core rules of YAML 1.2: PyYAML composes the nodes, the values are our own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError
from yaml.resolver import BaseResolver

from specloom.source import limits
from specloom.source.limits import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from specloom.source import nodes

__all__ = ["read_yaml"]

_TAG = "tag:yaml.org,2002:"
_STR, _INT, _FLOAT, _BOOL, _NULL = (_TAG + name for name in ("str", "int", "float", "bool", "null"))
_MAP, _SEQ, _MERGE = (_TAG + name for name in ("map", "seq", "merge"))
# Their values have no type of JSON: they stay the text that they are.
_TEXTUAL = frozenset({_STR, _MERGE, _TAG + "timestamp", _TAG + "binary"})

# YAML 1.2, chapter 10.3.2.
_WORDS = {
    **dict.fromkeys(("~", "null", "Null", "NULL", ""), _NULL),
    **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), _BOOL),
    "<<": _MERGE,
}
_NUMBERS = (
    (_INT, re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    (_FLOAT, re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")),
    (_FLOAT, re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")),
)
# What a number begins with; everything else needs no look at the rules.
_FIRST = frozenset("0123456789+-.")

_HINTS = (
    (
        "found character that cannot start any token",
        "put the value in quotes; indent with spaces, not with tabs",
    ),
    (
        "mapping values are not allowed",
        "put a value that holds `: ` in quotes, and check the indentation",
    ),
    ("but found another document", "keep one document in a file: remove what follows `---`"),
    ("found undefined alias", "declare the anchor with `&` before it is used"),
    ("second occurrence", "give every anchor a name of its own"),
    (
        "did not find expected key",
        "check the indentation and the quotes of this line and of the one before",
    ),
    (
        "could not find expected ':'",
        "check the indentation and the quotes of this line and of the one before",
    ),
    ("did not find expected '-' indicator", "indent the items of a list alike"),
    ("expected node content", "close the bracket"),
    ("unexpected end of stream", "close the quote"),
    ("invalid Unicode character escape", "write the character itself instead of its escape"),
)


def read_yaml(text: str) -> tuple[Any, nodes.Node, bool]:
    """Return the value of a text, its nodes, and whether a key may stand in a mapping twice.

    Raises:
        UnreadableError: The text is not YAML, is empty, or is more than will be read.
    """
    with limits.paused_collector():
        node, has_merges = _compose(text)
        builder = _Builder(max(limits.NODES, len(text)), has_merges)
        return builder.value(node), cast("nodes.Node", node), builder.has_duplicates


def _compose(text: str) -> tuple[Node, bool]:
    try:
        # Without libyaml the characters are already checked here.
        loader = _Loader(text)
        node = loader.get_single_node()
    except ReaderError as error:
        raise _bad_character(text, error) from None
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, len(text)) from None
    if node is None or (node.tag == _NULL and node.value == ""):
        raise UnreadableError("empty-document", "the file holds no document", 0)
    return node, cast("_CoreRules", loader).has_merges


class _CoreRules(BaseResolver):
    """Decides the tags of nodes, and stops the composer before it has recursed too deep."""

    depth = 0
    has_merges = False

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        # libyaml composes by recursion in C: without a bound a text of brackets ends the process.
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise _too_deep(current_node.start_mark.index)

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        if kind is not ScalarNode:
            return _MAP if kind is MappingNode else _SEQ
        if not implicit[0]:
            return _STR
        if value in _WORDS:
            self.has_merges = self.has_merges or value == "<<"
            return _WORDS[value]
        if value[0] not in _FIRST:
            return _STR
        return next((tag for tag, pattern in _NUMBERS if pattern.fullmatch(value)), _STR)


def _loader_type() -> type[yaml.SafeLoader]:
    parser = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    return cast("type[yaml.SafeLoader]", type("_Loader", (_CoreRules, parser), {}))


_Loader = _loader_type()


class _Builder:
    """Makes values of nodes; what an alias names is made anew for each alias."""

    def __init__(self, budget: int, has_merges: bool) -> None:
        self.has_duplicates = False
        self._budget = budget
        self._has_merges = has_merges
        self._open: dict[int, Node] = {}

    def value(self, node: Node) -> Any:
        """Return the value of a node."""
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if id(node) in self._open:
            raise UnreadableError(
                "yaml-syntax",
                "an alias stands for something that holds the alias itself",
                _index(node),
            )
        self._open[id(node)] = node
        if len(self._open) > limits.DEPTH:
            raise _too_deep(_index(node))
        made = self._mapping(node) if isinstance(node, MappingNode) else self._sequence(node)
        del self._open[id(node)]
        return made

    def _mapping(self, node: MappingNode) -> dict[str, Any]:
        if node.tag != _MAP:
            raise _unknown_tag(node)
        if self._has_merges:
            self._merge(node)
        self._spend(node)
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise UnreadableError(
                    "yaml-syntax",
                    "a mapping or a list stands where a key is expected",
                    _index(key_node),
                    hint="put text that holds braces or brackets in quotes",
                )
            # Most nodes by far: worth a shortcut.
            is_text = type(value_node) is ScalarNode and value_node.tag is _STR
            made[key_node.value] = value_node.value if is_text else self.value(value_node)
        if len(made) != len(node.value):
            self.has_duplicates = True
        return made

    def _sequence(self, node: Node) -> list[Any]:
        if node.tag != _SEQ:
            raise _unknown_tag(node)
        self._spend(node)
        return [self.value(item) for item in node.value]

    def _spend(self, node: Node) -> None:
        self._budget -= len(node.value) + 1
        if self._budget < 0:
            raise UnreadableError(
                "too-large",
                "aliases multiply this document beyond what is read",
                _index(node),
                hint="write the repeated part once and refer to it by `$ref`",
            )

    def _merge(self, node: MappingNode) -> None:
        """Replace `<<` by what it brings; in the node itself, so that places are found too."""
        own = [pair for pair in node.value if pair[0].tag != _MERGE]
        if len(own) == len(node.value):
            return
        known = {key_node.value for key_node, _ in own}
        merged: dict[str, tuple[Node, Node]] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for source in self._merge_sources(value_node):
                    for pair in source.value:
                        # The first source wins over later ones, own members over all.
                        if pair[0].value not in known:
                            merged.setdefault(pair[0].value, pair)
        node.value = [*merged.values(), *own]

    def _merge_sources(self, node: Node) -> list[MappingNode]:
        sources: list[MappingNode] = []
        for source in node.value if isinstance(node, SequenceNode) else [node]:
            if not isinstance(source, MappingNode) or id(source) in self._open:
                raise UnreadableError(
                    "yaml-syntax",
                    "`<<` takes a mapping, or a list of mappings",
                    _index(source),
                    hint="put `<<` in quotes if it is an ordinary key",
                )
            if len(self._open) > limits.DEPTH:
                raise _too_deep(_index(source))
            self._open[id(source)] = source
            self._merge(source)
            self._spend(source)
            del self._open[id(source)]
            sources.append(source)
        return sources


def _scalar(node: ScalarNode) -> Any:
    if node.tag in _TEXTUAL:
        return node.value
    if node.tag not in _READ:
        raise _unknown_tag(node)
    try:
        return _READ[node.tag](node.value)
    except (KeyError, ValueError):
        raise UnreadableError(
            "yaml-syntax",
            f"this is no {node.tag.removeprefix(_TAG)} that can be read",
            _index(node),
            hint="put it in quotes if it is text",
        ) from None


def _int(text: str) -> int:
    # Decimal even after a zero: `010` is ten in YAML 1.2.
    return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)


def _float(text: str) -> float:
    return float(
        text.replace(".", "", 1) if text.lower().lstrip("+-") in {".inf", ".nan"} else text
    )


_READ: dict[str, Callable[[str], Any]] = {
    _INT: _int,
    _FLOAT: _float,
    _BOOL: lambda text: {"true": True, "false": False}[text.lower()],
    _NULL: lambda text: None,
}


def _index(node: Node) -> int:
    return int(node.start_mark.index)


def _too_deep(index: int) -> UnreadableError:
    return UnreadableError(
        "too-deep",
        f"more than {limits.DEPTH} levels lie inside each other here",
        index,
        hint="move inner parts to named components and refer to them by `$ref`",
    )


def _unknown_tag(node: Node) -> UnreadableError:
    return UnreadableError(
        "yaml-syntax",
        f"the tag `{node.tag.replace(_TAG, '!!')}` is not known here",
        _index(node),
        hint="remove the tag, or put text that begins with `!` in quotes",
    )


def _bad_character(text: str, error: ReaderError) -> UnreadableError:
    # libyaml counts bytes, so the character is looked for; that kind of it is allowed nowhere.
    code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1])
    return UnreadableError(
        "yaml-syntax",
        f"the character U+{code:04X} must not stand in YAML",
        max(0, text.find(chr(code))),
        hint="remove it, or write it as an escape in double quotes",
    )


def _syntax(error: yaml.MarkedYAMLError, end: int) -> UnreadableError:
    problem = error.problem or "this is not YAML"
    index = error.problem_mark.index if error.problem_mark else end
    related = (
        ((error.context, error.context_mark.index),) if error.context and error.context_mark else ()
    )
    hint = next((hint for words, hint in _HINTS if words in problem), "")
    return UnreadableError("yaml-syntax", problem, index, related=related, hint=hint)
