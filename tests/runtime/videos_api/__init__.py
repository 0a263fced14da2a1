"""A small API written by hand as the templates weave one: what the runtime is tested with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from specloom.targets.client.runtime.client import AsyncClient, Client
from specloom.targets.client.runtime.operations import (
    Api,
    Bearer,
    ErrorPaths,
    JobKind,
    Server,
    VendorCode,
)

if TYPE_CHECKING:
    from .videos import AsyncVideos, Videos

__all__ = ["API", "AsyncVideosClient", "VideosClient"]

API = Api(
    name="videos",
    package=__name__,
    env_prefix="VIDEOS",
    title="Videos",
    version="1.0",
    servers=(Server("http://127.0.0.1:9", assumed=True),),
    security=(Bearer(),),
    error=ErrorPaths(code=("$.error.code",), message=("$.error.message",)),
    error_codes={
        "001": VendorCode(class_name="TooManyReferencesError", kind="request", message="too many"),
        "095": VendorCode(class_name="GenerationError", kind="server", message="broken"),
    },
    jobs=(
        JobKind(
            name="videos.submit",
            module="videos",
            operation="SUBMIT",
            result="Video",
            async_result="AsyncVideo",
        ),
    ),
    assumed={
        "submit.path": "/v1/videos",
        "get.path": "/v1/videos/{id}",
        "job.id": "$.id",
        "job.status": ["$.status"],
        "job.not-taken": [429],
        "job.refused": None,
        "job.states.queued": ["in_queue"],
        "job.states.failed": ["failed"],
        "job.poll.interval": 5,
        "job.poll.timeout": 900,
        "job.result.files": "$.output[*].url",
        "job.error.code": "$.error.code",
        "job.cost.amount": "$.usage.cost",
        "error.code": "$.error.code",
        "error.message": "$.error.message",
        "envelope": None,
        "errors.095.kind": "server",
        "errors.095.status": None,
        "limits.submits-per-second": None,
        "limits.polls-per-second": None,
        "submit.body.reference_urls": "/input/reference_urls",
    },
)


class VideosClient(Client):
    def __init__(self, **settings: Any) -> None:
        super().__init__(settings.pop("api", API), **settings)

    @cached_property
    def videos(self) -> Videos:
        from .videos import Videos

        return Videos(self)


class AsyncVideosClient(AsyncClient):
    def __init__(self, **settings: Any) -> None:
        super().__init__(settings.pop("api", API), **settings)

    @cached_property
    def videos(self) -> AsyncVideos:
        from .videos import AsyncVideos

        return AsyncVideos(self)
