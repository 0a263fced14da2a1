"""Where a client's types say `Any`, and what else a reader counts in its text: names, lines, excuses."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.described import numbered_word, squeeze
from bench.reached import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.described import Described

EXCUSE = re.compile(r"type: ?ignore|pyright: ?ignore|pyright: basic|noqa|fmt: ?(off|skip)|ruff: ")
PASSED = frozenset(("options", "kwargs", "additional_properties", "extra_body", "client"))
MAPPING_TOO = re.compile(
    r"(models\.\w+) \| Mapping\[str, Any\]"
)  # a model may be given as a plain mapping
PUBLIC = re.compile(r"[^\W_]")


@dataclass(slots=True)
class Seen:
    """What was read of a client.

    Attributes:
        typed: How many fields, arguments and answers have an annotation.
        open: Those that say `Any`, as `module:line name`, where the document leaves nothing open under that name.
        open_told: How many say `Any` where the document does.
        numbered: Names that end in digits, though no word of the document does.
        excuses: Comments that silence a tool, and rules that the package's own settings leave out.
    """

    typed: int = 0
    open: list[str] = field(default_factory=list)
    open_told: int = 0
    numbered: list[str] = field(default_factory=list)
    excuses: list[str] = field(default_factory=list)


def look(package: Path, folders: tuple[str, ...], described: Described) -> Seen:
    """Read the modules of some folders of a package (types, names) and all of it (excuses)."""
    seen = Seen()
    for folder in folders:
        for path in sorted((package / folder).rglob("*.py")):
            if path.name != "__init__.py":
                at = path.relative_to(package).as_posix()
                _read(parsed(path), at, described, seen)
    for path in sorted(package.rglob("*.py")):
        at = path.relative_to(package).as_posix()
        seen.excuses.extend(f"{at}: {comment}" for comment in _excuses(path))
    seen.excuses.extend(_ignored_rules(package.parent / "pyproject.toml"))
    return seen


def _read(tree: ast.Module, at: str, described: Described, seen: Seen) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for name, annotation in _fields(node):
                where = f"{at}:{annotation.lineno} {node.name}.{name}"
                _weigh(name, annotation, where, described, seen)
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and PUBLIC.match(node.name):
            word = numbered_word(node.name)
            if word and not _is_own(word, described.numbered):
                seen.numbered.append(f"{at}:{node.lineno} {node.name}")
    for function in _calls(tree):
        for one in (*function.args.args, *function.args.kwonlyargs):
            if one.annotation is not None and one.arg not in {"self", "body", *PASSED}:
                where = f"{at}:{one.lineno} {function.name}({one.arg})"
                _weigh(one.arg, one.annotation, where, described, seen)


def _calls(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """What people call: public methods of resources, and the one function of a peer's module that they all use."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "sync_detailed":
            yield node
        if isinstance(node, ast.ClassDef) and any(
            ast.unparse(base) == "Resource" for base in node.bases
        ):
            yield from (
                one for one in node.body if isinstance(one, ast.FunctionDef) and one.name[:1] != "_"
            )


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for one in node.body:
        match one:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if (
                name not in PASSED
            ):
                yield name, annotation


def _weigh(name: str, annotation: ast.expr, where: str, described: Described, seen: Seen) -> None:
    seen.typed += 1
    text = MAPPING_TOO.sub(r"\1", ast.unparse(annotation))
    if re.search(r"\bAny\b", text):
        if squeeze(name) in described.loose:
            seen.open_told += 1
        else:
            seen.open.append(f"{where}: {text}")


def _is_own(word: str, numbered: frozenset[str]) -> bool:
    """Whether a word with a number is the document's: its own word, a status, or a name that was only a number."""
    words = (one for one in numbered if not one.isdecimal())
    if any(one.endswith(word) or word.endswith(one) for one in words):
        return True
    digits = re.sub(r"\D", "", word)
    is_bare = word.removesuffix(digits) in {"", "n", "type"}  # a name may not begin with a digit
    return digits in numbered and (is_bare or len(digits) == len("404"))


def _excuses(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    if not EXCUSE.search(text):
        return
    with suppress(tokenize.TokenError, SyntaxError):  # which importing finds
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and EXCUSE.search(token.string):
                yield token.string


def _ignored_rules(settings: Path) -> Iterator[str]:
    if not settings.is_file():
        return
    tool = tomllib.loads(settings.read_text("utf-8")).get("tool", {})
    lint = tool.get("ruff", {}).get("lint", {})
    for key in ("ignore", "extend-ignore", "per-file-ignores", "extend-per-file-ignores"):
        yield from (f"ruff {key}: {rule}" for rule in lint.get(key, ()))
    yield from (f"ruff exclude: {one}" for one in tool.get("ruff", {}).get("exclude", ()))
    for key in ("overrides", "disable_error_code", "exclude"):
        if tool.get("mypy", {}).get(key):
            yield f"mypy {key}"


def lines_of(package: Path) -> dict[str, int]:
    """Lines of Python: of the folder with the calls, of all but the runtime's copy, and of everything."""
    counted = {"calls": 0, "own": 0, "all": 0}
    for path in package.rglob("*.py"):
        first = path.relative_to(package).parts[0]
        lines = path.read_bytes().count(b"\n")
        counted["all"] += lines
        counted["own"] += lines if first != "_runtime" else 0
        counted["calls"] += lines if first in {"resources", "api"} else 0
    return counted
