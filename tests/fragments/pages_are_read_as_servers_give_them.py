import json
from collections.abc import Callable, Iterable
from typing import Any

from pages_are_read_as_servers_give_them import PagesAreReadAsServersGiveThem, errors, models
from tests.answering import Reply, Vendor

Iterating = Callable[[PagesAreReadAsServersGiveThem], Iterable[models.Thing]]


def page(*numbers: int, **told: Any) -> dict[str, Any]:
    return {"data": [{"n": number} for number in numbers], **told}


def run(call: Iterating, *answers: Any) -> tuple[list[int], list[str]]:
    """The numbers that come, and what was asked for."""
    vendor = Vendor(*answers)
    client = PagesAreReadAsServersGiveThem(api_key="k/1", http_client=vendor.http)
    numbers = [thing.n for thing in call(client)]
    return numbers, [asked.url.raw_path.decode() for asked in vendor.requests]


# A key that the server echoes goes once.
echoed = page(1, next="/by-url?api+key=old&p=2&api%20key=k%2F1")
found = run(lambda client: client.things.iterate_by_url(kind="a"), echoed, page(2))
assert found == ([1, 2], ["/by-url?kind=a&api%20key=k%2F1", "/by-url?p=2&api%20key=k%2F1"])

# A quoted string may hold anything (RFC 8288, RFC 9110).
header = r'</by-link?p=0>; title="a \"b\", c"; rel=prev, </by-link?p=2>; title="\"\\"; rel="next"'
linked = Reply(body=json.dumps(page(1)).encode(), headers={"link": header})
found = run(lambda client: client.things.iterate_by_link(), linked, page(2))
assert found == ([1, 2], ["/by-link?api%20key=k%2F1", "/by-link?p=2&api%20key=k%2F1"])

# What the server gave is not checked by rules; what the caller gave is.
found = run(lambda client: client.things.iterate_by_cursor(), page(1, next="longer"), page(2))
assert found[0] == [1, 2]
try:
    run(lambda client: client.things.iterate_by_cursor(cursor="longer"), page(1))
    raise AssertionError("that is too long")
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/cursor"]

given = {"cursor": "a", "z": 1}
found = run(
    lambda client: client.things.iterate_by_cursor(extra_query=given), page(1, next="b"), page(2)
)
assert found[1] == [
    "/by-cursor?cursor=a&z=1&api%20key=k%2F1",
    "/by-cursor?cursor=b&z=1&api%20key=k%2F1",
], found[1]

# A list that is not there is a list of nothing, where several make one.
groups = {"groups": [{"things": [{"n": 1}]}, {"things": [{"n": 2}]}]}
nothing: tuple[dict[str, Any], ...] = ({"groups": []}, {"groups": [{"things": []}]})
for last in nothing:
    assert run(lambda client: client.things.iterate_in_groups(), groups, last)[0] == [1, 2]
try:
    run(lambda client: client.things.iterate_in_groups(), {"other": 1})
    raise AssertionError("there are no groups")
except errors.APIError as error:
    assert "$.groups" in str(error)

# A server that knows no end gives its last page ever again.
found = run(lambda client: client.things.iterate_by_page(), page(1), page(2), page(2))
assert found[0] == [1, 2], found
assert len(found[1]) == 3
