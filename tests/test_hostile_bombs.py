"""Bombs: whatever is small to write and large to read ends by itself, in a process with bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Weaves without the validator, whose process and deadline have tests of their own, and without black.
CHILD = """
import sys
if sys.platform != "win32":
    import resource
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (3 * 1024**3, hard))
from specloom import cli, pipeline
from specloom.targets.client import render
pipeline.Validation.tell = lambda validation, report: None
pipeline.Validation.__init__ = lambda validation, *_: None
render.laid_out = str
sys.exit(cli.main(["generate", sys.argv[1], "--out", sys.argv[2], "--package", "bomb"]))
"""
# Far more than any of them takes; only what never ends meets it.
SECONDS = 240
HEAD = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}
YAML = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"


def ref(number: int) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/S{number}"}


def document(schemas: dict[str, Any]) -> str:
    content = {"application/json": {"schema": ref(0)}}
    operation = {
        "requestBody": {"content": content},
        "responses": {"200": {"description": "d", "content": content}},
    }
    return json.dumps(
        {**HEAD, "paths": {"/a": {"post": operation}}, "components": {"schemas": schemas}}
    )


def chain(count: int, link: Callable[[dict[str, str]], dict[str, Any]]) -> str:
    """A type that leads to a type, and so on."""
    schemas: dict[str, Any] = {f"S{one}": link(ref(one + 1)) for one in range(count)}
    return document({**schemas, f"S{count}": {"type": "object", "properties": {"a": {}}}})


def of_one(schema: dict[str, Any]) -> str:
    return document({"S0": schema})


def of_path(path: str, operation_id: str) -> str:
    operation = {"operationId": operation_id, "responses": {"200": {"description": "d"}}}
    return json.dumps({**HEAD, "paths": {path: {"get": operation}}})


def described(text: str) -> str:
    """A document that says the same of everything that a docstring or a page speaks of."""
    content = {"application/json": {"schema": {"description": text, "properties": {"a": {}}}}}
    parameter = {"name": "p", "in": "query", "schema": {}, "description": text}
    operation = {
        "summary": text,
        "description": text,
        "parameters": [parameter],
        "requestBody": {"description": text, "content": content},
        "responses": {"200": {"description": text, "content": content}},
    }
    info = {"title": "t", "version": "1", "summary": text, "description": text}
    return json.dumps({**HEAD, "info": info, "paths": {"/a": {"post": operation}}})


def nested(keyword: str, inner: str, depth: int) -> str:
    """Text, since what is this deep cannot be written by a writer of JSON."""
    before, after = inner.split("?")
    schema = f'{{"{keyword}": {before}' * depth + "{}" + f"{after}}}" * depth
    return of_one({}).replace('"S0": {}', f'"S0": {schema}')


BOMBS: dict[str, tuple[str, int, str]] = {
    "a_chain_of_references": (chain(2_000, dict), 0, "dangling-reference"),
    "a_chain_of_properties": (chain(500, lambda to: {"properties": {"a": to}}), 0, ""),
    "a_chain_of_items": (chain(500, lambda to: {"type": "array", "items": to}), 0, ""),
    "a_fan_of_properties": (
        chain(30, lambda to: {"properties": {"a": to, "b": to}, "required": ["a"]}),
        0,
        "",
    ),
    "a_fan_of_items": (chain(30, lambda to: {"type": "array", "prefixItems": [to, to]}), 0, ""),
    "a_fan_of_all_of": (chain(30, lambda to: {"allOf": [to, to]}), 0, ""),
    "a_fan_of_one_of": (chain(30, lambda to: {"oneOf": [to, to]}), 0, ""),
    "all_of_many_choices": (
        of_one(
            {
                "allOf": [
                    {
                        "oneOf": [
                            {"type": "object", "properties": {f"a{one}_{other}": {}}}
                            for other in range(8)
                        ]
                    }
                    for one in range(12)
                ]
            }
        ),
        0,
        "",
    ),
    "a_large_enum": (of_one({"enum": [f"v{one}" for one in range(20_000)]}), 0, ""),
    "an_enum_without_letters": (of_one({"enum": ["!" * one for one in range(1_000)]}), 0, ""),
    "many_properties": (of_one({"properties": {f"p{one}": {} for one in range(5_000)}}), 0, ""),
    "a_long_description": (
        of_one({"description": "*_`[(<" * 50_000, "properties": {"a": {}}}),
        0,
        "",
    ),
    **{
        f"a_description_of_{name}": (described(text), 0, "")
        for name, text in {
            "spaces": f"<{' ' * 100_000}.",
            "lines": f"a{chr(10) * 100_000}<b",
            "opened_links": "[" * 100_000,
            "a_link_to_spaces": f"[a]({' ' * 100_000}<",
            "a_link_to_nowhere": "[a](" * 25_000,
            "a_title_without_end": f"[a](b{' ' * 50_000}'{' ' * 50_000}",
            "stars": "*" * 100_000,
            "stars_and_spaces": "* " * 50_000,
            "ticks": "a`" * 50_000,
            "runs_of_ticks": " ".join("`" * one for one in range(1, 450)),
            "opened_tags": "<a " * 33_000,
            "opened_breaks": "<br " * 25_000,
            "underscores": "_" * 100_000,
            "a_rule": f"-{' ' * 100_000}x",
            "a_table": "|" * 100_000,
            "stops": ". a" * 33_000,
            "entities": "&#" * 50_000,
            "a_heading": f"# a{' ' * 100_000}b",
            "a_fence": f"```{'a' * 100_000}`",
            "a_head_without_a_table": f"a|\n{' ' * 100_000}x|",
        }.items()
    },
    "an_id_that_may_spell_its_path_in_many_ways": (
        of_path("/{id}" * 20, f"get{'_id' * 14}_zz"),
        0,
        "",
    ),
    "a_long_name": (of_one({"properties": {"nN-" * 300_000: {"enum": ["e" * 300_000]}}}), 0, ""),
    **{
        f"deep_{keyword}": (nested(keyword, inner, 10_000), 2, "too-deep")
        for keyword, inner in (
            ("items", "?"),
            ("allOf", "[?]"),
            ("oneOf", "[?]"),
            ("properties", '{"a": ?}'),
            ("additionalProperties", "?"),
        )
    },
}


def weave(text: str, folder: Path, name: str = "bomb.json") -> subprocess.CompletedProcess[str]:
    path = folder / name
    path.write_text(text, "utf-8")
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(folder / "out")],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_by_itself(name: str, tmp_path: Path) -> None:
    text, status, code = BOMBS[name]
    done = weave(text, tmp_path)
    assert done.returncode == status, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert code in done.stderr


MERGES = "x:\n  a0: &a0 {k: 1}\n" + "".join(
    f"  a{one}: &a{one} {{<<: [{', '.join([f'*a{one - 1}'] * 10)}]}}\n" for one in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (YAML + MERGES, 0),
        (f"%YAML 1.1\n---\n{YAML}x: {{yes: no, 2001-01-01: 2001-01-01, &k a: *k}}\n", 0),
        (f"\ufeff{YAML}".replace("\n", "\r\n"), 0),
        (YAML.replace("\n", "\r"), 0),
        (f"{YAML}x: [.nan, -.inf, 1e999, -0, 0x{'f' * 9_000}, 0o17, 1_000, 190:20:30]\n", 0),
        (f"{YAML}---\n{YAML}", 2),
        (f"{YAML}x: !!python/object/apply:os.system ['exit 1']\n", 2),
        (f"{YAML}x: !!set {{a, b}}\n", 2),
        (f"{YAML}x: {{? [a] : b}}\n", 2),
        (f"{YAML}x: '\0'\n", 2),
        (f'{YAML}x: "\\ud800"\n', 2),
    ],
)
def test_odd_yaml_has_a_clear_outcome(text: str, status: int, tmp_path: Path) -> None:
    done = weave(text, tmp_path, "odd.yaml")
    assert done.returncode == status, done.stderr[-2000:]
    assert "Traceback" not in done.stderr


NUMBERS = """\
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
      responses: {'200': {description: d}}
components:
  schemas:
    A:
      type: object
      properties:
        a: {type: number, default: .inf, minimum: -.inf, maximum: .nan}
        b: {enum: [.nan, 1e999]}
        c: {const: -.inf}
        d: {minLength: 1e999}
        e: {type: string, maxLength: HUGE}
""".replace("HUGE", str(10**400))


def test_numbers_without_end_do_not_stop_the_weaving(tmp_path: Path) -> None:
    done = weave(NUMBERS, tmp_path, "numbers.yaml")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    (rules,) = (tmp_path / "out").rglob("_schemas.json")

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    json.loads(rules.read_text("utf-8"), parse_constant=refuse)
