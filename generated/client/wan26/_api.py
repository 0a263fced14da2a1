"""What the runtime knows of the API: servers, keys, error codes, what may be set at run time."""

from __future__ import annotations

from ._runtime.operations import Api, Bearer, ErrorPaths, JobKind, Limits, Server, VendorCode

__all__ = ["API"]

API = Api(
    name="wan26",
    package="wan26",
    env_prefix="WAN26",
    title="Wan 2.6 text-to-video",
    version="0.1.0",
    servers=(
        Server(
            "http://127.0.0.1:8026",
            assumed=True,
        ),
    ),
    security=(Bearer(),),
    error_codes={
        "001026001": VendorCode(
            class_name="ReferenceVideosCountError",
            kind="request",
            message="reference_video_urls must hold one or two URLs",
            status=400,
        ),
        "001026002": VendorCode(
            class_name="ReferenceVideosWithAudioError",
            kind="request",
            message="reference_video_urls does not go together with audio",
            status=400,
        ),
        "001026003": VendorCode(
            class_name="ReferenceVideosDurationError",
            kind="request",
            message=("with reference_video_urls, only a duration of 5 or 10 seconds is " "allowed"),
            status=400,
        ),
        "001026095": VendorCode(
            class_name="InternalGenerationError",
            kind="server",
            message="the generation failed inside the server",
            status=500,
        ),
        "001026096": VendorCode(
            class_name="ResultParsingError",
            kind="server",
            message="the server could not read the result of the generation",
            status=500,
        ),
        "001026097": VendorCode(
            class_name="HttpResponseError",
            kind="server",
            message="the server met an HTTP error response",
            status=500,
        ),
        "001026098": VendorCode(
            class_name="StatusCheckError",
            kind="server",
            message="the server could not check the status of the task",
            status=500,
        ),
        "001026099": VendorCode(
            class_name="TaskCreationError",
            kind="server",
            message="the server could not create the task",
            status=500,
        ),
    },
    error=ErrorPaths(
        code=("$.error.code",),
        message=("$.error.message",),
    ),
    limits=Limits(
        submits_per_second=2,
        polls_per_second=5,
    ),
    jobs=(
        JobKind(
            name="videos.submit",
            module="resources.videos",
            operation="SUBMIT",
            result="Video",
            async_result="AsyncVideo",
        ),
    ),
    assumed={
        "base_url": "http://127.0.0.1:8026",
        "submit.path": "/v1/videos",
        "job.id": "$.id",
        "job.status": ["$.status", "$.output[0].status"],
        "job.states.queued": "in_queue",
        "job.states.running": "processing",
        "job.states.succeeded": ["done", "completed"],
        "job.states.failed": "failed",
        "job.rules": [{"when": "$.output[?@.status == 'failed']", "state": "failed"}],
        "job.poll.interval": 5,
        "job.poll.timeout": 900,
        "job.result.value": "$.output",
        "job.result.files": "$.output[*].content[*].url",
        "job.result.expires": 86400,
        "job.error.code": "$.error.code",
        "job.error.message": "$.error.message",
        "job.cost.amount": "$.usage.cost",
        "job.cost.discount": "$.usage.discount",
        "get.path": "/v1/videos/{id}",
        "submit.body.input.reference_video_urls": "/input/reference_video_urls",
        "envelope": "$",
        "error.code": "$.error.code",
        "error.message": "$.error.message",
        "errors.001026001.kind": "request",
        "errors.001026001.status": 400,
        "errors.001026002.kind": "request",
        "errors.001026002.status": 400,
        "errors.001026003.kind": "request",
        "errors.001026003.status": 400,
        "errors.001026095.kind": "server",
        "errors.001026095.status": 500,
        "errors.001026096.kind": "server",
        "errors.001026096.status": 500,
        "errors.001026097.kind": "server",
        "errors.001026097.status": 500,
        "errors.001026098.kind": "server",
        "errors.001026098.status": 500,
        "errors.001026099.kind": "server",
        "errors.001026099.status": 500,
        "limits.submits-per-second": 2,
        "limits.polls-per-second": 5,
    },
)
