"""How people use the woven client: never run, only type-checked (see test_fragments.py)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import assert_type

from wan26 import (
    UNSET,
    AsyncJob,
    AsyncVideo,
    AsyncWan26,
    Job,
    ReferenceVideosCountError,
    Size,
    Video,
    Wan26,
    errors,
    models,
)


def make_a_video() -> None:
    with Wan26() as client:  # WAN26_API_KEY, WAN26_BASE_URL
        job = client.videos.submit(
            prompt="A kitten running in the moonlight", size=Size.LANDSCAPE_720P, duration=5
        )
        assert_type(job, Job[Video])
        video = job.wait(timeout=900, on_update=print)
        assert_type(video, Video)
        assert_type(video.save("kitten.mp4"), Path)
        assert_type(video.cost, Decimal | None)
        assert_type(video.usage, models.Usage)
        assert_type(video.answer, models.VideoTask)
        if video.usage.cost is not UNSET:
            print(video.usage.cost.removesuffix("0"))
        made = client.videos.generate(prompt="A kitten", size="1280*720", save_to="kitten.mp4")
        assert_type(made.url, str)
        assert_type(made.output, list[models.VideoOutput])
        task = client.videos.get(job.id, timeout=5.0)
        assert_type(task, models.VideoTask)
        for update in client.jobs.resume(job.token).updates():
            print(update.status)


async def make_a_video_meanwhile() -> None:
    async with AsyncWan26(api_key="sandbox", max_retries=0) as client:
        job = await client.videos.submit(
            prompt="A kitten running in the moonlight", size=Size.LANDSCAPE_720P, duration=5
        )
        assert_type(job, AsyncJob[AsyncVideo])
        video = await job.wait(timeout=900, on_update=print)
        assert_type(video, AsyncVideo)
        assert_type(await video.save("kitten.mp4"), Path)
        assert_type(video.usage, models.Usage)
        made = await client.videos.generate(prompt="A kitten", watermark=False, extra_body={"a": 1})
        assert_type(made.cost, Decimal | None)
        async for update in job.updates():
            print(update.status)


def see_what_went_wrong(client: Wan26) -> None:
    try:
        client.videos.submit(prompt="A kitten", reference_video_urls=["https://example.com/a.mp4"])
    except ReferenceVideosCountError as error:
        print(error.code, error.billed)
    except errors.RateLimitError as error:
        print(error.retry_after, error.headers)
    except errors.SubmitUncertainError as error:
        print(error.fate, error.request_id)
    except errors.InvalidRequestError as error:
        print([problem.path for problem in error.problems])
    except errors.JobTimeoutError as error:
        print(error.job, error.token)
    except errors.APIError as error:
        print(error.hint)
