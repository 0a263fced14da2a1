"""Values that may hold bytes, as JSON."""

from __future__ import annotations

import base64
import json
from typing import Any


def packed(value: Any) -> Any:
    """A value in JSON; bytes are `{"$bytes": base64}`."""
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: packed(item) for key, item in value.items()}
    return [packed(item) for item in value] if isinstance(value, list | tuple) else value


def unpacked(value: Any) -> Any:
    """What `packed` was given."""
    if isinstance(value, dict):
        if set(value) == {"$bytes"}:
            return base64.b64decode(value["$bytes"])
        return {key: unpacked(item) for key, item in value.items()}
    return [unpacked(item) for item in value] if isinstance(value, list) else value


def stored(value: Any) -> str:
    """A line of JSON for what may hold bytes."""
    return json.dumps(packed(value), ensure_ascii=True)
