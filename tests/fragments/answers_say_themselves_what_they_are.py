import pickle
from typing import Any, assert_type

from answers_say_themselves_what_they_are import AnswersSayThemselvesWhatTheyAre, errors, models
from tests.answering import Reply, Vendor


def client_of(*answers: Any) -> AnswersSayThemselvesWhatTheyAre:
    return AnswersSayThemselvesWhatTheyAre(http_client=Vendor(*answers).http, max_retries=0)


def text(body: bytes, content_type: str = "text/plain") -> Reply:
    return Reply(body=body, content_type=content_type)


# By status, by range, and nothing at all.
thing = client_of({"n": 1}).things.get()
assert_type(thing, models.Thing | list[models.Thing] | None)
assert thing == models.Thing(n=1)
assert client_of(Reply(status=204)).things.get() is None
assert client_of(Reply(status=206, body=b'[{"n": 2}]')).things.get() == [models.Thing(n=2)]

# Under another name it is read as what it is to be, where it is that; else it stays as it came.
assert client_of(text(b'{"n": 1}')).things.get() == models.Thing(n=1)
csv: Any = client_of(text(b"n\n1\n", "text/csv")).things.get()
assert csv == "n\n1\n"
picture: Any = client_of(text(b"\x89PNG", "image/png")).things.get()
assert picture == b"\x89PNG"
for page in (text(b"<html>", "text/html"), text(b'{"n": ', "application/json")):
    try:
        client_of(page).things.get()
    except errors.APIError as error:
        assert "not JSON" in str(error)
    else:
        raise AssertionError("neither a page of a gateway nor half a JSON is an answer")

# Text is text, in its own charset, whatever it looks like.
assert client_of(text(b"123")).things.get_text() == "123"
assert (
    client_of(text(b"caf\xe9", 'text/plain; charset="ISO-8859-1"')).things.get_text() == "caf\xe9"
)
assert (
    client_of(text(b"caf\xc3\xa9", "text/plain; charset=nonsense")).things.get_text() == "caf\xe9"
)
assert client_of(Reply()).things.get_text() == ""
xml = client_of(text(b"<n>1</n>", "application/xml")).things.get_xml()
assert_type(xml, str)
assert xml == "<n>1</n>"

# What the document leaves open.
assert client_of({"n": 1}).things.get_wild() == models.Thing(n=1)
anything = [
    client_of(one).things.get_anything() for one in ({"a": 1}, text(b"1"), text(b"\0", "image/png"))
]
assert anything == [{"a": 1}, "1", b"\0"]
assert_type(client_of(Reply()).things.check_anything(), None)

# Errors are typed as the document describes them.
for status, body, kind in (
    (409, b'{"title": "taken"}', models.Problem),
    (500, b'{"why": "down"}', models.Failure),
):
    try:
        client_of(Reply(status=status, body=body)).things.get()
    except errors.APIStatusError as error:
        assert isinstance(error.model, kind)
        assert error.model.raw == body
        assert error.raw == body
        again = pickle.loads(pickle.dumps(error))
        assert again.model == error.model
    else:
        raise AssertionError("that is an error")
try:
    client_of(
        Reply(status=404, body=b"caf\xe9", content_type="text/plain; charset=latin-1")
    ).things.get()
except errors.NotFoundError as error:
    assert error.model is None
    assert error.body == "caf\xe9"
else:
    raise AssertionError("that is an error")
