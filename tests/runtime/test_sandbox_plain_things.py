"""What a sandbox keeps: things that were created are got, listed, changed and removed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.runtime.shop import KEY, SHOP, played

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.targets.client.runtime.sandbox.serving import Sandbox

NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with played(SHOP, tmp_path_factory.mktemp("shop"), wall=CLOCK) as sandbox:
        yield sandbox


@pytest.fixture
def http(running: Sandbox) -> Iterator[httpx2.Client]:
    running.reset()
    CLOCK.now = NOON
    with httpx2.Client(base_url=running.url, headers=KEY) as client:
        yield client


def create(http: httpx2.Client, **fields: Any) -> Any:
    answer = http.post("/pets", json={"name": "Rex", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_what_was_created_is_given_back(http: httpx2.Client) -> None:
    made = create(http, age=3)
    assert made["name"] == "Rex"
    assert made["age"] == 3
    assert "tag" not in made  # a server does not make up what nobody sent
    assert http.get(f"/pets/{made['id']}").json() == made


def test_the_answer_says_where_the_thing_is(http: httpx2.Client) -> None:
    answer = http.post("/pets", json={"name": "Rex"})
    assert http.get(answer.headers["location"]).json() == answer.json()


def test_ids_count_up_and_differ(http: httpx2.Client) -> None:
    assert [create(http)["id"] for _ in range(3)] == [1, 2, 3]


def test_moments_are_those_of_the_clock(http: httpx2.Client) -> None:
    made = create(http)
    assert made["created_at"] == made["updated_at"] == "2026-01-01T12:00:00Z"
    CLOCK.now += 60
    changed = http.patch(f"/pets/{made['id']}", json={"age": 4}).json()
    assert changed["created_at"] == "2026-01-01T12:00:00Z"
    assert changed["updated_at"] == "2026-01-01T12:01:00Z"


def test_a_list_holds_what_was_created_and_nothing_else(http: httpx2.Client) -> None:
    empty = http.get("/pets").json()
    assert (empty["items"], empty["total"], empty["has_more"]) == ([], 0, False)
    made = [create(http, age=age) for age in (1, 2)]
    told = http.get("/pets").json()
    assert told["items"] == made
    assert told["total"] == 2
    assert told.get("next") is None


def test_a_list_comes_in_pages_that_lead_on_and_end(http: httpx2.Client) -> None:
    made = [create(http, age=age) for age in range(5)]
    answer = http.get("/pets", params={"limit": 2}).json()
    assert answer["has_more"]
    found = list(answer["items"])
    while answer["next"]:
        answer = http.get(answer["next"]).json()
        found += answer["items"]
    assert found == made
    assert not answer["has_more"]
    assert answer["total"] == 5


def test_a_patch_changes_what_it_names(http: httpx2.Client) -> None:
    made = create(http, age=3, tag="dog")
    changed = http.patch(f"/pets/{made['id']}", json={"age": 4, "tag": None}).json()
    assert (changed["name"], changed["age"]) == ("Rex", 4)
    assert "tag" not in changed
    assert http.get(f"/pets/{made['id']}").json() == changed


def test_a_put_replaces_all_that_can_be_sent(http: httpx2.Client) -> None:
    made = create(http, age=3, tag="dog")
    changed = http.put(f"/pets/{made['id']}", json={"name": "Max"}).json()
    assert (changed["id"], changed["name"]) == (made["id"], "Max")
    assert "age" not in changed
    assert "tag" not in changed


def test_what_was_removed_is_gone(http: httpx2.Client) -> None:
    made = create(http)
    removed = http.delete(f"/pets/{made['id']}")
    assert (removed.status_code, removed.content) == (204, b"")
    for answer in (
        http.get(f"/pets/{made['id']}"),
        http.delete(f"/pets/{made['id']}"),
        http.patch(f"/pets/{made['id']}", json={}),
        http.get(f"/pets/{made['id']}/visits"),
    ):
        assert answer.status_code == 404
    assert http.get("/pets").json()["items"] == []


def test_what_was_never_created_is_not_there_and_said_in_the_documents_own_shape(
    http: httpx2.Client,
) -> None:
    answer = http.get("/pets/77")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {"status": 404, "detail": "there is nothing with the id '77'"}


def test_things_lie_below_their_parents_in_an_envelope(http: httpx2.Client) -> None:
    first, second = create(http), create(http)
    made = http.post(f"/pets/{first['id']}/visits", json={"reason": "cough"}).json()
    assert made["data"]["reason"] == "cough"
    uuid.UUID(made["data"]["id"])
    path = f"/pets/{first['id']}/visits/{made['data']['id']}"
    assert http.get(path).json() == made
    assert http.get(f"/pets/{first['id']}/visits").json() == [made["data"]]
    assert http.get(f"/pets/{second['id']}/visits").json() == []


def test_what_there_is_one_of_keeps_what_was_put(http: httpx2.Client) -> None:
    assert http.get("/settings").status_code == 200
    put = http.put("/settings", json={"theme": "dark", "volume": 3})
    assert put.json() == {"theme": "dark", "volume": 3}
    assert http.get("/settings").json() == put.json()


def test_what_nobody_can_create_is_there_under_any_id(http: httpx2.Client) -> None:
    told = http.get("/breeds/collie").json()
    assert told["slug"] == "collie"
    assert http.get("/breeds/collie").json() == told


def test_a_reset_forgets_all(http: httpx2.Client, running: Sandbox) -> None:
    create(http)
    running.reset()
    assert http.get("/pets").json()["total"] == 0


def test_a_head_is_a_get_without_its_body(http: httpx2.Client) -> None:
    made = create(http)
    answer = http.head(f"/pets/{made['id']}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(http.get(f"/pets/{made['id']}").content)
