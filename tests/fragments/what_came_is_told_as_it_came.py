import asyncio
from typing import assert_type

import httpx2
from tests.answering import Reply, Vendor
from what_came_is_told_as_it_came import (
    AsyncWhatCameIsToldAsItCame,
    Download,
    WhatCameIsToldAsItCame,
    errors,
    models,
)

PAGE = Reply(
    body=b"<p>\xe9</p>", content_type="text/html", headers={"x-request-id": "r-1", "x-more": "m"}
)


def things(*answers: object) -> WhatCameIsToldAsItCame:
    return WhatCameIsToldAsItCame(http_client=Vendor(*answers).http, max_retries=0)


# What cannot be read is told with all that came.
cut = Reply(body=b'{"n":1', headers={"x-request-id": "r-1", "x-more": "m"})
for reply, call in (
    (cut, things(cut).things.get),
    (PAGE, things(PAGE).things.get),
    (PAGE, things(PAGE).things.get_events),
    (PAGE, things(PAGE).things.get_lines),
):
    try:
        call()
    except errors.APIStatusError as error:
        assert (error.status_code, error.raw, error.request_id) == (200, reply.body, "r-1")
        assert error.headers["x-more"] == "m"
    else:
        raise AssertionError("that cannot be read")

# JSON is read in the charset that it says, unless it is UTF-8 all the same.
latin = Reply(body='{"n": "é"}'.encode("latin-1"), content_type="application/json; charset=latin-1")
assert things(latin).things.get() == models.Thing(n="é")
assert things(latin).things.get().raw == latin.body
told = Reply(body='{"n": "é"}'.encode(), content_type="application/json; charset=iso-8859-1")
assert things(told).things.get() == models.Thing(n="é")

try:
    things(Reply(status=400, body=b'[{"why": "w"}]')).things.get()
except errors.BadRequestError as error:
    assert error.model == [models.Why(why="w")]

# Lines end at the word of vendors too.
lines = Reply(body=b'{"n": 1}\n[DONE]\n{"n": 2}\n', content_type="application/jsonl")
assert [thing.n for thing in things(lines).things.get_lines()] == [1]

# A file that breaks off is a download that failed, and no connection that was not made.
broken = Reply(content_type="application/pdf", chunks=(b"ab", httpx2.ReadError("gone")))
try:
    things(broken).things.get_file().read()
except errors.DownloadError as error:
    assert error.retryable
    assert "2 bytes" in str(error)
else:
    raise AssertionError("that is not all of it")


async def later() -> None:
    client = AsyncWhatCameIsToldAsItCame(http_client=Vendor(broken).async_http)
    try:
        await (await client.things.get_file()).read()
    except errors.DownloadError:
        return
    raise AssertionError("that is not all of it")


asyncio.run(later())

# What no client reads is given as it came.
form = things(Reply(body=b"n=1", content_type="application/x-www-form-urlencoded")).things
text = form.get_form()
assert_type(text, str)
assert text == "n=1"
parts = things(Reply(body=b"--x--", content_type="multipart/mixed; boundary=x")).things.get_parts()
assert_type(parts, Download)
assert parts.read() == b"--x--"
either = things(Reply(body=b"\x89PNG", content_type="image/png")).things.get_either()
assert_type(either, bytes | models.Thing)
assert either == b"\x89PNG"
later_on = things(Reply(status=202, body=b'{"n": 1}')).things.get_either()
assert later_on == models.Thing(n=1)
