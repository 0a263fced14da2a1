"""By what a job is known: its id, where it is asked for, its token; and how its id goes into bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import SubmitUncertainError
from specloom.targets.client.runtime.job_orders import resumed
from specloom.targets.client.runtime.operations import Answer, ApiKey, Operation, Parameter, Step
from specloom.targets.client.runtime.tokens import read_token

from .desks import KEY, ROUTE, Desk, desk, server, told
from .loopback import Loopback, answer
from .videos_api import API
from .videos_api.videos import LIFE, SUBMIT, Task

__all__ = ["desk", "server"]  # fixtures


def living(**changes: Any) -> Operation[Task]:
    return replace(SUBMIT, job=replace(LIFE, **changes))


def test_where_to_poll_travels_in_the_token_though_there_is_an_id(
    desk: Desk, server: Loopback
) -> None:
    server[ROUTE] = answer(200, {"id": "tasks/a", "status": "in_queue"})
    server["GET /v1/tasks/a"] = server["GET /tasks/b"] = told("tasks/a", "processing")
    life = living(poll=Step(operation=LIFE.poll.operation, url="$.id"))
    job = desk(desk.open().videos.submit_as(life))
    record = job._record
    again = resumed(record.session, life, *read_token(job.token, [life.name])[1:], 0.0)
    assert again.url == record.url == f"{server.url}/v1/tasks/a"
    # An id that is the URL itself leads there alone.
    url = f"{server.url}/tasks/b"
    assert resumed(record.session, life, url, {}, 0.0).url == url
    assert resumed(record.session, life, "tasks/b", {}, 0.0).url is None


@pytest.mark.parametrize(
    ("job_id", "sent"), [("41", 41), ("-4.5", -4.5), ("007", "007"), ("4a", "4a")]
)
def test_ids_go_as_numbers_where_a_body_wants_them(
    desk: Desk, server: Loopback, job_id: str, sent: Any
) -> None:
    server[ROUTE] = told(job_id, "in_queue")
    server["POST /v1/stop"] = answer(200, {})
    server[f"GET /v1/videos/{job_id}"] = told(job_id, "cancelled")
    stop: Operation[Any] = Operation(name="stop", method="POST", path="/v1/stop")
    body = {"a/b": ["$id", "$id"], "text": "$id"}
    step = Step(operation=stop, body=body, numbers=("/a~1b/1",))
    job = desk(desk.open().videos.submit_as(living(cancel=step)))
    desk(job.cancel())
    (asked,) = server.seen("POST /v1/stop")
    assert json.loads(asked.body) == {"a/b": [job_id, sent], "text": job_id}


def test_a_job_that_no_answer_names_is_known_by_where_it_is_asked_for(
    desk: Desk, server: Loopback
) -> None:
    poll: Operation[Any] = Operation(
        name="cleanups.get",
        method="GET",
        path="/v1/cleanups/{of}",
        parameters=(Parameter("of", "path", required=True), Parameter("kind", "query")),
    )
    server[ROUTE] = answer(201, {"status": "in_queue"})
    server["GET /v1/cleanups/a%20b"] = told("none", "processing")
    api = replace(API, security=(ApiKey(name="key", place="query"),))
    step = Step(operation=poll, parameters={"of": "$request.body#/input/prompt", "kind": "old"})
    life, client = living(id=(), poll=step), desk.open(api=api)
    job = desk(client.videos.submit_as(life, prompt="a b"))
    assert job.id == f"{server.url}/v1/cleanups/a%20b?kind=old"
    assert desk(job.refresh()).state == "running"
    record = job._record
    again = resumed(record.session, life, *read_token(job.token, [life.name])[1:], 0.0)
    assert (again.url, again.id) == (job.id, job.id)
    assert server.received[-1].query == f"kind=old&key={KEY}"


@pytest.mark.parametrize("declared", ["303", "3XX", "302", ""])
def test_a_redirect_that_is_declared_may_name_a_job(
    desk: Desk, server: Loopback, declared: str
) -> None:
    server[ROUTE] = answer(303, {"id": "task_1", "status": "in_queue"}, location="/elsewhere")
    answers = (*SUBMIT.answers, Answer(declared, "application/json", lambda: Task))
    life = replace(SUBMIT, answers=answers)
    if declared not in ("303", "3XX"):
        with pytest.raises(SubmitUncertainError, match="HTTP 303"):
            desk(desk.open().videos.submit_as(life))
        return
    job = desk(desk.open().videos.submit_as(life))
    assert (job.id, job.state, job.answer.id) == ("task_1", "queued", "task_1")
    # One that names none is uncertain all the same, and none is followed.
    server[ROUTE] = answer(303, {}, location="/elsewhere")
    with pytest.raises(SubmitUncertainError, match="HTTP 303"):
        desk(desk.open().videos.submit_as(life))
    assert len(server.received) == 2
