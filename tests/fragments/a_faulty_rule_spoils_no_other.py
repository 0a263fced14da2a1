from collections.abc import Callable

from a_faulty_rule_spoils_no_other import AFaultyRuleSpoilsNoOther
from a_faulty_rule_spoils_no_other.errors import InvalidRequestError
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = AFaultyRuleSpoilsNoOther(http_client=vendor.http)


def problems(call: Callable[[], None]) -> list[str]:
    try:
        call()
    except InvalidRequestError as error:
        return [problem.path for problem in error.problems]
    return []


goods, bads = client.goods, client.bads
assert problems(lambda: goods.create(a=1)) == []
assert problems(lambda: goods.create(a=1, extra_body={"a": "x"})) == ["/a"]
assert problems(lambda: goods.create(a=1, title="x")) == ["/size"]
assert problems(lambda: goods.create(a=1, type="x")) == ["/size"]
assert problems(lambda: goods.create(a=1, type="x", size=1)) == []
assert problems(lambda: bads.create(q="x")) == []
assert problems(lambda: bads.create(q="long", r=[1], s=8)) == ["/q"]
assert problems(lambda: bads.create(q="x", s=10)) == ["/s"]
