from every_path_and_query_can_be_said import EveryPathAndQueryCanBeSaid, errors
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
things = EveryPathAndQueryCanBeSaid(http_client=vendor.http).things
things.find("x", "me", "1", "2")
assert vendor.target == "/a/x.json/1-2/me:act"
things.find(
    "x",
    "me",
    "1",
    "2",
    limit=10,
    id_query=["y"],
    self_="s",
    options_="o",
    timeout_=3,
    extra_headers_="e",
    body="b",
    send_as_="c",
    authorization="Token t",
)
assert vendor.target.partition("?")[2] == (
    "limit=10&id=y&self=s&options=o&timeout=3&extra_headers=e&body=b&send_as=c"
)
assert vendor.last.headers["authorization"] == "Token t"
assert vendor.last.headers["accept"] == "application/json"
sent = len(vendor.requests)
try:
    things.find("X", "me", "1", "2", limit=11, id_query=["a", "b"])
    raise AssertionError("nothing was found")
except errors.InvalidRequestError as error:
    assert sorted(problem.path for problem in error.problems) == ["/id", "/id", "/limit"]
    assert len(vendor.requests) == sent
things.find("X", "me", "1", "2", limit=11, check=False)
assert vendor.target.startswith("/a/X.json/")

things.search(all={"q": "a b", "tags": ["x", "y"]})
assert vendor.target == "/form?q=a+b&tags=x&tags=y"
things.search(all={"q": "ab"}, extra_query={"z": 1})
assert vendor.target == "/form?q=ab&z=1"
try:
    things.search(all={"q": "a"})
    raise AssertionError("nothing was found")
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/all/q"]
things.look(all={"n": 1})
assert vendor.target == "/json?%7B%22n%22%3A1%7D"
