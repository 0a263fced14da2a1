"""`python -m kitchen_sink`: make one, and save it."""

from __future__ import annotations

import sys

from ._client import KitchenSink
from ._runtime.command import Argument, Command, main

COMMAND = Command(
    operation="images.generate",
    submit="images.submit",
    program="python -m kitchen_sink",
    description="Kitchen sink",
    positional="prompt",
    positional_help="What the picture shows.",
    arguments=(
        Argument(name="seed", kind="integer", help="At least 0."),
        Argument(name="mask", kind="json", help="Where to paint."),
        Argument(name="size", kind="string", choices=("S", "L"), default="S"),
        Argument(name="count", kind="integer", help="From 1 to 4.", default=1),
        Argument(name="strength", kind="number", help="At most 1."),
        Argument(name="style", kind="string", choices=("soft", "hard")),
    ),
)

if __name__ == "__main__":
    sys.exit(main(COMMAND, KitchenSink))
