from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from msgspec import UNSET, UnsetType

from specloom.targets.client.runtime.client import (
    AsyncResource,
    GenerateOptions,
    Options,
    Resource,
    SubmitOptions,
)
from specloom.targets.client.runtime.encoding import given
from specloom.targets.client.runtime.models import Model
from specloom.targets.client.runtime.operations import (
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
from specloom.targets.client.runtime.operations import Result as ResultStep
from specloom.targets.client.runtime.results import AsyncResult, Result

if TYPE_CHECKING:
    from specloom.targets.client.runtime.jobs import AsyncJob, Job
    from specloom.targets.client.runtime.pricing import Estimate


class Usage(Model, kw_only=True):
    cost: str | UnsetType = UNSET
    discount: float | UnsetType = UNSET


class Output(Model, kw_only=True):
    url: str | UnsetType = UNSET


class Task(Model, kw_only=True):
    id: str | UnsetType = UNSET
    status: str | UnsetType = UNSET
    output: list[Output] | UnsetType = UNSET
    usage: Usage | UnsetType = UNSET


GET: Operation[Task] = Operation(
    name="videos.get",
    method="GET",
    path="/v1/videos/{id}",
    parameters=(Parameter(name="id", place="path", required=True),),
    answers=(Answer("200", "application/json", lambda: Task),),
)

CANCEL: Operation[Task] = Operation(
    name="videos.cancel",
    method="POST",
    path="/v1/videos/{id}/cancel",
    parameters=(Parameter(name="id", place="path", required=True),),
    answers=(Answer("200", "application/json", lambda: Task),),
)

LIFE = LifeCycle(
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
        "cancelled": ("cancelled",),
        "expired": ("expired",),
    },
    rules=(Rule(when="$.output[?@.status == 'failed']", state="failed"),),
    result=ResultStep(value="$.output", files=("$.output[*].url",)),
    error=ErrorPaths(code=("$.error.code",), message=("$.error.message",)),
    cost=CostPaths(amount="$.usage.cost", discount="$.usage.discount", currency="USD"),
    cancel=Step(operation=CANCEL, parameters={"id": "$id"}),
)

SUBMIT: Operation[Task] = Operation(
    name="videos.submit",
    method="POST",
    path="/v1/videos",
    body=Body("application/json", check="videos.submit"),
    answers=(Answer("200", "application/json", lambda: Task),),
    price=Price(
        per="second",
        quantity="$.parameters.duration",
        tier_by="$.parameters.size",
        tiers={"1280*720": "720P", "1920*1080": "1080P"},
        defaults={"parameters": {"size": "1920*1080", "duration": 5}},
        currency="USD",
    ),
    job=LIFE,
)

SEARCH: Operation[list[Task]] = Operation(
    name="videos.search",
    method="GET",
    path="/v1/search",
    parameters=(
        Parameter(name="tag", place="query"),
        Parameter(name="X-Group", place="header"),
        Parameter(name="session", place="cookie"),
    ),
    answers=(
        Answer("200", "application/json", lambda: list[Task]),
        Answer("206", "text/plain", lambda: str),
        Answer("2XX", "application/octet-stream", lambda: bytes),
        Answer("default", "application/json", lambda: Task),
    ),
)

RENAME: Operation[Task] = Operation(
    name="videos.rename",
    method="POST",
    path="/v1/videos/{id}/name",
    parameters=(Parameter(name="id", place="path", required=True),),
    body=Body("application/json"),
    answers=(Answer("200", "application/json", lambda: Task),),
)


class Video(Result[Task]):
    @property
    def usage(self) -> Usage:
        return self._field("usage", lambda: Usage)

    @property
    def output(self) -> list[Output]:
        return self._field("output", lambda: list[Output])


class AsyncVideo(AsyncResult[Task]):
    @property
    def usage(self) -> Usage:
        return self._field("usage", lambda: Usage)


def _body(prompt: str, duration: int | UnsetType, references: list[str] | UnsetType) -> Any:
    return {
        "model": "video",
        "input": {"prompt": prompt, "reference_urls": references},
        "parameters": given({"duration": duration}),
    }


class Videos(Resource):
    def submit(
        self,
        *,
        prompt: str,
        duration: int | UnsetType = UNSET,
        reference_urls: list[str] | UnsetType = UNSET,
        **options: Unpack[SubmitOptions],
    ) -> Job[Video]:
        body = _body(prompt, duration, reference_urls)
        return self._submit(SUBMIT, Video, body=body, options=options)

    def submit_as(
        self, operation: Operation[Task], *, prompt: str = "x", **options: Unpack[SubmitOptions]
    ) -> Job[Video]:
        body = _body(prompt, UNSET, UNSET)
        return self._submit(operation, Video, body=body, options=options)

    def generate(
        self,
        *,
        prompt: str,
        duration: int | UnsetType = UNSET,
        **options: Unpack[GenerateOptions],
    ) -> Video:
        body = _body(prompt, duration, UNSET)
        return self._generate(SUBMIT, Video, body=body, options=options)

    def get(self, video_id: str, **options: Unpack[Options]) -> Task:
        return self._call(GET, parameters={"id": video_id}, options=options)

    def search(
        self,
        *,
        tag: list[str] | UnsetType = UNSET,
        group: str | UnsetType = UNSET,
        session: str | UnsetType = UNSET,
        **options: Unpack[Options],
    ) -> list[Task]:
        parameters = {"tag": tag, "X-Group": group, "session": session}
        return self._call(SEARCH, parameters=parameters, options=options)

    def rename(self, video_id: str, *, name: str, **options: Unpack[Options]) -> Task:
        return self._call(RENAME, parameters={"id": video_id}, body={"name": name}, options=options)

    def estimate(
        self, *, size: str | UnsetType = UNSET, duration: int | UnsetType = UNSET
    ) -> Estimate:
        members = given({"size": size, "duration": duration})
        return self._estimate(SUBMIT, body={"parameters": members})


class AsyncVideos(AsyncResource):
    async def submit(
        self,
        *,
        prompt: str,
        duration: int | UnsetType = UNSET,
        reference_urls: list[str] | UnsetType = UNSET,
        **options: Unpack[SubmitOptions],
    ) -> AsyncJob[AsyncVideo]:
        body = _body(prompt, duration, reference_urls)
        return await self._submit(SUBMIT, AsyncVideo, body=body, options=options)

    async def submit_as(
        self, operation: Operation[Task], *, prompt: str = "x", **options: Unpack[SubmitOptions]
    ) -> AsyncJob[AsyncVideo]:
        body = _body(prompt, UNSET, UNSET)
        return await self._submit(operation, AsyncVideo, body=body, options=options)

    async def generate(
        self,
        *,
        prompt: str,
        duration: int | UnsetType = UNSET,
        **options: Unpack[GenerateOptions],
    ) -> AsyncVideo:
        body = _body(prompt, duration, UNSET)
        return await self._generate(SUBMIT, AsyncVideo, body=body, options=options)

    async def get(self, video_id: str, **options: Unpack[Options]) -> Task:
        return await self._call(GET, parameters={"id": video_id}, options=options)
