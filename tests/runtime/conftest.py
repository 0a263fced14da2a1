"""A sandbox of spec/wan26.yaml for the tests of this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from specloom.targets.client.runtime.sandbox.serving import Sandbox

SPEC = Path(__file__).parents[2] / "spec" / "wan26.yaml"


def as_definitions(value: Any) -> Any:
    """The document's references as `_schemas.json` and `api.json` have them."""
    if isinstance(value, dict):
        return {key: as_definitions(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_definitions(each) for each in value]
    if isinstance(value, str) and value.startswith("#/components/schemas/"):
        return "#/$defs/" + value.rpartition("/")[2]
    return value


def described(document: dict[str, Any]) -> dict[str, Any]:
    """`api.json`, as the generator writes it."""
    submit = document["paths"]["/v1/videos"]["post"]
    life, price = submit["x-job"], submit["x-price"]
    examples = {name: each["value"] for name, each in document["components"]["examples"].items()}
    task = {"$ref": "#/$defs/VideoTask"}
    answer = {"content_type": "application/json", "schema": task, "examples": [examples["InQueue"]]}
    return {
        "name": "wan26",
        "title": document["info"]["title"],
        "env_prefix": "WAN26",
        "security": [{"kind": "bearer"}],
        "operations": [
            {
                "name": "videos.submit",
                "method": "POST",
                "path": "/v1/videos",
                "check": "videos.submit",
                "answers": {"200": answer},
                "job": {
                    "id": [life["id"]],
                    "poll": {"operation": "videos.get", "parameters": {"id": "$id"}},
                    "status": life["status"],
                    "states": life["states"],
                    "rules": life["rules"],
                    "result": {"value": "$.output", "files": [life["result"]["files"]]},
                    "error": {name: [path] for name, path in life["error"].items()},
                    "cost": life["cost"],
                },
                "price": {
                    "per": "second",
                    "quantity": price["quantity"],
                    "tier_by": price["tier"]["by"],
                    "tiers": price["tier"]["of"],
                    "defaults": {"parameters": {"size": "1920*1080", "duration": 5}},
                    "currency": "USD",
                },
            },
            {
                "name": "videos.get",
                "method": "GET",
                "path": "/v1/videos/{id}",
                "parameters": [{"name": "id", "place": "path", "required": True}],
                "answers": {"200": {**answer, "examples": list(examples.values())}},
            },
        ],
        "error_codes": document["x-error-codes"],
        "error": {"code": ["$.error.code"], "message": ["$.error.message"]},
        "assumed": {"submit.path": "/v1/videos", "job.id": "$.id"},
        "definitions": as_definitions(document["components"]["schemas"]),
    }


@pytest.fixture(scope="session")
def wan26_sandbox(tmp_path_factory: pytest.TempPathFactory) -> type[Sandbox]:
    """The sandbox as it would be woven, with data made here and not by the generator."""
    document = yaml.safe_load(SPEC.read_text("utf-8"))
    folder = tmp_path_factory.mktemp("wan26")
    definitions = as_definitions(document["components"]["schemas"])
    checks = {"videos.submit": {"body": {"$ref": "#/$defs/VideoRequest"}, "advice": []}}
    api, rules = folder / "api.json", folder / "_schemas.json"
    api.write_text(json.dumps(described(document)), "utf-8")
    rules.write_text(json.dumps({"$defs": definitions, "requests": checks}), "utf-8")

    class Wan26Sandbox(Sandbox):
        data = api
        schemas = rules

    return Wan26Sandbox
