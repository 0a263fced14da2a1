"""The docs: what a document says is on its page, and pages hang together."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from tests.reading import (
    Pages,
    anchors,
    documented,
    fences,
    headings,
    operation,
    outside,
    pages_of,
)
from tests.weaving import GENERATED, SPEC

from specloom.model.types import Enumeration
from specloom.pipeline import read_api

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.model.api import Api


@cache
def wan26() -> tuple[Api, Pages]:
    read = read_api(SPEC, package="wan26", strict=True)
    assert read.api is not None, read.findings
    return read.api, pages_of(read.api)


# ------------------------------------------------------------------ what the model holds is told


def test_every_argument_has_a_section_with_its_default_and_its_place() -> None:
    api, pages = wan26()
    page = pages["videos.md"]
    for one in api.operation("videos.submit").signature.arguments:
        section = page.partition(f"#### `{one.name}`\n")[2].partition("\n#")[0]
        assert section, one.name
        assert f"`/{'/'.join(one.path)}`" in section
        if isinstance(one.default, str | int) and not one.required:
            written = one.default if isinstance(one.default, str) else json.dumps(one.default)
            assert f"the server takes `{written}`" in section


def test_the_range_of_a_number_is_told() -> None:
    _, pages = wan26()
    assert "| `duration` | `int` | 2 to 15 | `5` |" in pages["videos.md"]


def test_every_value_of_an_enumeration_stands_with_its_name_and_description() -> None:
    api, pages = wan26()
    for declared in api.types:
        if isinstance(declared, Enumeration):
            for member in declared.members:
                row = f"| `{member.name}` | `{member.value}` | {member.doc}"
                assert row.rstrip() in pages["reference.md"], member


def test_a_size_stands_with_its_ratio_and_its_price_tier() -> None:
    _, pages = wan26()
    assert "| `1280*720` | `Size.LANDSCAPE_720P` | 16:9 | 720P |" in pages["videos.md"]
    assert "| 1080P | `1920*1080` (16:9)," in pages["README.md"]


def test_only_what_decides_the_price_is_said_to_have_an_effect_on_it() -> None:
    api, pages = wan26()
    effects = {}
    for one in api.operation("videos.submit").signature.arguments:
        section = pages["videos.md"].partition(f"#### `{one.name}`\n")[2].partition("\n#")[0]
        effects[one.name] = "- Price: no effect" not in section
    assert {name for name, has in effects.items() if has} == {"size", "duration"}


def test_what_is_bought_when_the_size_is_left_out_is_told() -> None:
    _, pages = wan26()
    assert "Left out, `size` is `1920*1080`, which is tier **1080P**" in pages["README.md"]


def test_every_error_code_has_a_section_and_stands_in_the_tables() -> None:
    api, pages = wan26()
    for one in api.error_codes:
        section = pages["errors.md"].partition(f"### `{one.code}` `{one.class_name}`\n")[2]
        section = section.partition("\n#")[0]
        assert "What to do:" in section, one.code
        assert f"kind `{one.kind}`" in section
        assert one.message[1:] in section.replace("\\", "")
        assert f"| `{one.class_name}` |" in pages["reference.md"]


def test_a_server_s_failure_is_not_said_to_be_free_to_try_again() -> None:
    _, pages = wan26()
    section = pages["errors.md"].partition("### `001026095`")[2].partition("\n#")[0]
    assert "a new job" in section
    section = pages["errors.md"].partition("### `001026001`")[2].partition("\n#")[0]
    assert "Trying again can help: no" in section


def test_rules_and_advice_stand_with_the_call_that_they_bind() -> None:
    api, pages = wan26()
    page = pages["videos.md"]
    submit = page.partition("## `client.videos.submit`")[2].partition("\n## ")[0]
    ruled = [one.code for one in api.error_codes if one.rule]
    assert len(ruled) == 3
    for one in ruled:
        assert f"[`{one}`](errors.md#" in submit
        assert page.count(f"[`{one}`]") == submit.count(f"[`{one}`]")
    for advice in api.operation("videos.submit").advice:
        assert advice.message in submit.replace("\\", "")


def test_every_word_of_a_state_stands_with_what_the_client_does() -> None:
    api, pages = wan26()
    job = api.operation("videos.submit").job
    assert job is not None
    for page in ("README.md", "videos.md"):
        for state, said in job.states.items():
            for word in said:
                assert re.search(
                    rf"^\| `{word}` \| `{state}` \| .+ \| .+ \|$", pages[page], re.MULTILINE
                )
        assert "any other word" in pages[page]


def test_every_assumption_is_listed_with_its_value() -> None:
    api, pages = wan26()
    page = pages["assumptions.md"]
    assert api.assumptions
    for one in api.assumptions:
        if not one.key:
            assert f"| `/{'/'.join(map(str, one.at.pointer))}` | {one.why} |" in page
            continue
        given = one.value.items() if isinstance(one.value, dict) else [("", one.value)]
        for part, value in given:
            key = f"{one.key}.{part}" if part else one.key
            first = value[0] if isinstance(value, list | tuple) else value
            first = json.dumps(first) if isinstance(first, dict) else first
            assert re.search(
                rf"^\| `{re.escape(key)}` \| `{re.escape(str(first))}`", page, re.MULTILINE
            ), key


def test_a_signature_is_that_of_the_woven_method_and_the_table_agrees() -> None:
    api, pages = wan26()
    module = ast.parse((GENERATED / "client/wan26/resources/videos.py").read_text("utf-8"))
    (submit,) = (
        node
        for part in module.body
        if isinstance(part, ast.ClassDef) and part.name == "Videos"
        for node in part.body
        if isinstance(node, ast.FunctionDef) and node.name == "submit"
    )
    written = {one.arg: ast.unparse(one.annotation or one) for one in submit.args.kwonlyargs}
    shown = pages["videos.md"].partition("\nclient.videos.submit(\n")[2].partition("\n)")[0]
    lines = re.findall(r"^    (\w+): (.+?)(?: = UNSET)?,$", shown, re.MULTILINE)
    assert dict(lines) == written
    assert "Sequence[str] | UnsetType" in written.values()
    for one in api.operation("videos.submit").signature.arguments:
        section = pages["videos.md"].partition(f"#### `{one.name}`\n")[2].partition("\n#")[0]
        found = re.search(r"^- Type: (`.+`)$", section, re.MULTILINE)
        assert found is not None
        in_table = found[1].replace("|", "\\|")
        assert f"| `{one.name}` | {in_table} |" in pages["videos.md"]
        assert written[one.name].replace(" | UnsetType", "") == found[1].strip("`")


def test_reasons_that_many_share_are_tied_to_what_they_are_given_for() -> None:
    _, pages = wan26()
    page = pages["assumptions.md"]
    first, second = re.findall(r"^(\d)\. `(\w+)`: ", page, re.MULTILINE)
    assert (first, second) == (("1", "kind"), ("2", "status"))
    for number, field in (first, second):
        rows = re.findall(rf"^\| `errors\.\d+\.{field}` \| .+ \| (.+) \|$", page, re.MULTILINE)
        assert rows == [f"see ({number})"] * 8


def test_a_reason_stands_by_itself() -> None:
    api, _ = wan26()
    assert [one.why for one in api.assumptions if one.why.startswith("As ")] == []


def test_what_the_page_does_not_say_of_a_life_cycle_is_listed() -> None:
    api, pages = wan26()
    rows = pages["assumptions.md"]
    assert "| `job.rules` |" in rows
    assert "| `/components/responses/Error` |" in rows
    assert {one.status for one in api.operation("videos.submit").answers if one.assumed} == {
        "4XX",
        "5XX",
    }


def test_an_effect_that_nobody_knows_is_told_as_such() -> None:
    _, pages = wan26()
    (row,) = (line for line in pages["videos.md"].splitlines() if "audio is left out" in line)
    assert row.endswith("| The vendor does not say what happens. |")


def test_every_reason_of_an_assumption_is_told() -> None:
    api, pages = wan26()
    told = pages["assumptions.md"].replace("\\", "")
    assert [one.key for one in api.assumptions if one.why not in told] == []


def test_every_field_of_an_answer_stands_with_its_path() -> None:
    _, pages = wan26()
    for path in (
        "error.code",
        "output[].content[].url",
        "usage.cost",
        "usage.discount",
        "metadata",
    ):
        assert f"| `{path}` |" in pages["videos.md"]


def test_every_model_has_a_section_in_the_reference() -> None:
    api, pages = wan26()
    found = set(headings(pages["reference.md"]))
    assert {f"`models.{one.name}`" for one in api.types} <= found


# ------------------------------------------------------------------ pages hang together


def test_links_lead_to_pages_and_headings_that_are_there() -> None:
    _, pages = wan26()
    links = [
        (page, target)
        for page, content in pages.items()
        for target in re.findall(r"\]\(([^)\s]+)\)", outside(content))
    ]
    assert len(links) > 30
    for page, target in links:
        if not target.startswith(("http://", "https://", "mailto:")):
            name, _, anchor = target.partition("#")
            assert (name or page) in pages, f"{page}: {target}"
            assert not anchor or anchor in anchors(pages[name or page]), f"{page}: {target}"


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    _, pages = wan26()
    for page, content in pages.items():
        for block in re.findall(r"(?:^\|.*\|$\n?)+", content, re.MULTILINE):
            counts = {len(re.split(r"(?<!\\)\|", row)) for row in block.strip().split("\n")}
            assert len(counts) == 1, f"{page}: {block}"


def test_the_examples_of_a_plain_document_are_python_too(tmp_path: Path) -> None:
    pages = documented(PLAIN, tmp_path)
    blocks = [
        content
        for page in pages.values()
        for language, content in fences(page)
        if language == "python"
    ]
    assert len(blocks) == 3
    for block in blocks:
        compile(block, "example", "exec")
    assert 'client.pets.get(\n        id="p-1",\n    )' in blocks[0]


def test_the_same_model_gives_the_same_pages() -> None:
    api, pages = wan26()
    assert pages_of(api) == pages


# ------------------------------------------------------------------ plain documents

PLAIN: dict[str, Any] = {
    "paths": {
        "/pets/{id}": {
            "get": operation(
                "getPet",
                tags=["pets"],
                parameters=[
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "example": "p-1",
                    }
                ],
            )
        },
        "/shops": {"get": operation("listShops", tags=["shops"])},
        "/vets": {"get": operation("listVets", tags=["vets"])},
    }
}


def test_three_resources_have_a_page_each(tmp_path: Path) -> None:
    pages = documented(PLAIN, tmp_path)
    assert set(pages) == {
        *("README.md", "quickstart.md", "errors.md", "reference.md"),
        *("pets.md", "shops.md", "vets.md"),
    }


def test_a_plain_document_is_not_told_of_jobs_prices_codes_or_assumptions(tmp_path: Path) -> None:
    pages = documented(PLAIN, tmp_path)
    everything = "\n".join(pages.values())
    for word in (
        "JobFailedError",
        "SubmitUncertainError",
        "estimate",
        "submit",
        "ssumption",
        "vendor's codes",
        "billed",
    ):
        assert word not in everything, word


@pytest.mark.parametrize("document", [PLAIN, {"paths": {}}], ids=["plain", "empty"])
def test_no_section_is_empty(document: dict[str, Any], tmp_path: Path) -> None:
    made = documented(document, tmp_path)
    for name, page in [*wan26()[1].items(), *made.items()]:
        levels = [
            (len(found[1]), found[2])
            for found in re.finditer(r"^(#+) (.*)$", outside(page), re.MULTILINE)
        ]
        assert levels, name
        for found in re.finditer(r"^(#+) .*\n\n(#+) ", outside(page), re.MULTILINE):
            assert len(found[2]) > len(found[1]), f"{name}: {found.group()}"
        assert "\n\n\n" not in re.sub(
            r"^```.*?^```$", "x", page, flags=re.MULTILINE | re.DOTALL
        ), name


def test_a_resource_that_is_named_like_a_page_of_ours_has_its_own(tmp_path: Path) -> None:
    document = {"paths": {"/errors": {"get": operation("listErrors", tags=["errors"])}}}
    pages = documented(document, tmp_path)
    assert "`client.errors`" in pages["resource-errors.md"]
    assert "HTTP status" in pages["errors.md"]
    assert "(resource-errors.md)" in pages["README.md"]


def test_an_enumeration_in_a_list_is_listed_too(tmp_path: Path) -> None:
    kinds = {"type": "array", "items": {"type": "string", "enum": ["cat", "dog"]}}
    call = operation("findPets", tags=["pets"])
    call["parameters"] = [{"name": "kinds", "in": "query", "schema": kinds}]
    page = documented({"paths": {"/pets": {"get": call}}}, tmp_path)["pets.md"]
    assert "| `cat` |" in page
    assert "query parameter `kinds`" in page
