"""Places in the answers of a life cycle: schemas that allow all, answers that rules name, results that are files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.checking import codes, found, load, told
from tests.test_job_extensions import JOB, changed

from specloom.openapi.extensions import check_extensions

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "schema",
    [
        "{}",
        "true",
        "{description: d, x-much: y}",
        "{anyOf: [{}, {type: 'null'}]}",
        "{oneOf: [{type: 'null'}, {title: t}, {properties: {a: {}}}]}",
        "{allOf: [{anyOf: [true, {type: string}]}, {description: d}]}",
        "{$ref: '#/components/schemas/Any'}",
        "{anyOf: [{type: object}, {type: 'null'}]}",
        "{type: [object, 'null']}",
    ],
)
def test_a_schema_that_allows_all_is_a_missing_one(tmp_path: Path, schema: str) -> None:
    some = "Any: {anyOf: [{}, {type: string}]}\n    Status: {type: string, enum"
    places = "result: {value: $.anything.here, files: $.anything}"
    text = changed(
        f"anything: {{type: object}} -> anything: {schema}",
        f"Status: {{type: string, enum -> {some}",
        f"result: {{files: '$.output[*].url'}} -> {places}",
    )
    lines = told(load(tmp_path, text), check_extensions)
    assert "warning[path-unchecked]: whether `$.anything.here`" in lines[0], "\n".join(lines)
    is_object = "object" in schema  # a text is wanted, and may not be there
    assert [": error[path-type]" in line for line in lines[1:]] == [True] * is_object


def test_a_schema_that_allows_no_members_has_none(tmp_path: Path) -> None:
    text = changed(
        "anything: {type: object} -> anything: {anyOf: [{type: string}, {type: 'null'}]}",
        "result: {files: '$.output[*].url'} -> result: {value: $.anything.here}",
    )
    assert codes(load(tmp_path, text), check_extensions) == ["path-unresolved"]


POLLED = "look\n      responses: {'200': {$ref: '#/components/responses/Task'}"
REASON = "{description: d, content: {application/problem+json: {schema: {properties: {title: {type: string}}}}}}"


@pytest.mark.parametrize("declared", ["'409'", "4XX", "4xx", "default"])
def test_an_answer_that_a_rule_names_may_be_the_last(tmp_path: Path, declared: str) -> None:
    rules = "rules: [{code: 409, when: $.title, state: failed}]"
    changes = [
        f"{POLLED} -> {POLLED}, {declared}: {REASON}",
        "message: $.error.message -> message: $.title",
        "failed: [failed]} -> failed: [failed]}\n        progress: {value: $.title}",
    ]
    ruled = [*changes[:2], f"{changes[2]}\n        {rules}"]
    assert told(load(tmp_path, changed(*ruled)), check_extensions) == []
    assert codes(load(tmp_path, changed(*changes)), check_extensions) == ["path-unresolved"] * 2
    # Without a status a rule speaks of answers that succeed.
    other = ruled[2].replace("code: 409, when", "code: 409, state: failed}, {when")
    assert codes(load(tmp_path, changed(*ruled[:2], other)), check_extensions) == [
        "path-unresolved"
    ]


RESULT = """  /v1/files/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: fetch
      responses:
        '200': {description: d, content: {KIND}}
        '422': REASON
components:
"""


def test_a_reason_may_stand_in_the_refusal_of_the_result(tmp_path: Path) -> None:
    fetch = RESULT.replace("REASON", REASON).replace("KIND", "audio/mpeg: {}")
    result = "result: {operationId: fetch, parameters: {id: $id}}"
    changes = [
        f"components:\n -> {fetch}",
        f"result: {{files: '$.output[*].url'}} -> {result}",
        "message: $.error.message -> message: [$.error.message, $.title]",
    ]
    assert told(load(tmp_path, changed(*changes)), check_extensions) == []
    text = changed(*changes).replace("$.title]", "$.titel]")
    assert codes(load(tmp_path, text), check_extensions) == ["path-unresolved"]
    # No path leads into a file.
    places = result.replace("}}", "}, value: $.a, files: [$.b, $.c]}")
    text = changed(changes[0], f"result: {{files: '$.output[*].url'}} -> {places}", changes[2])
    found_in = found(load(tmp_path, text), check_extensions)
    assert [one.code for one in found_in] == ["path-unresolved"] * 2
    assert all("is a file" in one.message for one in found_in)
    text = text.replace("audio/mpeg: {}", "audio/mpeg: {}, application/json: {}")
    assert told(load(tmp_path, text), check_extensions) == []


def test_a_fault_of_a_shared_life_cycle_names_the_submits_it_is_wrong_for(tmp_path: Path) -> None:
    head, _, rest = JOB.partition("      x-job:\n")
    body, _, tail = rest.partition("  /v1/videos/{id}:\n")
    reference = "      x-job: {$ref: '#/components/x-jobs/Usual'}\n"
    listed = "{description: d, content: {application/json: {schema: {type: array}}}}"
    other = (
        "  /v1/many:\n    post:\n      operationId: many\n      responses: "
        f"{{'200': {listed}}}\n{reference}"
    )
    shared = f"{head}{reference}{other}  /v1/videos/{{id}}:\n{tail}  x-jobs:\n    Usual:\n{body}"
    (only,) = found(load(tmp_path, shared), check_extensions)
    assert (only.code, only.at.pointer[-1]) == ("path-unresolved", "id")
    assert [at.pointer for _, at in only.related] == [("paths", "/v1/many", "post")]
    both = shared.replace("amount: $.cost", "amount: $.costs")
    cost = found(load(tmp_path, both), check_extensions)[0]
    assert [at.pointer[1] for _, at in cost.related] == ["/v1/videos", "/v1/many"]
