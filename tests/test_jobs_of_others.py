"""Job APIs that others designed: their overlays, and woven clients against servers that were written by hand.

The clients are woven from small documents of the same shapes, and from the vendors' own where `SPECLOOM_JOB_DOCUMENTS`
names a folder that holds them.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from tests.jobs.listening import PNG
from tests.jobs.theatre import BIG, BROWSHOT, HERE, REPLICATE, TWILIO, Stage, Theatre, Vendor, got
from tests.weaving import ROOT

from specloom.diagnostics import Report
from specloom.source.overlay import read_actions
from specloom.source.reader import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OVERLAYS = sorted(HERE.glob("*.overlay.yaml"))
MOST_LINES = 25
PATIENCE = 0.1  # seconds; some polls
VENDORS = [REPLICATE, BROWSHOT, TWILIO]
SIZES = [
    "small",
    pytest.param(
        "big",
        marks=pytest.mark.skipif(
            not BIG, reason="SPECLOOM_JOB_DOCUMENTS names no folder of documents"
        ),
    ),
]

each_way = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
each_size = pytest.mark.parametrize("size", SIZES)
each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.word)


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    folder = tmp_path_factory.mktemp("jobs_of_others")
    sys.path.insert(0, str(folder))
    yield Theatre(folder)
    sys.path.remove(str(folder))


def jobs_within(value: Any) -> Iterator[dict[str, Any]]:
    """The life cycles in what an overlay lays over."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "x-job":
                yield member
            elif name == "x-jobs":
                yield from member.values()
            else:
                yield from jobs_within(member)


# --- the overlays


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.name)
def test_an_overlay_is_valid_and_short(path: Path) -> None:
    report = Report()
    overlay = read_document(path, report)
    assert overlay is not None
    actions = read_actions(overlay, report)
    assert not report.diagnostics
    assert actions
    assert None not in actions
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.name)
def test_its_life_cycles_are_as_the_schema_has_them(path: Path) -> None:
    schema = json.loads((ROOT / "spec" / "extensions.schema.json").read_text("utf-8"))
    check = Draft202012Validator({**schema, "$ref": "#/$defs/x-job", "properties": {}})
    overlay = read_document(path, Report())
    assert overlay is not None
    jobs = [job for action in overlay.value["actions"] for job in jobs_within(action.get("update"))]
    assert jobs
    for job in jobs:
        assert [error.message for error in check.iter_errors(job)] == []


# --- what all of them can


@each_way
@each_size
@each_vendor
def test_a_submit_makes_one_job_which_comes_to_its_result(
    theatre: Theatre, vendor: Vendor, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        told: list[Any] = []
        job = await stage.submit()
        result = await got(job.wait(on_update=told.append))
        assert stage.created == [job.id]
        assert [update.state for update in told][:2] == ["queued", "running"]
        assert told[-1].state == job.state == "succeeded"
        with_files = {BROWSHOT: 1, TWILIO: 3}.get(vendor, 0)
        assert len(result.files) == with_files

    theatre.play(vendor, size, is_async, scene)


@each_way
@each_size
@each_vendor
def test_a_failure_is_told_in_the_vendor_s_words(
    theatre: Theatre, vendor: Vendor, size: str, is_async: bool
) -> None:
    words = {REPLICATE: "CUDA out of memory", BROWSHOT: "Invalid domain", TWILIO: "has no result"}

    async def scene(stage: Stage) -> None:
        job = await stage.submit("failed")
        with pytest.raises(stage.errors.JobFailedError, match=words[vendor]) as caught:
            await got(job.wait())
        assert caught.value.job_id == job.id
        assert stage.created == [job.id]

    theatre.play(vendor, size, is_async, scene)


@each_way
@each_size
def test_what_is_thrown_away_has_expired(theatre: Theatre, size: str, is_async: bool) -> None:
    async def scene(stage: Stage) -> None:
        job = await stage.submit("expired")
        with pytest.raises(stage.errors.JobExpiredError):
            await got(job.wait())
        assert job.status == "succeeded"  # so says the vendor, and that the data is gone

    theatre.play(REPLICATE, size, is_async, scene)


@each_way
@each_size
@each_vendor
def test_a_job_that_is_not_found_is_missing_and_not_failed(
    theatre: Theatre, vendor: Vendor, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        job = await stage.submit("missing")
        with pytest.raises(stage.errors.JobMissingError) as caught:
            await got(job.wait())
        assert job.token in str(caught.value)

    theatre.play(vendor, size, is_async, scene)


@each_way
@each_size
@each_vendor
def test_who_gives_up_waiting_can_take_the_job_up_again(
    theatre: Theatre, vendor: Vendor, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        job = await stage.submit()
        with pytest.raises(stage.errors.JobTimeoutError) as caught:
            await got(job.wait(timeout=PATIENCE))
        assert caught.value.job is job
        assert job.token in str(caught.value)
        again = stage.client.jobs.resume(job.token)
        assert (await got(again.refresh())).state == "running"
        assert again.id == job.id
        assert stage.created == [job.id]

    theatre.play(vendor, size, is_async, scene, ends=False)


@each_way
@each_size
@each_vendor
def test_a_job_is_cancelled_where_the_api_can(
    theatre: Theatre, vendor: Vendor, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        job = await stage.submit()
        if vendor is not REPLICATE:
            with pytest.raises(stage.errors.ConfigurationError, match="no call that cancels"):
                await got(job.cancel())
            assert len(stage.server.calls) == 1  # the submit
            return
        assert (await got(job.cancel())).state == "cancelled"
        with pytest.raises(stage.errors.JobCancelledError):
            await got(job.wait())

    theatre.play(vendor, size, is_async, scene, ends=False)


@each_way
@each_size
@each_vendor
def test_lost_jobs_are_found_by_a_list(
    theatre: Theatre, vendor: Vendor, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        jobs = [await stage.submit(), await stage.submit()]
        found = await got(stage.client.jobs.list(f"{vendor.resource}.submit", **vendor.listed))
        assert [one.id for one in found] == [job.id for job in jobs][::-1]  # the newest first
        result = await got(found[0].wait())
        assert result.job is found[0]
        assert len(stage.created) == 2

    theatre.play(vendor, size, is_async, scene)


# --- what each of them has of its own


@each_way
@each_size
def test_a_job_may_be_over_in_the_answer_to_its_submit(
    theatre: Theatre, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        job = await stage.submit(prefer="wait=5")
        result = await got(job.wait())
        assert result.value == [f"{stage.server.url}/delivery/{job.id}.png"]
        assert len(stage.server.calls) == 1

    theatre.play(REPLICATE, size, is_async, scene)


@each_way
@each_size
def test_submits_that_share_a_life_cycle_have_their_own_polls(
    theatre: Theatre, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        model = {"model_owner": "me", "model_name": "mine"}
        submit = stage.client.models.submit_trainings
        job = await got(submit(**model, version_id="v1", destination="me/mine", input={}))
        result = await got(job.wait())
        assert result.value["version"] == f"me/mine:{job.id}"
        other = await got(stage.client.models.submit(**model, input={}))
        await got(other.cancel())
        paths = [call.path.removeprefix("/v1/") for call in stage.server.calls]
        assert paths[1:3] == [f"trainings/{job.id}"] * 2
        assert f"predictions/{other.id}/cancel" in paths

    theatre.play(REPLICATE, size, is_async, scene)


@each_way
@each_size
def test_a_shot_costs_what_its_answer_says_and_is_fetched_without_the_key(
    theatre: Theatre, size: str, is_async: bool, tmp_path: Path
) -> None:
    async def scene(stage: Stage) -> None:
        job = await stage.submit()
        result = await got(job.wait())
        path = await got(result.save(tmp_path / "shot.png"))  # with a key it would be refused
        assert path.read_bytes() == PNG
        assert (result.cost, result.currency) == (1, "credits")
        polls = stage.server.calls[1:]
        assert {call.method for call in polls} == {"GET"}
        assert {tuple(call.query["id"]) for call in polls} == {(job.id,)}

    theatre.play(BROWSHOT, size, is_async, scene)


@each_way
@each_size
def test_several_jobs_of_one_submit_are_all_told(
    theatre: Theatre, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        submit = stage.client.screenshot.submit_multiple_screenshots
        jobs = await got(submit(**BROWSHOT.given, extra_query={"instance_id": [13]}))
        assert [job.id for job in jobs] == stage.created
        assert len(stage.created) == 2
        for job_id in stage.created:
            token = f"screenshot.submit_multiple_screenshots~{job_id}"
            result = await got(stage.client.jobs.resume(token).wait())
            assert result.value["id"] == int(job_id)

    theatre.play(BROWSHOT, size, is_async, scene)


@each_way
@each_size
def test_a_batch_tells_how_far_it_is_and_comes_to_an_archive(
    theatre: Theatre, size: str, is_async: bool, tmp_path: Path
) -> None:
    async def scene(stage: Stage) -> None:
        told: list[Any] = []
        job = await got(stage.client.batch.submit(name="pages"))
        result = await got(job.wait(on_update=told.append))
        assert [update.progress for update in told][-2:] == [0, 1]
        path = await got(result.save(tmp_path / "pages.zip"))
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            assert archive.read("2.png") == PNG

    theatre.play(BROWSHOT, size, is_async, scene)


@each_way
@each_size
def test_each_day_is_a_file_behind_a_redirect(
    theatre: Theatre, size: str, is_async: bool, tmp_path: Path
) -> None:
    async def scene(stage: Stage) -> None:
        job = await stage.submit()
        result = await got(job.wait())
        days = []
        for file in result.files:
            path = await got(file.save(tmp_path))  # the bucket refuses who shows it a password
            days.append(json.loads(gzip.decompress(path.read_bytes()).splitlines()[0])["date"])
        assert days == ["2026-01-02", "2026-01-03", "2026-01-04"]
        assert {file.media_type for file in result.files} == {"application/gzip"}

    theatre.play(TWILIO, size, is_async, scene)


@each_way
@each_size
def test_a_request_that_is_refused_makes_no_job(
    theatre: Theatre, size: str, is_async: bool
) -> None:
    async def scene(stage: Stage) -> None:
        with pytest.raises(stage.errors.BadRequestError) as caught:
            await stage.submit(webhook_url="https://hook.example/")  # without its method
        assert caught.value.billed == "no"
        assert stage.created == []

    theatre.play(TWILIO, size, is_async, scene)
