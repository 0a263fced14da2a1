"""Every error of the client, and a class for each error code of Wan 2.6 text-to-video."""

from __future__ import annotations

from ._runtime.errors import (
    AdviceWarning,
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    BudgetExceededError,
    ConfigurationError,
    ConflictError,
    DownloadError,
    InternalServerError,
    InvalidRequestError,
    JobCancelledError,
    JobError,
    JobExpiredError,
    JobFailedError,
    JobMissingError,
    JobResultError,
    JobTimeoutError,
    LedgerConflictError,
    LedgerError,
    ManyFilesError,
    ManyJobsError,
    NotFoundError,
    PermissionDeniedError,
    Problem,
    RateLimitError,
    ResultExpiredError,
    StreamError,
    SubmitUncertainError,
    UnprocessableEntityError,
    VendorError,
)

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AdviceWarning",
    "AuthenticationError",
    "BadRequestError",
    "BudgetExceededError",
    "ConfigurationError",
    "ConflictError",
    "DownloadError",
    "HttpResponseError",
    "InternalGenerationError",
    "InternalServerError",
    "InvalidRequestError",
    "JobCancelledError",
    "JobError",
    "JobExpiredError",
    "JobFailedError",
    "JobMissingError",
    "JobResultError",
    "JobTimeoutError",
    "LedgerConflictError",
    "LedgerError",
    "ManyFilesError",
    "ManyJobsError",
    "NotFoundError",
    "PermissionDeniedError",
    "Problem",
    "RateLimitError",
    "ReferenceVideosCountError",
    "ReferenceVideosDurationError",
    "ReferenceVideosWithAudioError",
    "ResultExpiredError",
    "ResultParsingError",
    "StatusCheckError",
    "StreamError",
    "SubmitUncertainError",
    "TaskCreationError",
    "UnprocessableEntityError",
    "VendorError",
]


class ReferenceVideosCountError(VendorError):
    """001026001: reference_video_urls must hold one or two URLs."""

    code = "001026001"
    kind = "request"


class ReferenceVideosWithAudioError(VendorError):
    """001026002: reference_video_urls does not go together with audio."""

    code = "001026002"
    kind = "request"


class ReferenceVideosDurationError(VendorError):
    """001026003: with reference_video_urls, only a duration of 5 or 10 seconds is allowed."""

    code = "001026003"
    kind = "request"


class InternalGenerationError(VendorError):
    """001026095: the generation failed inside the server."""

    code = "001026095"
    kind = "server"


class ResultParsingError(VendorError):
    """001026096: the server could not read the result of the generation."""

    code = "001026096"
    kind = "server"


class HttpResponseError(VendorError):
    """001026097: the server met an HTTP error response."""

    code = "001026097"
    kind = "server"


class StatusCheckError(VendorError):
    """001026098: the server could not check the status of the task."""

    code = "001026098"
    kind = "server"


class TaskCreationError(VendorError):
    """001026099: the server could not create the task."""

    code = "001026099"
    kind = "server"
