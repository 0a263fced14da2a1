from enums_of_objects_keep_their_kind import EnumsOfObjectsKeepTheirKind
from enums_of_objects_keep_their_kind.errors import InvalidRequestError
from tests.answering import Vendor

vendor = Vendor(None)
client = EnumsOfObjectsKeepTheirKind(http_client=vendor.http)
client.things.paint(color={"r": 1}, range=[0, 1], size=[1, 2], flag=True)
assert vendor.body == {"color": {"r": 1}, "range": [0, 1], "size": [1, 2], "flag": True}
try:
    client.things.paint(color={"r": 3}, range=[0, 2], size=[1])
except InvalidRequestError as error:
    assert sorted(problem.path for problem in error.problems) == ["/color", "/range", "/size"]
else:
    raise AssertionError("a value that the document does not list was sent")
