"""How long weaving takes, as ratios within one run: medians of five, in one process.

`python bench/weaving.py [DOCUMENT]`; the document of this repository if none is named.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from specloom.pipeline import generate, read_api, weave

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5


def median(run: Callable[[], object]) -> float:
    """The median of the seconds that `run` takes."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    """Print one row per step: seconds, and the ratio to reading and validating the document."""
    document = Path(sys.argv[1] if len(sys.argv) > 1 else "spec/wan26.yaml")
    reading = median(lambda: read_api(document))
    weaving = median(lambda: weave(document))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        woven = weave(document)
        generate(woven, out)
        writing = median(lambda: generate(woven, out))
    print(f"| {document.name} | seconds | of reading and validating |")
    print("|---|---|---|")
    for name, seconds in (
        ("read, check, build the model", reading),
        ("weave all of it", weaving),
        ("find that nothing changed", writing),
    ):
        print(f"| {name} | {seconds:.2f} | {seconds / reading:.2f} |")


if __name__ == "__main__":
    main()
