"""The calls of `client.videos`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from .. import models
from .._runtime.client import AsyncResource, GenerateOptions, Options, Resource, SubmitOptions
from .._runtime.encoding import given
from .._runtime.jobs import Job
from .._runtime.models import UNSET, UnsetType
from .._runtime.operations import (
    Answer,
    Body,
    CostPaths,
    ErrorPaths,
    LifeCycle,
    Operation,
    Parameter,
    Price,
    Rule,
    Step,
)
from .._runtime.operations import Result as ResultStep
from .._runtime.pricing import Estimate
from .._runtime.results import AsyncResult, Result
from .._runtime.twins import awaited, awaited_job, awaited_result, not_awaited

__all__ = ["AsyncVideo", "AsyncVideos", "Video", "Videos"]


class Video(Result[models.VideoTask]):
    """What a finished job of `videos.submit` gives: files, cost, the last answer."""

    @property
    def output(self) -> list[models.VideoOutput]:
        """What was made. There only when the task has succeeded."""
        return self._field("output", lambda: list[models.VideoOutput])

    @property
    def usage(self) -> models.Usage:
        """What the video cost. There only when the task has succeeded."""
        return self._field("usage", lambda: models.Usage)


class AsyncVideo(AsyncResult[models.VideoTask]):
    """What a finished job of `videos.submit` gives: files, cost, the last answer."""

    @property
    def output(self) -> list[models.VideoOutput]:
        """What was made. There only when the task has succeeded."""
        return self._field("output", lambda: list[models.VideoOutput])

    @property
    def usage(self) -> models.Usage:
        """What the video cost. There only when the task has succeeded."""
        return self._field("usage", lambda: models.Usage)


class Videos(Resource):
    """Videos made from a text."""

    def submit(
        self,
        *,
        prompt: str,
        audio_url: str | UnsetType = UNSET,
        reference_video_urls: Sequence[str] | UnsetType = UNSET,
        size: models.Size | str | UnsetType = UNSET,
        duration: int | UnsetType = UNSET,
        prompt_extend: bool | UnsetType = UNSET,
        watermark: bool | UnsetType = UNSET,
        audio: bool | UnsetType = UNSET,
        shot_type: models.ShotType | str | UnsetType = UNSET,
        seed: int | UnsetType = UNSET,
        **options: Unpack[SubmitOptions],
    ) -> Job[Video]:
        """Start making a video.

        Takes the order and answers at once with the id of a task and its first status. The video
        itself is made afterwards and is fetched by polling. Each accepted call makes a new job, and
        each job costs money.

        Parameters:
            prompt: What the video shows and how it looks, in Chinese or English. A Chinese
                character and a letter count as one each. What is beyond 1500 characters is cut off.
            audio_url: The address (HTTP or HTTPS) of a sound file from which the video is made: wav
                or mp3, 3 to 30 seconds, at most 15 MB. A sound longer than the video is cut to the
                video's length (said of 5 and 10 seconds; nothing is said of 15). A shorter one
                leaves the rest of the video silent. The vendor gives temporary addresses to
                uploaded local files, but its page does not say by which operation.
            reference_video_urls: The addresses of one or two videos to go by. With them `audio`
                must be false and `duration` 5 or 10.
            size: Width and height in pixels, as one of ten pairs; never an aspect ratio such as
                `1:1` or a tier such as `480P`. It sets the unit price: for the same model 1080P
                costs more than 720P, and 720P more than 480P. Default: 1920*1080.
            duration: Length in whole seconds. 5, 10 and 15 are the listed options. The price grows
                with it: a video costs its seconds times the unit price of its size. From 2 to 15.
                Default: 5.
            prompt_extend: Let a language model rewrite the prompt first. Short prompts gain much
                from it; it takes longer. Default: True.
            watermark: Write "AI Generated" into the lower right corner. Default: False.
            audio: Give the video a sound track. Must be false together with `reference_video_urls`.
                Default: True.
            shot_type: One continuous shot, or several with cuts between them. It has an effect only
                while `prompt_extend` is true, and then it wins over what the prompt says. Worth
                giving where the way of telling is not to be left to chance: `single` to show a
                product, say, and `multi` for a short story. Default: single.
            seed: The start of the random numbers; drawn by the server when left out. A fixed seed
                makes results more alike, but even the same seed need not give the same video again.
                From 0 to 2147483647.

        Returns:
            The job, as soon as the server has taken it. It costs money from then on.

        Raises:
            InvalidRequestError: the request breaks a rule; nothing was sent.
            SubmitUncertainError: nobody knows whether the server took it; it is never sent again by
                itself.
            APIStatusError: the server refused it.
        """
        body = {
            "model": "wan26_t2v",
            "input": {
                "prompt": prompt,
                "audio_url": audio_url,
                "reference_video_urls": reference_video_urls,
            },
            "parameters": given(
                {
                    "size": size,
                    "duration": duration,
                    "prompt_extend": prompt_extend,
                    "watermark": watermark,
                    "audio": audio,
                    "shot_type": shot_type,
                    "seed": seed,
                }
            ),
        }
        return self._submit(SUBMIT, Video, body=body, options=options)

    def generate(
        self,
        *,
        prompt: str,
        audio_url: str | UnsetType = UNSET,
        reference_video_urls: Sequence[str] | UnsetType = UNSET,
        size: models.Size | str | UnsetType = UNSET,
        duration: int | UnsetType = UNSET,
        prompt_extend: bool | UnsetType = UNSET,
        watermark: bool | UnsetType = UNSET,
        audio: bool | UnsetType = UNSET,
        shot_type: models.ShotType | str | UnsetType = UNSET,
        seed: int | UnsetType = UNSET,
        **options: Unpack[GenerateOptions],
    ) -> Video:
        """Submit a job, wait for it and give what it made; `save_to` saves its file as well.

        The arguments are those of `submit`; `wait_timeout` (seconds) bounds the waiting, and
        `on_update` is told each state.

        Raises:
            JobTimeoutError: the job still runs; the error carries it and says how to resume.
            JobFailedError: the job failed; for a known code also that code's class.
        """
        body = {
            "model": "wan26_t2v",
            "input": {
                "prompt": prompt,
                "audio_url": audio_url,
                "reference_video_urls": reference_video_urls,
            },
            "parameters": given(
                {
                    "size": size,
                    "duration": duration,
                    "prompt_extend": prompt_extend,
                    "watermark": watermark,
                    "audio": audio,
                    "shot_type": shot_type,
                    "seed": seed,
                }
            ),
        }
        return self._generate(SUBMIT, Video, body=body, options=options)

    def estimate(
        self, *, size: models.Size | str | UnsetType = UNSET, duration: int | UnsetType = UNSET
    ) -> Estimate:
        """What a request would cost, before it is sent; nothing is sent.

        Returns:
            The tier, the quantity and, where the unit price is known (`prices=`), the amount; an
            unknown amount is None and never 0.
        """
        return self._estimate(
            SUBMIT, body={"parameters": given({"size": size, "duration": duration})}
        )

    def get(self, id: str, **options: Unpack[Options]) -> models.VideoTask:
        """Ask how a video is getting on.

        Answers with the task as it stands now. Ask until it has succeeded or failed.

        Parameters:
            id: The id of the task, from the answer to its submission.
        """
        return self._call(GET, parameters={"id": id}, options=options)


class AsyncVideos(AsyncResource):
    """As `Videos`, to be awaited."""

    submit = awaited_job(Videos.submit, AsyncVideo)
    generate = awaited_result(Videos.generate, AsyncVideo)
    estimate = not_awaited(Videos.estimate)
    get = awaited(Videos.get)


# What the methods tell the runtime of their operations.
_ERRORS = (Answer("4XX 5XX", "application/json", lambda: models.ErrorAnswer),)
GET: Operation[models.VideoTask] = Operation(
    name="videos.get",
    method="GET",
    path="/v1/videos/{id}",
    parameters=(Parameter("id", "path"),),
    answers=(Answer("200", "application/json", lambda: models.VideoTask), *_ERRORS),
)
SUBMIT: Operation[models.VideoTask] = Operation(
    name="videos.submit",
    method="POST",
    path="/v1/videos",
    body=Body("application/json", check="videos.submit", required=True),
    answers=(Answer("200", "application/json", lambda: models.VideoTask), *_ERRORS),
    price=Price(
        per="second",
        quantity="$.parameters.duration",
        tier_by="$.parameters.size",
        tiers={
            "1280*720": "720P",
            "720*1280": "720P",
            "960*960": "720P",
            "1088*832": "720P",
            "832*1088": "720P",
            "1920*1080": "1080P",
            "1080*1920": "1080P",
            "1440*1440": "1080P",
            "1632*1248": "1080P",
            "1248*1632": "1080P",
        },
        defaults={
            "model": "wan26_t2v",
            "parameters": {
                "size": "1920*1080",
                "duration": 5,
                "prompt_extend": True,
                "watermark": False,
                "audio": True,
                "shot_type": "single",
            },
        },
        currency="USD",
    ),
    job=LifeCycle(
        id=("$.id",),
        poll=Step(operation=GET, parameters={"id": "$id"}),
        interval=5,
        timeout=900,
        status=("$.status", "$.output[0].status"),
        states={
            "queued": ("in_queue",),
            "running": ("processing",),
            "succeeded": ("done", "completed"),
            "failed": ("failed",),
        },
        rules=(Rule(when="$.output[?@.status == 'failed']", state="failed"),),
        result=ResultStep(value="$.output", files=("$.output[*].content[*].url",), expires=86400),
        error=ErrorPaths(code=("$.error.code",), message=("$.error.message",)),
        cost=CostPaths(amount="$.usage.cost", discount="$.usage.discount", currency="USD"),
    ),
)
