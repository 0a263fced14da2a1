"""`python -m tests.golden`: write the goldens again and say which changed; the diff is the review."""

from __future__ import annotations

import sys

from tests.golden.cases import GOLDEN, goldens, rewrite

if __name__ == "__main__":
    said = [
        f"{folder.relative_to(GOLDEN.parents[1]).as_posix()}: {done}"
        for folder, wanted in goldens()
        for done in rewrite(folder, wanted)
    ]
    sys.stdout.write(
        "\n".join(said or ["nothing changed: all goldens are what is woven today"]) + "\n"
    )
