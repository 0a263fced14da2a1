"""The types of images."""

from __future__ import annotations

from typing import Literal

from .. import models
from .._runtime import models as runtime
from .._runtime.models import UNSET, UnsetType


class ImageRequest(runtime.Model, kw_only=True):
    """ImageRequest."""

    model: Literal["sink-1"] = runtime.constant("sink-1")
    input: ImageRequestInput
    size: Size | UnsetType = UNSET
    """Default: S."""
    count: int | UnsetType = UNSET
    """Default: 1."""
    strength: float | UnsetType = UNSET
    style: ImageRequestStyle | UnsetType | None = UNSET


class ImageRequestInput(runtime.Model, kw_only=True):
    """ImageRequestInput."""

    prompt: str
    """What the picture shows."""
    seed: int | UnsetType = UNSET
    mask: bytes | UnsetType = UNSET
    """Where to paint."""


class Size(runtime.OpenEnum):
    """Size."""

    SMALL = "S"
    LARGE = "L"


class ImageRequestStyle(runtime.OpenEnum):
    """ImageRequestStyle."""

    SOFT = "soft"
    HARD = "hard"


class Task(runtime.Model, kw_only=True):
    """Task."""

    id: str = runtime.RECEIVED
    status: TaskStatus
    percent: float | UnsetType = UNSET
    cost: str | UnsetType = UNSET
    files: list[TaskFile] | UnsetType = UNSET
    error: models.Problem | UnsetType = UNSET


class TaskStatus(runtime.OpenEnum):
    """TaskStatus."""

    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class TaskFile(runtime.Model, kw_only=True):
    """TaskFile."""

    url: str
