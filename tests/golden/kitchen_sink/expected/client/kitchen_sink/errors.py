"""Every error of the client, and a class for each error code of Kitchen sink."""

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
    "PromptRefusedError",
    "RateLimitError",
    "ResultExpiredError",
    "StreamError",
    "SubmitUncertainError",
    "UnprocessableEntityError",
    "VendorError",
]


class PromptRefusedError(VendorError):
    """E-1: the prompt was refused."""

    code = "E-1"
    kind = "request"
