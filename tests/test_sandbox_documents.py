"""The sandbox of every document of these tests: each operation answers, and as the document says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from starlette.testclient import TestClient
from tests.weaving import ROOT, SPEC

from specloom.pipeline import read_api
from specloom.targets.client.runtime.sandbox.description import Description
from specloom.targets.client.runtime.sandbox.rendering import answer_for
from specloom.targets.client.runtime.sandbox.samples import Sampler
from specloom.targets.client.runtime.sandbox.serving import Sandbox
from specloom.targets.client.sandbox import sandbox_data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specloom.targets.client.runtime.sandbox.description import Content, Operation

DOCUMENTS = [
    SPEC,
    *sorted((ROOT / "tests" / "fragments").glob("*.yaml")),
    *sorted((ROOT / "tests" / "golden" / "kitchen_sink").glob("document*.yaml")),
]
KEY = {"authorization": "Bearer sandbox", "content-type": "application/json"}


def contents(operation: Operation, status: int, media_type: str) -> Iterator[Content]:
    answer = answer_for(operation, status)
    for content in [answer, *answer.others] if answer is not None else []:
        if content.content_type == media_type and content.kind == "json":
            yield content


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_operation_answers_as_its_document_says(path: Path) -> None:
    api = read_api(path).api
    if api is None:
        pytest.skip("the document is one that is refused")
    data = sandbox_data(api)
    description = msgspec.convert(data, Description)
    sampler = Sampler(description.definitions)
    application = Sandbox.of(data, api.requests).application()
    try:
        with TestClient(application.asgi, follow_redirects=False) as http:
            for operation in description.operations:
                ask(http, operation, sampler)
    finally:
        application.close()


def ask(http: TestClient, operation: Operation, sampler: Sampler) -> None:
    """Ask with sampled parameters in the path and nothing else: an answer, or a refusal with a reason."""
    url = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            value: Any = sampler.value(parameter.schema, parameter.name)
            url = url.replace(f"{{{parameter.name}}}", str(value).replace("/", "%2F"))
    answer = http.request(operation.method, url, headers=KEY, content=b"{}")
    assert answer.status_code < 500, answer.text
    for content in contents(operation, answer.status_code, answer.headers.get("content-type", "")):
        can_be_met = sampler.fits(content.schema, sampler.value(content.schema))
        if answer.content and can_be_met:
            assert sampler.fits(content.schema, answer.json()), (operation.name, answer.text)
