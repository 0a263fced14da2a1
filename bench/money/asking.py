"""One submit of a peer, in its own environment: `python -I asking.py SCRIPT URL KEY TIMEOUT`.

The script's function `submit(base_url, key, timeout)` gives the job's id; the last line that is
printed tells it, or the class of the exception.
"""

import json
import runpy
import sys


def main() -> None:
    """Ask once, tell how it ended."""
    script, url, key, timeout = sys.argv[1:]
    submit = runpy.run_path(script)["submit"]
    told: dict[str, object] = {}
    try:
        told["id"] = submit(url, key, float(timeout) if timeout else None)
    except Exception as error:
        told["error"], told["text"] = type(error).__name__, str(error)[:500]
    print("\n" + json.dumps(told, default=repr))


if __name__ == "__main__":
    main()
