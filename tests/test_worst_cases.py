"""The tests that docs/worst-cases.md names are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "worst-cases.md").read_text("utf-8")
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", page))
    files = set(re.findall(r"tests/[\w/]+\.py", page))
    assert len(named) > 15
    assert [name for name in named if f"def {name}(" not in tests] == []
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_each_of_the_fifteen_cases_has_a_row_with_something_that_shows_it() -> None:
    page = (ROOT / "docs" / "worst-cases.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \|.*\|.*\|(.*)\|$", page, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 16))
    assert all("test" in shown for _, shown in rows)
