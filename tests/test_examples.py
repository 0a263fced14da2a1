"""Every Python example of a page runs, in the page's order and in one namespace, against the sandbox.

A block that is not meant to run is marked as something else than `python`. Jobs are asked for every few hundredths of a
second, and otherwise nothing is prepared.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.weaving import GENERATED, ROOT
from wan26.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = [
    ROOT / "README.md",
    ROOT / "docs" / "guide.md",
    GENERATED / "client" / "README.md",
    *sorted((GENERATED / "docs").rglob("*.md")),
]
WITH_EXAMPLES = {
    "README.md",
    "docs/guide.md",
    "generated/client/README.md",
    "generated/docs/README.md",
    "generated/docs/assumptions.md",
    "generated/docs/errors.md",
    "generated/docs/quickstart.md",
}


def examples(page: str) -> str:
    """The Python blocks of a page, each on the lines on which it stands there."""
    lines, inside = [], False
    for line in page.split("\n"):
        begins, ends = line == "```python", line == "```"
        lines.append(line if inside and not ends else "")
        inside = begins or (inside and not ends)
    return "\n".join(lines)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with Sandbox(speed=0) as sandbox:
        yield sandbox.url


def run(script: str, folder: Path, address: str) -> subprocess.CompletedProcess[str]:
    (folder / "page.py").write_text(script, "utf-8")
    (folder / "quick.toml").write_text('[assumed]\n"job.poll.interval" = 0.03\n', "utf-8")
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [sys.executable, "-W", "error", "page.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            **kept,
            "PYTHONPATH": str(GENERATED / "client"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
            "WAN26_API_KEY": "sandbox",
            "WAN26_BASE_URL": address,
            "WAN26_CONFIG": "quick.toml",
        },
    )


@pytest.mark.parametrize("page", [page for page in PAGES if name(page) in WITH_EXAMPLES], ids=name)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, address: str) -> None:
    done = run(examples(page.read_text("utf-8")), tmp_path, address)
    assert done.returncode == 0, f"{name(page)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def test_no_other_page_has_examples_and_those_have() -> None:
    found = {name(page) for page in PAGES if examples(page.read_text("utf-8")).strip()}
    assert found == WITH_EXAMPLES


def test_what_fails_in_an_example_is_told_with_the_line_of_its_page(
    tmp_path: Path, address: str
) -> None:
    page = "# A page\n\n```python\nnumber = 1\n```\n\n```sh\nfalse\n```\n\n```python\nassert number == 2\n```\n"
    done = run(examples(page), tmp_path, address)
    assert done.returncode == 1
    assert 'page.py", line 12' in done.stderr
