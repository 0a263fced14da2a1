"""`python -m tests.golden`: write the goldens again and say which changed; the diff is the review."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.golden.cases import GOLDEN, KITCHEN_SINK, goldens
from tests.weaving import tree

if TYPE_CHECKING:
    from pathlib import Path


def rewrite() -> list[str]:
    """Write what changed, remove what is no longer given; the names of both."""
    wanted = dict(goldens())
    expected = KITCHEN_SINK / "expected"
    stale = [expected / path for path in tree(expected) if expected / path not in wanted]
    changed = [
        path
        for path, content in wanted.items()
        if not path.is_file() or path.read_bytes() != content
    ]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path])
    for path in stale:
        path.unlink()
    return [f"wrote {_shown(path)}" for path in changed] + [
        f"removed {_shown(path)}" for path in stale
    ]


def _shown(path: Path) -> str:
    return path.relative_to(GOLDEN.parents[1]).as_posix()


if __name__ == "__main__":
    said = rewrite()
    sys.stdout.write(
        "\n".join(said or ["nothing changed: all goldens are what is woven today"]) + "\n"
    )
