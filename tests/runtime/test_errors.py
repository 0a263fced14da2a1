"""Errors: what they are, what they say, what survives pickling."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from specloom.targets.client.runtime import errors
from specloom.targets.client.runtime.errors import (
    APIError,
    BadRequestError,
    InvalidRequestError,
    JobFailedError,
    Problem,
    SubmitUncertainError,
    VendorError,
    compose,
    printable,
    status_class,
)

from .videos_api.errors import TooManyReferencesError


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (418, "APIStatusError"),
        (302, "APIStatusError"),
        (500, "InternalServerError"),
        (599, "InternalServerError"),
    ],
)
def test_each_status_has_the_class_that_users_know(status: int, name: str) -> None:
    assert status_class(status).__name__ == name


def test_all_errors_stand_in_one_tree_and_in_all() -> None:
    tree = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, Exception)
    ]
    for kind in tree:
        assert kind.__name__ in errors.__all__
        assert issubclass(kind, APIError | Warning)
    assert issubclass(errors.APITimeoutError, errors.APIConnectionError)
    assert issubclass(errors.ResultExpiredError, errors.DownloadError)
    assert issubclass(errors.JobTimeoutError, errors.JobError)


def test_a_code_and_an_outcome_compose_to_one_class_of_both() -> None:
    kind = compose(TooManyReferencesError, BadRequestError)
    assert kind is compose(TooManyReferencesError, BadRequestError)
    assert issubclass(kind, TooManyReferencesError)
    assert issubclass(kind, BadRequestError)
    assert issubclass(kind, VendorError)
    assert kind.__name__ == "TooManyReferencesError"
    assert kind.__module__ == TooManyReferencesError.__module__
    assert kind is not compose(TooManyReferencesError, JobFailedError)


def composed() -> APIError:
    kind: Any = compose(TooManyReferencesError, BadRequestError)
    error: APIError = kind(
        "no",
        status_code=400,
        headers={"a": "b"},
        body={"x": 1},
        raw=b"{}",
        request_id="r1",
        billed="no",
        code="001",
    )
    return error


def test_an_error_says_on_lines_what_there_is_to_know() -> None:
    assert str(composed()) == (
        "no\n  status: 400\n  code: 001\n  request id: r1\n  billed: no\n"
        "  hint: change the request: the server does not accept it as it is"
    )
    assert str(APIError("x", job_id="t\x1b1", hint="do this")) == (
        "x\n  job: t\\x1b1\n  billed: unknown\n  hint: do this"
    )


@pytest.mark.parametrize(
    "error",
    [
        composed(),
        APIError("x", request_id="r"),
        InvalidRequestError("x", problems=(Problem(path="/a", message="b", code="001"),)),
        SubmitUncertainError("x", status=500, headers={"a": "b"}, body=b"c", known="k"),
        errors.ConfigurationError("x", hint="h"),
        errors.ManyFilesError("x", count=3),
        errors.ManyJobsError("x"),
    ],
)
def test_errors_survive_pickling(error: APIError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(again) is type(error)
    assert str(again) == str(error)
    state = {name: value for name, value in vars(error).items() if name != "problems"}
    assert {name: vars(again)[name] for name in state} == state


def test_hostile_text_is_escaped_and_cut() -> None:
    hostile = "a\x1b[31m\nb\u202ec\u200bd\x00" + "x" * 5000
    text = printable(hostile)
    assert text.startswith("a\\x1b[31m\\nb\\u202ec\\u200bd\\x00xxx")
    assert text.endswith("...")
    assert len(text) < 2100
    assert printable("小猫 ünï") == "小猫 ünï"


def test_a_request_that_is_wrong_names_no_bill() -> None:
    assert InvalidRequestError("x").billed == "no"
    assert errors.ConfigurationError("x").billed == "no"
    assert APIError("x").billed == "unknown"
