"""A job's life cycle, its price and its signature: what is wrong with them, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.checking import codes, found, load, told

from specloom.diagnostics import Report
from specloom.openapi.extensions import check_extensions
from specloom.source.references import Documents

JOB = """\
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /v1/videos:
    post:
      operationId: submit
      parameters: [{name: region, in: query, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses: {'202': {$ref: '#/components/responses/Task'}}
      x-job:
        id: $.id
        poll: {operationId: look, parameters: {id: $id}}
        status: $.status
        states: {running: [busy], succeeded: [done], failed: [failed]}
        result: {files: '$.output[*].url'}
        error: {code: $.error.code, message: $.error.message}
        cost: {amount: $.cost, currency: USD}
  /v1/videos/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: look
      responses: {'200': {$ref: '#/components/responses/Task'}}
    delete:
      operationId: remove
      responses: {'204': {description: d}}
components:
  responses:
    Task:
      description: d
      content: {application/json: {schema: {$ref: '#/components/schemas/Task'}}}
  schemas:
    Order:
      type: object
      properties:
        prompt: {type: string}
        size: {type: string, enum: [small, large]}
        seconds: {type: integer}
        input: {type: object, properties: {prompt: {type: string}, image-url: {type: string}}}
        extra: {type: object, properties: {image_url: {type: string}, note: {type: string}}}
    Task:
      allOf:
        - type: object
          properties:
            id: {type: string}
            status: {$ref: '#/components/schemas/Status'}
        - properties:
            output: {type: array, items: {oneOf: [{$ref: '#/components/schemas/File'}, {type: 'null'}]}}
            error: {properties: {code: {type: string}, message: {type: string}}}
            cost: {type: string}
            counts: {type: object, additionalProperties: {type: integer}}
            pair: {prefixItems: [{type: string}, {type: object, properties: {url: {type: string}}}]}
            text: {type: string, contentMediaType: application/json, contentSchema: {properties: {url: {type: string}}}}
            anything: {type: object}
            finished: {type: boolean}
    Status: {type: string, enum: [busy, done, failed]}
    File: {type: object, properties: {url: {type: string}, kind: {enum: [video, image]}}}
"""


def changed(*changes: str) -> str:
    """JOB with lines changed: `old -> new`; the old text must stand in it once."""
    text = JOB
    for change in changes:
        old, new = change.split(" -> ")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the document"
        text = text.replace(old, new)
    return text


def test_a_sound_life_cycle_has_no_findings(tmp_path: Path) -> None:
    assert told(load(tmp_path, JOB), check_extensions) == []


@pytest.mark.parametrize(
    ("change", "place", "code", "words"),
    [
        ("poll: {operationId: look -> pol: {operationId: look", "12:9", "extension-key", "`poll`?"),
        (
            "parameters: {id: $id}} -> parameters: {id: $id}, intervall: 3}",
            "12:58",
            "extension-key",
            "`interval`?",
        ),
        ("succeeded: [done] -> suceeded: [done]", "14:35", "extension-key", "`succeeded`?"),
        ("id: $.id\n -> id: id\n", "11:13", "extension-value", "begins with `$`"),
        ("operationId: look, -> operationId: looks,", "12:29", "unknown-operation", "`look`?"),
        ("operationId: look, -> operationRef: '#/paths/~1v1',", "12:30", "unknown-operation", "~1"),
        ("parameters: {id: $id} -> parameters: {ids: $id}", "12:48", "unknown-parameter", "`id`?"),
        (
            "parameters: {id: $id} -> parameters: {id: $ident}",
            "12:52",
            "unknown-source",
            "JSONPath",
        ),
        (", parameters: {id: $id} -> ", "12:9", "unbound-parameter", "{id: $id}"),
        ("parameters: {id: $id} -> parameters: {id: $.ids}", "12:52", "path-unresolved", "`id`?"),
        (
            "parameters: {id: $id} -> parameters: {id: $request.query.regin}",
            "12:52",
            "unknown-parameter",
            "`region`?",
        ),
        (
            "parameters: {id: $id} -> parameters: {id: '$request.body#/input/promt'}",
            "12:52",
            "unknown-parameter",
            "`prompt`?",
        ),
        ("id: $.id\n -> progress: {value: $.cost}\n", "12:52", "job-without-id", "id: $.id"),
        (
            "parameters: {id: $id}} -> parameters: {id: $id}, requestBody: {of: [{id: $.ids}]}}",
            "12:82",
            "path-unresolved",
            "`id`?",
        ),
        (
            "operationId: look, parameters: {id: $id} -> url: $.output",
            "12:21",
            "path-type",
            "",
        ),
        (
            "states: {running: [busy], succeeded: [done], failed: [failed]} -> rules: [{code: 202, state: running}]",
            "10:7",
            "job-without-success",
            "`states: {succeeded: [...]}`",
        ),
        (
            "succeeded: [done], failed: [failed]} -> failed: [done, failed]}",
            "10:7",
            "job-without-success",
            "a rule with `state: succeeded`",
        ),
        (
            "currency: USD} -> currency: USD}\n        list: {operationId: look, ids: $.id, parameters: {id: $id}}",
            "18:63",
            "list-source",
            "by its name",
        ),
        ("{id: $id}} -> {id: $id}, timeout: 3}", "12:67", "poll-interval", "seconds"),
        ("status: $.status -> status: $.state", "13:17", "path-unresolved", "`status`?"),
        ("status: $.status -> status: $.output", "13:17", "path-type", ""),
        ("status: $.status -> status: $.[status", "13:17", "path-syntax", "RFC 9535"),
        ("running: [busy] -> running: []", "14:27", "extension-value", ""),
        ("running: [busy], -> ", "14:9", "state-missing", "every word"),
        ("running: [busy] -> running: [busy, done]", "14:53", "state-twice", "one state"),
        ("'$.output[*].url' -> '$.output[*].urls'", "15:25", "path-unresolved", "`url`?"),
        ("'$.output[*].url' -> '$.output[*]'", "15:25", "path-type", ""),
        (
            "code: $.error.code -> code: $.error.nr",
            "16:23",
            "path-unresolved",
            "`code` and `message`",
        ),
        ("amount: $.cost -> amount: $.output", "17:24", "path-type", ""),
        (
            "currency: USD -> currency: USD, discont: $.cost",
            "17:47",
            "extension-key",
            "`discount`?",
        ),
    ],
)
def test_a_faulty_life_cycle_is_an_error_with_its_place(
    tmp_path: Path, change: str, place: str, code: str, words: str
) -> None:
    documents = load(tmp_path, changed(change))
    errors = [one for one in found(documents, check_extensions) if one.severity == "error"]
    first = next(one for one in errors if one.code == code)
    lines = told(documents, check_extensions)
    assert f"{place}: error[{code}]: {first.message}" in lines, "\n".join(lines)
    assert words in first.hint


TASK = "{'200': {$ref: '#/components/responses/Task'}}"


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ("succeeded: [done] -> succeeded: [done, ok]", "14:53", "state-word"),
        (
            "result: {files: '$.output[*].url'} -> result: {value: $.anything.here}",
            "15:25",
            "path-unchecked",
        ),
        (
            "currency: USD} -> currency: USD}\n        cancel: {operationId: remove, parameters: {id: $id}}",
            "18:9",
            "cancel-deletes",
        ),
        (
            "status: $.status -> status: \"$.output[?@.kind == 'vide'].url\"",
            "13:17",
            "path-word",
        ),
        ("'$.output[*].url' -> '$..nothing'", "15:25", "path-unchecked"),
        (
            (
                "status: $.status\n        states: {running: [busy], succeeded: [done], failed: "
                "[failed]} -> states: {succeeded: [done]}\n"
                "        rules: [{code: 200, state: succeeded}]"
            ),
            "13:9",
            "states-unread",
        ),
        (
            (
                "currency: USD} -> currency: USD}\n"
                "        cancel: {operationId: look, parameters: {id: $id}, requestBody: {price: $5}}"
            ),
            "18:60",
            "unexpected-body",
        ),
        (
            (
                "currency: USD} -> currency: USD}\n"
                "        cancel: {operationId: stop, parameters: {id: $id}}\n  /v1/videos/{id}/stop:\n"
                "    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
                "    post:\n      operationId: stop\n"
                "      requestBody: {required: true, content: {application/json: {schema: {}}}}\n"
                "      responses: {'204': {description: d}}"
            ),
            "18:9",
            "unbound-body",
        ),
        (
            f"look\n      responses: {TASK} -> look\n      responses: {{'200': {{description: d}}}}",
            "12:9",
            "answer-undescribed",
        ),
        (
            "result: {files: '$.output[*].url'} -> result: {operationId: remove, parameters: {id: $id}}",
            "15:9",
            "answer-undescribed",
        ),
        (
            "currency: USD} -> currency: USD}\n        idempotency: {key: $request.header.X-Onse}",
            "18:28",
            "unknown-parameter",
        ),
    ],
)
def test_what_may_be_right_is_a_warning(tmp_path: Path, change: str, place: str, code: str) -> None:
    lines = told(load(tmp_path, changed(change)), check_extensions)
    assert any(line.startswith(f"{place}: warning[{code}]") for line in lines), "\n".join(lines)
    assert not any(": error[" in line for line in lines), "\n".join(lines)


@pytest.mark.parametrize(
    "path",
    [
        "$.output[0].url",
        "$.output[-1].url",
        "$.output[0:2].url",
        "$.output[?@.kind == 'video'].url",
        "$.output[?@.kind == 'video' && @.url].url",
        "$.output[?$.status == 'done'].url",
        "$..url",
        "$.pair[1].url",
        "$.pair[0]",
        "$.text.url",
        "$['output'][*]['url', 'kind']",
    ],
)
def test_a_path_is_followed_through_every_kind_of_schema(tmp_path: Path, path: str) -> None:
    text = changed(f"'$.output[*].url' -> \"{path}\"")
    assert told(load(tmp_path, text), check_extensions) == []


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("$.output.url", "url"),
        ("$.output[0].name", "name"),
        ("$.id[0]", "[0]"),
        ("$.id.x", "x"),
        ("$.id[*]", "[*]"),
        ("$.output[?@.size == 3].url", "size"),
        ("$.output[?$.state].url", "state"),
        ("$.counts.some.more", "more"),
        ("$.pair[1].uri", "uri"),
    ],
)
def test_a_path_that_leads_nowhere_is_told_with_the_step(
    tmp_path: Path, path: str, step: str
) -> None:
    text = changed(f"'$.output[*].url' -> \"{path}\"")
    (only,) = found(load(tmp_path, text), check_extensions)
    assert (only.severity, only.code) == ("error", "path-unresolved")
    assert f"`{step}`" in only.message


def test_a_poll_that_tells_by_its_status_needs_no_schema(tmp_path: Path) -> None:
    head, _, rest = JOB.partition("        status: $.status")
    _, _, tail = rest.partition("  /v1/videos/{id}:")
    life = "        rules: [{code: 202, state: running}, {code: 200, state: succeeded}]\n"
    file = (
        "{'200': {description: d, content: {audio/mpeg: {schema: {type: string, format: binary}}}}}"
    )
    result = "        result: {operationId: look, parameters: {id: $id}}\n"
    tail = tail.replace(f"look\n      responses: {TASK}", f"look\n      responses: {file}")
    text = f"{head}{life}{result}  /v1/videos/{{id}}:{tail}"
    assert told(load(tmp_path, text), check_extensions) == []


def test_a_circle_of_schemas_is_followed_once(tmp_path: Path) -> None:
    file = "File: {type: object, properties: {url: {type: string}, "
    circle = f"{file}inner: {{$ref: '#/components/schemas/File'}}, "
    text = changed(f"{file} -> {circle}", "'$.output[*].url' -> '$..inner.inner.url'")
    assert told(load(tmp_path, text), check_extensions) == []


def test_success_may_be_what_a_rule_says_alone(tmp_path: Path) -> None:
    rule = "rules: [{when: $.finished, state: succeeded}]"
    text = changed("succeeded: [done], failed: [failed]} -> failed: [done, failed]}")
    text = text.replace("        status: $.status\n", f"        status: $.status\n        {rule}\n")
    assert told(load(tmp_path, text), check_extensions) == []


def test_an_open_status_needs_no_words(tmp_path: Path) -> None:
    text = changed(
        "Status: {type: string, enum: [busy, done, failed]} -> Status: {type: string}",
        "succeeded: [done] -> succeeded: [done, ok]",
    )
    assert told(load(tmp_path, text), check_extensions) == []


ELSEWHERE = (
    "responses: {'202': {$ref: '#/components/responses/Task'}} -> responses: {'202': {description: d, "
    "content: {application/json: {schema: {properties: {id: {type: string}, "
    "task: {properties: {status: {enum: [taken, done]}}}, error: {type: object}}}}}}}"
)
LISTED = "status: $.status -> status: [$.status, $.task.status]"


def test_a_submit_may_tell_the_state_at_a_place_of_its_own(tmp_path: Path) -> None:
    text = changed(ELSEWHERE, LISTED, "running: [busy] -> running: [busy, taken]")
    assert told(load(tmp_path, text), check_extensions) == []
    # Its words stand in the states as those of the poll do.
    (only,) = found(load(tmp_path, changed(ELSEWHERE, LISTED)), check_extensions)
    assert (only.code, "`taken`" in only.message) == ("state-missing", True)


def test_what_a_refusal_says_of_a_known_key_is_followed_there(tmp_path: Path) -> None:
    refusal = (
        "'409': {description: d, content: {application/json: {schema: {properties: {code: "
        "{enum: [reused, busy]}}}}}}"
    )
    task = "'202': {$ref: '#/components/responses/Task'}"
    for path, expected in (
        ("$[?@ == 'reused']", []),
        ("$[?$.code == 'reuse']", ["path-word"]),
        ("$.codes", ["path-unresolved"]),
        ("$.[", ["path-syntax"]),
    ):
        known = f'idempotency: {{key: "$request.body#/prompt", known: "{path}"}}'
        text = changed(
            f"responses: {{{task}}} -> responses: {{{task}, {refusal}}}",
            f"currency: USD}} -> currency: USD}}\n        {known}",
        )
        assert codes(load(tmp_path, text), check_extensions) == expected, path


def test_a_state_that_no_poll_tells_is_an_error(tmp_path: Path) -> None:
    for status in ("$.task.status", "[$.task.status, $.nowhere]"):
        text = changed(ELSEWHERE, f"status: $.status -> status: {status}")
        first = found(load(tmp_path, text), check_extensions)[0]
        assert (first.code, "`task`" in first.message) == ("path-unresolved", True)
    text = changed(ELSEWHERE, "status: $.status -> status: [$.status, $.nowhere]")
    (only,) = found(load(tmp_path, text), check_extensions)
    assert (only.code, "`nowhere`" in only.message) == ("path-unresolved", True)


def test_a_word_of_the_submit_alone_is_no_stray_one(tmp_path: Path) -> None:
    text = changed(
        ELSEWHERE.replace(
            "task: {properties: {status: {enum: [taken, done]}}}", "status: {enum: [taken]}"
        ),
        "running: [busy] -> running: [busy, taken]",
    )
    assert told(load(tmp_path, text), check_extensions) == []


def test_a_boolean_status_has_two_words(tmp_path: Path) -> None:
    states = "{running: [busy], succeeded: [done], failed: [failed]}"
    text = changed("status: $.status -> status: $.finished", f"{states} -> {{succeeded: [true]}}")
    (only,) = found(load(tmp_path, text), check_extensions)
    assert only.code == "state-missing"
    assert "`False`" in only.message


def test_a_shared_life_cycle_is_completed_by_the_keys_beside_it(tmp_path: Path) -> None:
    head, _, rest = JOB.partition("      x-job:\n")
    body, _, tail = rest.partition("  /v1/videos/{id}:\n")
    shared = (
        f"{head}      x-job:\n        $ref: '#/components/x-jobs/Usual'\n        status: $.state\n"
    )
    shared += f"  /v1/videos/{{id}}:\n{tail}  x-jobs:\n    Usual:\n{body}"
    documents = load(tmp_path, shared)
    assert [line.partition(" `")[0] for line in told(documents, check_extensions)] == [
        "12:17: error[path-unresolved]:"
    ]
    broken = shared.replace("x-jobs/Usual", "x-jobs/Usuall")
    assert codes(load(tmp_path, broken), check_extensions) == ["job-reference"]


PRICE = """
      x-price:
        per: second
        quantity: $.seconds
        tier: {by: $.size, of: {small: S, large: L}}
        unit-prices: {S: '0.10'}
        currency: USD
"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("$.seconds", "$.second", "path-unresolved"),
        ("$.seconds", "$.prompt", "path-type"),
        ("$.size", "$.sise", "path-unresolved"),
        ("S: '0.10'", "M: '0.10'", "unknown-tier"),
        ("S: '0.10'", "S: a lot", "extension-value"),
        ("per: second", "for: second", "extension-key"),
        ("currency: USD", "currency: EUR", "currency"),
    ],
)
def test_a_price_must_be_calculable(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = JOB.replace("      x-job:\n", f"{PRICE.strip(chr(10))}\n      x-job:\n")
    assert codes(load(tmp_path, text), check_extensions) == []
    assert code in codes(load(tmp_path, text.replace(old, new, 1)), check_extensions)


def test_a_tier_for_a_word_that_is_not_listed_is_a_warning(tmp_path: Path) -> None:
    price = PRICE.strip("\n").replace("large: L", "large: L, huge: L")
    text = JOB.replace("      x-job:\n", f"{price}\n      x-job:\n")
    (only,) = found(load(tmp_path, text), check_extensions)
    assert (only.severity, only.code) == ("warning", "tier-word")


def test_a_value_without_a_tier_has_an_unknown_price_and_is_no_fault(tmp_path: Path) -> None:
    price = PRICE.strip("\n").replace("small: S, ", "")
    price = price.replace("S: '0.10'", "L: '0.10'")
    text = JOB.replace("      x-job:\n", f"{price}\n      x-job:\n")
    assert "small" not in price
    assert codes(load(tmp_path, text), check_extensions) == []


def test_a_price_without_a_body_cannot_be_calculated(tmp_path: Path) -> None:
    text = changed("operationId: look\n -> operationId: look\n      x-price: {per: call}\n")
    assert codes(load(tmp_path, text), check_extensions) == ["price-without-body"]


@pytest.mark.parametrize(
    ("flatten", "expected"),
    [
        ("[extra]", []),
        ("[inputs]", ["signature-unknown"]),
        ("[prompt]", ["signature-not-object"]),
        ("[input]", ["signature-collision"]),
        ("[input, extra]", ["signature-collision", "signature-collision"]),
        ("[]", ["extension-value"]),
        ("extra", ["extension-value"]),
    ],
)
def test_a_signature_has_no_name_twice(tmp_path: Path, flatten: str, expected: list[str]) -> None:
    text = changed(
        f"operationId: submit\n -> operationId: submit\n      x-signature: {{flatten: {flatten}}}\n"
    )
    documents = load(tmp_path, text)
    assert codes(documents, check_extensions) == expected
    for one in found(documents, check_extensions):
        assert one.code != "signature-collision" or one.related


def test_both_places_of_a_collision_are_shown(tmp_path: Path) -> None:
    text = changed(
        "operationId: submit\n -> operationId: submit\n      x-signature: {flatten: [input, extra]}\n"
    )
    documents = load(tmp_path, text)
    collision = found(documents, check_extensions)[1]
    places = [documents.span(collision.at), documents.span(collision.related[0][1])]
    assert [(span.line, span.column) for span in places if span] == [(40, 44), (39, 68)]


def test_fields_that_an_x_job_assumes_are_its_own(tmp_path: Path) -> None:
    text = changed(
        "id: $.id\n -> id: $.id\n        x-assumed: {poll.interval: why, states.succeeded: why}\n"
    )
    assert codes(load(tmp_path, text), check_extensions) == []
    text = text.replace("poll.interval", "poll.intervall")
    (only,) = found(load(tmp_path, text), check_extensions)
    assert (only.code, only.hint) == ("assumed-field", "did you mean `poll.interval`?")


def test_a_fault_in_one_field_of_a_life_cycle_hides_no_other(tmp_path: Path) -> None:
    text = Path("spec/wan26.yaml").read_text(encoding="utf-8")
    text = text.replace("running: [processing]", "running: []").replace(
        "code: $.error.code,", "code: $.eror.code,"
    )
    (tmp_path / "wan26.yaml").write_text(text, encoding="utf-8")
    report = Report()
    check_extensions(Documents.load(tmp_path / "wan26.yaml", report), report)

    messages = [finding.message for finding in report.diagnostics]
    assert any("at least 1 item" in message for message in messages)
    assert any("$.eror.code" in message for message in messages)
