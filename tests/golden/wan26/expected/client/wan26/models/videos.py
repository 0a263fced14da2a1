"""The types of videos."""

from __future__ import annotations

from typing import Any, Literal

from .._runtime import models as runtime
from .._runtime.models import UNSET, UnsetType


class VideoRequest(runtime.Model, kw_only=True):
    """VideoRequest."""

    model: Literal["wan26_t2v"] = runtime.constant("wan26_t2v")
    """The model that makes the video."""
    input: VideoInput
    """What the video is made from."""
    parameters: VideoParameters | UnsetType = UNSET
    """How the video is made. Everything here may be left out."""


class VideoInput(runtime.Model, kw_only=True):
    """What the video is made from."""

    prompt: str
    """What the video shows and how it looks, in Chinese or English. A Chinese character and a
    letter count as one each. What is beyond 1500 characters is cut off.
    """
    audio_url: str | UnsetType = UNSET
    """The address (HTTP or HTTPS) of a sound file from which the video is made: wav or mp3, 3 to 30
    seconds, at most 15 MB. A sound longer than the video is cut to the video's length (said of 5
    and 10 seconds; nothing is said of 15). A shorter one leaves the rest of the video silent.
    The vendor gives temporary addresses to uploaded local files, but its page does not say by
    which operation.
    """
    reference_video_urls: list[str] | UnsetType = UNSET
    """The addresses of one or two videos to go by. With them `audio` must be false and `duration` 5
    or 10.
    """


class VideoParameters(runtime.Model, kw_only=True):
    """How the video is made. Everything here may be left out."""

    size: Size | UnsetType = UNSET
    """Width and height in pixels, as one of ten pairs; never an aspect ratio such as `1:1` or a
    tier such as `480P`. It sets the unit price: for the same model 1080P costs more than 720P,
    and 720P more than 480P. Default: 1920*1080.
    """
    duration: int | UnsetType = UNSET
    """Length in whole seconds. 5, 10 and 15 are the listed options. The price grows with it: a
    video costs its seconds times the unit price of its size. Default: 5.
    """
    prompt_extend: bool | UnsetType = UNSET
    """Let a language model rewrite the prompt first. Short prompts gain much from it; it takes
    longer. Default: True.
    """
    watermark: bool | UnsetType = UNSET
    """Write "AI Generated" into the lower right corner. Default: False."""
    audio: bool | UnsetType = UNSET
    """Give the video a sound track. Must be false together with `reference_video_urls`. Default:
    True.
    """
    shot_type: ShotType | UnsetType = UNSET
    """One continuous shot, or several with cuts between them. It has an effect only while
    `prompt_extend` is true, and then it wins over what the prompt says. Worth giving where the
    way of telling is not to be left to chance: `single` to show a product, say, and `multi` for
    a short story. Default: single.
    """
    seed: int | UnsetType = UNSET
    """The start of the random numbers; drawn by the server when left out. A fixed seed makes
    results more alike, but even the same seed need not give the same video again.
    """


class Size(runtime.OpenEnum):
    """The ten frame sizes, `width*height` in pixels, in two price tiers."""

    LANDSCAPE_720P = "1280*720"
    """16:9, tier 720P."""
    PORTRAIT_720P = "720*1280"
    """9:16, tier 720P."""
    SQUARE_720P = "960*960"
    """1:1, tier 720P."""
    STANDARD_720P = "1088*832"
    """4:3, tier 720P."""
    STANDARD_PORTRAIT_720P = "832*1088"
    """3:4, tier 720P."""
    LANDSCAPE_1080P = "1920*1080"
    """16:9, tier 1080P."""
    PORTRAIT_1080P = "1080*1920"
    """9:16, tier 1080P."""
    SQUARE_1080P = "1440*1440"
    """1:1, tier 1080P."""
    STANDARD_1080P = "1632*1248"
    """4:3, tier 1080P."""
    STANDARD_PORTRAIT_1080P = "1248*1632"
    """3:4, tier 1080P."""


class ShotType(runtime.OpenEnum):
    """ShotType."""

    SINGLE = "single"
    """One continuous shot."""
    MULTI = "multi"
    """Several shots with cuts between them."""


class VideoTask(runtime.Model, kw_only=True):
    """A task, as submitting and polling both answer it."""

    id: str | UnsetType = UNSET
    """The id of the task. Keep it; with it a job can be taken up again."""
    status: TaskStatus | UnsetType = UNSET
    """How far a task is. A state that is not listed here is kept as it is, and waiting goes on."""
    error: TaskError | UnsetType = UNSET
    """Why the task failed. There only when the status is `failed`."""
    output: list[VideoOutput] | UnsetType = UNSET
    """What was made. There only when the task has succeeded."""
    usage: Usage | UnsetType = UNSET
    """What the video cost. There only when the task has succeeded."""
    metadata: dict[str, Any] | UnsetType = UNSET
    """Metadata of the task, whatever the server puts there."""


class TaskStatus(runtime.OpenEnum):
    """How far a task is. A state that is not listed here is kept as it is, and waiting goes on."""

    IN_QUEUE = "in_queue"
    """The task waits for its turn."""
    PROCESSING = "processing"
    """The video is being made."""
    DONE = "done"
    """The video is finished."""
    COMPLETED = "completed"
    """Another word for `done`, it seems; the vendor uses it without listing it."""
    FAILED = "failed"
    """The task has ended without a video; `error` says why."""


class TaskError(runtime.Model, kw_only=True):
    """Why something went wrong."""

    code: str | UnsetType = UNSET
    """A code of the vendor; the known ones have an exception class of their own."""
    message: str | UnsetType = UNSET
    """What happened, in words."""


class VideoOutput(runtime.Model, kw_only=True):
    """One result of a task."""

    status: TaskStatus | UnsetType = UNSET
    """How far a task is. A state that is not listed here is kept as it is, and waiting goes on."""
    content: list[VideoContent] | UnsetType = UNSET
    """The videos that were made."""


class VideoContent(runtime.Model, kw_only=True, rename="camel"):
    """One video."""

    type: Literal["video"] | UnsetType = UNSET
    """What kind of file this is."""
    url: str | UnsetType = UNSET
    """Where the finished video lies, on a content delivery network."""
    job_id: str | UnsetType = UNSET
    """The id of the task on the remote side."""


class Usage(runtime.Model, kw_only=True):
    """What a finished task cost."""

    cost: str | UnsetType = UNSET
    """The whole cost in US dollars."""
    discount: float | UnsetType = UNSET
    """What was taken off."""


class ErrorAnswer(runtime.Model, kw_only=True):
    """The body of an answer with an error status."""

    error: TaskError | UnsetType = UNSET
    """Why something went wrong."""
