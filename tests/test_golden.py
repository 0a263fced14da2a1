"""What is woven and printed today is what was reviewed; `make golden` writes it again."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
from tests.golden.cases import (
    KITCHEN_SINK,
    WAN26,
    diagnostic_cases,
    differences,
    kitchen_sink,
    run_case,
    wan26,
)
from tests.weaving import GENERATED, ROOT, RUNTIME, SPEC, tree

from specloom.pipeline import weave

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SOURCE = ROOT / "generator" / "specloom"

# Codes that no document of a few lines brings about, and where they are tested.
ELSEWHERE = {
    "edited-file": "tests/test_changes.py",
    "foreign-folder": "tests/test_changes.py",
    "overlay-twice": "tests/test_parted_documents.py",
    "looks-paged": "tests/fragments/what_looks_paged_is_hinted_at.py",
    "unsendable-method": "tests/fragments/odd_paths_and_methods_are_called_too.yaml",
    "path-collision": "tests/test_output.py",
    "unsafe-path": "tests/test_output.py",
    "unwritable-folder": "tests/test_output.py",
    "too-large": "tests/test_unreadable.py",
    "validator-stopped": "tests/test_validate.py",
    "validator-timeout": "tests/test_validate.py",
}
_CODE = re.compile(r": (?:error|warning)\[([a-z0-9-]+)\]: ")


def compare(found: Mapping[str, bytes], expected: Mapping[str, bytes], remedy: str) -> None:
    """Fail with the name of each file that differs, and how it does."""
    told = differences(found, expected)
    assert not told, f"{len(told)} files differ; if that is meant, {remedy}\n\n" + "\n".join(told)


def test_generated_is_what_the_spec_gives() -> None:
    woven = weave(SPEC, package="wan26", strict=True)
    assert woven.api is not None, woven.findings
    compare({file.path: file.content for file in woven.files}, tree(GENERATED), "run `make`")


def test_wan26_gives_what_was_reviewed() -> None:
    compare(wan26(), tree(WAN26 / "expected"), "run `make golden`")


@pytest.mark.parametrize("document", ["document.yaml", "document_3_0.yaml"])
def test_the_kitchen_sink_gives_the_same_in_both_versions(document: str) -> None:
    compare(kitchen_sink(document), tree(KITCHEN_SINK / "expected"), "run `make golden`")


def test_the_runtime_is_copied_byte_for_byte() -> None:
    prefix = "client/kitchen_sink/_runtime/"
    woven = weave(KITCHEN_SINK / "document.yaml", package="kitchen_sink")
    copied = {
        file.path.removeprefix(prefix): file.content
        for file in woven.files
        if file.path.startswith(prefix)
    }
    source = {path: content for path, content in tree(RUNTIME).items() if path.endswith(".py")}
    compare(copied, source, "something between the source and the copy is broken")


@pytest.mark.parametrize("case", diagnostic_cases(), ids=lambda case: case.name)
def test_the_command_line_says_so_and_ends_so(case: Path) -> None:
    expected = (case / "diagnostics.txt").read_text("utf-8")
    run = run_case(case)
    compare(
        {"diagnostics.txt": run.printed.encode()},
        {"diagnostics.txt": expected.encode()},
        "run `make golden`",
    )
    if ": error[" in expected:
        assert run.code == 2
        assert run.files == ()
    else:
        assert run.code == 0
        assert "client/golden/__init__.py" in run.files
    strict = run_case(case, strict=True)
    assert strict.code == 2
    assert strict.files == ()
    assert ": warning[" not in strict.printed
    assert codes_in(strict.printed) >= codes_in(expected)


def codes_in(printed: str) -> set[str]:
    return set(_CODE.findall(printed))


def codes_in_source() -> set[str]:
    """Every code that the generator can print: what `error` and `warning` are called with, and what is named `code`."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if "runtime" not in path.relative_to(SOURCE).parts:
            named = _codes(ast.parse(path.read_text("utf-8")))
            found.update(code for code in named if isinstance(code, str))
    return found


def _codes(tree: ast.Module) -> Iterator[object]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            first = node.args[0] if node.args else None
            if name in {"error", "warning", "hint", "UnreadableError", "_error"} and isinstance(
                first, ast.Constant
            ):
                yield first.value
            for keyword in node.keywords:
                if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                    yield keyword.value.value
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant):
            yield node.value.value if ast.unparse(node.target) == "code" else None
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_CODES":
            yield from ast.literal_eval(node.value).values()


def test_every_code_has_its_case() -> None:
    covered = {
        code
        for case in diagnostic_cases()
        for code in codes_in((case / "diagnostics.txt").read_text("utf-8"))
    }
    known = codes_in_source()
    assert {"path-unresolved", "openapi-required", "dangling-reference", "yaml-syntax"} <= known
    assert covered - known == set(), "a code is printed that is not found in the source"
    assert known - covered - ELSEWHERE.keys() == set(), "these codes have no case"
    assert ELSEWHERE.keys() & covered == set(), "these are covered now"
    assert ELSEWHERE.keys() - known == set(), "these are no longer printed"
    for code, place in ELSEWHERE.items():
        assert code in (ROOT / place).read_text("utf-8"), f"{place} says nothing of {code}"
