"""Which operations a call of a client can reach, read from its Python alone (`ast`), without the generator's model."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Call = tuple[str, str]  # method and path
TWIN = re.compile(r"(not_)?awaited|paged")  # `get = awaited(Videos.get)`


def woven_operations(package: Path, broken: frozenset[str] = frozenset()) -> set[Call]:
    """What public methods use, of classes that both woven clients give, each of them sync and async.

    Args:
        package: The folder of the package.
        broken: Modules that do not import, dotted, without the package's name.
    """
    given = _classes_given(package / "_client.py")
    reached: dict[bool, set[Call]] = {False: set(), True: set()}
    for path in sorted((package / "resources").rglob("*.py")):
        if ".".join(path.relative_to(package).with_suffix("").parts) in broken:
            continue
        tree = parsed(path)
        data = dict(_operation_data(tree))
        classes = {one.name: one for one in tree.body if isinstance(one, ast.ClassDef)}
        for one in classes.values():
            if one.name in given:
                is_async = any(_name(base) == "AsyncResource" for base in one.bases)
                reached[is_async].update(data[name] for name in _used(one, classes) if name in data)
    return reached[False] & reached[True]


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a module; empty where it has none, which importing finds."""
    try:
        return ast.parse(path.read_text("utf-8"))
    except SyntaxError:
        return ast.Module([], [])


def _name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _classes_given(client: Path) -> set[str]:
    """Classes that a property of a client makes: `return Videos(self)`."""
    return {
        node.value.func.id
        for node in ast.walk(parsed(client))
        if isinstance(node, ast.Return)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
    }


def _operation_data(tree: ast.Module) -> Iterator[tuple[str, Call]]:
    """Constants of a module that hold an `Operation`, with its method and path."""
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        value = node.value
        if isinstance(value, ast.Call) and _name(value.func).endswith("Operation"):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            told = {word.arg: word.value for word in value.keywords}
            texts = [_text(one) for one in (told.get("method"), told.get("path"))]
            if None in texts:  # told by their places
                texts = [_text(one) for one in value.args[-2:]]
            if (
                isinstance(target, ast.Name)
                and len(texts) == 2
                and texts[0]
                and texts[1] is not None
            ):
                yield target.id, (texts[0], texts[1])


def _text(node: ast.expr | None) -> str | None:
    try:
        value = ast.literal_eval(node) if node is not None else None
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _used(one: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Iterator[str]:
    """Names that the public methods of a class use; a twin uses what its method uses."""
    for node in one.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:1] != "_":
            yield from _names(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            told = node.value.args[0] if node.value.args else None
            if TWIN.match(_name(node.value.func)) and isinstance(told, ast.Attribute):
                yield from _names(_method(classes.get(_name(told.value)), told.attr))


def _method(one: ast.ClassDef | None, name: str) -> ast.AST:
    methods = one.body if one is not None else []
    found = (node for node in methods if isinstance(node, ast.FunctionDef) and node.name == name)
    return next(found, ast.Module([], []))


def _names(node: ast.AST) -> Iterator[str]:
    return (one.id for one in ast.walk(node) if isinstance(one, ast.Name))


def blank(path: str) -> str:
    """A path without the names of its parameters, which the peer spells in its own way."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def peer_operations(package: Path, broken: frozenset[str] = frozenset()) -> set[Call]:
    """What the modules of openapi-python-client send that have functions to call, with `blank` paths."""
    found = set()
    for path in sorted((package / "api").rglob("*.py")):
        if ".".join(path.relative_to(package).with_suffix("").parts) in broken:
            continue
        tree = parsed(path)
        functions = {
            one.name: one
            for one in tree.body
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        if {"_get_kwargs", "sync_detailed", "asyncio_detailed"} <= functions.keys():
            for node in ast.walk(functions["_get_kwargs"]):
                if isinstance(node, ast.Dict) and (call := peer_call(node)):
                    found.add(call)
    return found


def peer_call(node: ast.Dict) -> Call | None:
    """The call that a module of openapi-python-client makes, read from its data."""
    told = {_text(key): value for key, value in zip(node.keys, node.values, strict=True) if key}
    url = told.get("url")
    if isinstance(url, ast.Call) and isinstance(url.func, ast.Attribute):
        url = url.func.value  # "/x/{id}".format(id=...)
    method, path = _text(told.get("method")), _text(url)
    return (method.upper(), blank(path)) if method and path is not None else None
