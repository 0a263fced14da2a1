from typing import assert_type

from tests.answering import Reply, Vendor
from the_content_type_of_an_answer_chooses_its_model import (
    TheContentTypeOfAnAnswerChoosesItsModel,
    errors,
    models,
)

BOX, THING = b'{"size": 1}', b'{"name": "n"}'
vendor = Vendor(
    Reply(body=BOX, content_type="application/vnd.shop.box+json"),
    Reply(body=THING, content_type="application/json; charset=utf-8"),
    Reply(body=THING, content_type="application/hal+json"),
    Reply(status=201, body=THING),
    Reply(body=THING, content_type='Application/JSON; Profile="thing"'),
    Reply(body=BOX, content_type="application/json; profile=box"),
    Reply(body=BOX),
    Reply(
        status=400, body=b'{"title": "t"}', content_type="application/problem+json; charset=utf-8"
    ),
    Reply(status=400, body=b'{"why": "w"}'),
)
things = TheContentTypeOfAnAnswerChoosesItsModel(http_client=vendor.http).things
box = things.get()
assert_type(box, models.Thing | models.Box)
assert box == models.Box(size=1)
assert vendor.last.headers["accept"].startswith("application/json, application/vnd.shop.box+json")
assert things.get() == models.Thing(name="n")
assert things.get() == models.Thing(name="n")
# A success that nobody described is like those that somebody did: what else is said is of errors.
assert things.get() == models.Thing(name="n")

assert things.get_profile() == models.Thing(name="n")
assert things.get_profile() == models.Box(size=1)
assert things.get_profile() == models.Box(size=1)

for wanted in (models.Trouble(title="t"), models.Failure(why="w")):
    try:
        things.get()
        raise AssertionError("that is an error")
    except errors.BadRequestError as error:
        assert error.model == wanted
