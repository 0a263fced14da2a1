"""Weaves the client of a document without layout and docs: `python bench/wire/weaving.py DOCUMENT OUT`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from specloom.pipeline import read_api
from specloom.targets.client import render


def main() -> int:
    """Write `client/api/` below the folder; the exit code is 2 where nothing could be woven."""
    document, out = Path(sys.argv[1]), Path(sys.argv[2])
    read = read_api(document, package="api")
    if read.api is None:
        print(read.findings, file=sys.stderr)
        return 2
    module: Any = render
    module.laid_out = str  # black changes no meaning, and takes most of the time
    for file in render.render_client(read.api):
        path = out / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
