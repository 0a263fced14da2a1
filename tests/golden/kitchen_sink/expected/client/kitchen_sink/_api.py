"""What the runtime knows of the API: servers, keys, error codes, what may be set at run time."""

from __future__ import annotations

from ._runtime.operations import Api, Bearer, ErrorPaths, JobKind, Limits, Server, VendorCode

__all__ = ["API"]

API = Api(
    name="kitchen_sink",
    package="kitchen_sink",
    env_prefix="KITCHEN_SINK",
    title="Kitchen sink",
    version="2.3.0",
    servers=(Server("https://api.example.com/v1"),),
    security=(Bearer(),),
    error_codes={
        "E-1": VendorCode(
            class_name="PromptRefusedError", kind="request", message="the prompt was refused"
        )
    },
    error=ErrorPaths(code=("$.error.code",), message=("$.error.message",)),
    limits=Limits(submits_per_second=2),
    jobs=(
        JobKind(
            name="images.submit",
            module="resources.images",
            operation="SUBMIT",
            result="Image",
            async_result="AsyncImage",
        ),
    ),
)
