"""`python -m wan26.sandbox`."""

from __future__ import annotations

import sys

from .._runtime.sandbox.command import main
from . import Sandbox

if __name__ == "__main__":
    sys.exit(main(Sandbox))
