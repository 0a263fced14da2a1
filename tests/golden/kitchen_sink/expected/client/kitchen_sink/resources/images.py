"""The calls of `client.images`."""

from __future__ import annotations

from typing import Unpack

from .. import models
from .._runtime.client import AsyncResource, GenerateOptions, Options, Resource, SubmitOptions
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
    Progress,
    Step,
)
from .._runtime.operations import Result as ResultStep
from .._runtime.pricing import Estimate
from .._runtime.results import AsyncResult, Result
from .._runtime.twins import awaited, awaited_job, awaited_result, not_awaited

__all__ = ["AsyncImage", "AsyncImages", "Image", "Images"]


class Image(Result[models.Task]):
    """What a finished job of `images.submit` gives: files, cost, the last answer."""


class AsyncImage(AsyncResult[models.Task]):
    """What a finished job of `images.submit` gives: files, cost, the last answer."""


class Images(Resource):
    """Pictures made on request."""

    def submit(
        self,
        *,
        prompt: str,
        seed: int | UnsetType = UNSET,
        mask: bytes | UnsetType = UNSET,
        size: models.Size | str | UnsetType = UNSET,
        count: int | UnsetType = UNSET,
        strength: float | UnsetType = UNSET,
        style: models.ImageRequestStyle | str | UnsetType | None = UNSET,
        **options: Unpack[SubmitOptions],
    ) -> Job[Image]:
        """Make a picture.

        Parameters:
            prompt: What the picture shows.
            seed: At least 0.
            mask: Where to paint.
            size: Default: S.
            count: From 1 to 4. Default: 1.
            strength: At most 1.

        Returns:
            The job, as soon as the server has taken it. It costs money from then on.

        Raises:
            InvalidRequestError: the request breaks a rule; nothing was sent.
            SubmitUncertainError: nobody knows whether the server took it; it is never sent again by
                itself.
            APIStatusError: the server refused it.
        """
        body = {
            "model": "sink-1",
            "input": {"prompt": prompt, "seed": seed, "mask": mask},
            "size": size,
            "count": count,
            "strength": strength,
            "style": style,
        }
        return self._submit(SUBMIT, Image, body=body, options=options)

    def generate(
        self,
        *,
        prompt: str,
        seed: int | UnsetType = UNSET,
        mask: bytes | UnsetType = UNSET,
        size: models.Size | str | UnsetType = UNSET,
        count: int | UnsetType = UNSET,
        strength: float | UnsetType = UNSET,
        style: models.ImageRequestStyle | str | UnsetType | None = UNSET,
        **options: Unpack[GenerateOptions],
    ) -> Image:
        """Submit a job, wait for it and give what it made; `save_to` saves its file as well.

        The arguments are those of `submit`; `wait_timeout` (seconds) bounds the waiting, and
        `on_update` is told each state.

        Raises:
            JobTimeoutError: the job still runs; the error carries it and says how to resume.
            JobFailedError: the job failed; for a known code also that code's class.
        """
        body = {
            "model": "sink-1",
            "input": {"prompt": prompt, "seed": seed, "mask": mask},
            "size": size,
            "count": count,
            "strength": strength,
            "style": style,
        }
        return self._generate(SUBMIT, Image, body=body, options=options)

    def estimate(
        self, *, size: models.Size | str | UnsetType = UNSET, count: int | UnsetType = UNSET
    ) -> Estimate:
        """What a request would cost, before it is sent; nothing is sent.

        Returns:
            The tier, the quantity and, where the unit price is known (`prices=`), the amount; an
            unknown amount is None and never 0.
        """
        return self._estimate(SUBMIT, body={"size": size, "count": count})

    def get_task(self, id: str, **options: Unpack[Options]) -> models.Task:
        """GET /tasks/{id}.

        Parameters:
            id: The id.
        """
        return self._call(GET_TASK, parameters={"id": id}, options=options)

    def cancel_task(self, id: str, **options: Unpack[Options]) -> None:
        """POST /tasks/{id}/cancel.

        Parameters:
            id: The id.
        """
        return self._call(CANCEL_TASK, parameters={"id": id}, options=options)


class AsyncImages(AsyncResource):
    """As `Images`, to be awaited."""

    submit = awaited_job(Images.submit, AsyncImage)
    generate = awaited_result(Images.generate, AsyncImage)
    estimate = not_awaited(Images.estimate)
    get_task = awaited(Images.get_task)
    cancel_task = awaited(Images.cancel_task)


# What the methods tell the runtime of their operations.
_ERRORS = (Answer("4XX", "application/json", lambda: models.Failure),)
GET_TASK: Operation[models.Task] = Operation(
    name="images.get_task",
    method="GET",
    path="/tasks/{id}",
    parameters=(Parameter("id", "path"),),
    answers=(Answer("200", "application/json", lambda: models.Task), *_ERRORS),
)
CANCEL_TASK: Operation[None] = Operation(
    name="images.cancel_task",
    method="POST",
    path="/tasks/{id}/cancel",
    parameters=(Parameter("id", "path"),),
)
SUBMIT: Operation[models.Task] = Operation(
    name="images.submit",
    method="POST",
    path="/images",
    body=Body("application/json", check="images.submit", required=True),
    answers=(Answer("200", "application/json", lambda: models.Task), *_ERRORS),
    price=Price(
        per="image",
        quantity="$.count",
        tier_by="$.size",
        tiers={"S": "small", "L": "large"},
        unit_prices={"small": "0.02", "large": "0.05"},
        defaults={"model": "sink-1", "size": "S", "count": 1},
        currency="USD",
    ),
    job=LifeCycle(
        id=("$.id",),
        poll=Step(operation=GET_TASK, parameters={"id": "$id"}),
        interval=2,
        timeout=300,
        status=("$.status",),
        states={
            "queued": ("queued",),
            "running": ("working",),
            "succeeded": ("done",),
            "failed": ("failed",),
        },
        result=ResultStep(files=("$.files[*].url",), expires=3600),
        error=ErrorPaths(code=("$.error.code",), message=("$.error.message",)),
        progress=Progress(value="$.percent", of=100),
        cost=CostPaths(amount="$.cost", currency="USD"),
        cancel=Step(operation=CANCEL_TASK, parameters={"id": "$id"}),
    ),
)
