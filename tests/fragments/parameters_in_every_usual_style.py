import datetime

from parameters_in_every_usual_style import ParametersInEveryUsualStyle, models
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = ParametersInEveryUsualStyle(http_client=vendor.http)
client.things.find(
    [1, 2],
    "x",
    "y/z",
    many=["a", "b c"],
    joined=["a", "b,c"],
    piped=[1, 2],
    filter=models.Filter(name="n", age=3),
    json={"name": "m"},
    day=datetime.date(2024, 2, 29),
    flag=True,
    x_ids=[1, 2],
    session="s",
    path="a/b?c",
)
path, _, query = vendor.target.partition("?")
assert path == "/a/1,2/b.x/c;matrix=y%2Fz"
assert query.split("&") == [
    "many=a",
    "many=b%20c",
    "joined=a,b%2Cc",
    "piped=1%7C2",
    "filter%5Bname%5D=n",
    "filter%5Bage%5D=3",
    "json=%7B%22name%22%3A%22m%22%7D",
    "day=2024-02-29",
    "flag=true",
    "path=a/b?c",
]
assert vendor.last.headers["x-ids"] == "1,2"
assert vendor.last.headers["cookie"] == "session=s"
client.things.find([1], "x", "y")
assert "?" not in vendor.target
