"""Values that a vendor demands in prose alone, where its schema takes any: no draw can know them."""

from __future__ import annotations

from typing import Any

# By document and name.
DEMANDED: dict[str, dict[str, Any]] = {
    "twilio__bulkexports_v1": {
        "ResourceType": "Messages",
        "StartDay": "2026-01-02",
        "EndDay": "2026-01-04",
    },
}


def heed_prose(case: dict[str, Any], name: str) -> None:
    """Put what the prose of a document demands into a case that was drawn by its schemas."""
    demanded = DEMANDED.get(name, {})
    for parameter in case["parameters"]:
        parameter["value"] = demanded.get(parameter["name"], parameter["value"])
    for body in case["bodies"].values():
        if isinstance(body["value"], dict):
            body["value"] |= {key: demanded[key] for key in body["value"].keys() & demanded}
