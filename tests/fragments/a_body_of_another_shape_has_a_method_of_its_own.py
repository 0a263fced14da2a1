from a_body_of_another_shape_has_a_method_of_its_own import (
    ABodyOfAnotherShapeHasAMethodOfItsOwn,
    errors,
)
from tests.answering import Vendor

vendor = Vendor("made")
notes = ABodyOfAnotherShapeHasAMethodOfItsOwn(http_client=vendor.http).notes
made: str = notes.create(text="hi")
assert made == "made"
assert vendor.body == {"text": "hi"}
assert notes.create_multipart(file=b"png") == "made"
assert vendor.last.headers["content-type"].startswith("multipart/form-data; boundary=")
assert notes.create_png(body=b"png") == "made"
assert vendor.last.headers["content-type"] == "image/png"
assert vendor.last.content == b"png"
assert {name for name in dir(notes) if name.startswith("create")} == {
    "create",
    "create_multipart",
    "create_png",
}
notes.create(text="hi", send_as="text/json")
assert vendor.last.headers["content-type"] == "text/json"
try:
    notes.create(text="")
    raise AssertionError("nothing was found")
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/text"]
