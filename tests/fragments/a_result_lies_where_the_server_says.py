import asyncio
import tempfile
from pathlib import Path

from a_result_lies_where_the_server_says import (
    AResultLiesWhereTheServerSays,
    AsyncAResultLiesWhereTheServerSays,
    errors,
)
from tests.runtime.loopback import Loopback, answer

busy = answer(202, {"id": "t1", "state": "busy"})


def done(link: str) -> bytes:
    return answer(200, {"id": "t1", "state": "done", "links": {"result": link}})


with Loopback() as server, Loopback() as other:
    for name in ("texts", "exports", "films"):
        server[f"POST /{name}"] = busy
    client = AResultLiesWhereTheServerSays(api_key="sk-1", base_url=server.url)

    # A relative URL is resolved against that of the answer, and gets the key.
    server["GET /texts/t1"] = done("t1/words?part=1")
    server["GET /texts/t1/words"] = answer(200, {"text": "one"})
    assert client.texts.submit().refresh().result().value == "one"
    (asked,) = server.seen("GET /texts/t1/words")
    assert (asked.query, asked.headers["authorization"]) == ("part=1", "Bearer sk-1")

    # Another server gets none. JSON under a name that says nothing is read, where it is looked into.
    server["GET /texts/t1"] = done(f"{other.url}/words")
    other["GET /words"] = answer(200, {"text": "two"}, content_type="application/octet-stream")
    assert client.texts.submit().refresh().result().value == "two"
    assert "authorization" not in other.received[-1].headers

    # Beside an operation, the URL replaces that operation's.
    server["GET /texts/t1"] = done("/reels/9")
    server["GET /reels/9"] = answer(200, {"minutes": 90})
    assert client.films.submit().refresh().result().value == 90

    # A poll that redirects tells where the result is, if a rule says that this is success.
    server["GET /exports/t1"] = [answer(200, {"id": "t1"}), answer(303, {}, location="../bag")]
    server["GET /bag"] = answer(200, b"PK", content_type="application/zip")
    export = client.exports.submit().refresh()
    assert export.state == "running"
    path = export.refresh().result().save(Path(tempfile.mkdtemp()) / "bag.zip")
    assert path.read_bytes() == b"PK"
    assert server.seen("GET /bag")[-1].headers["authorization"] == "Bearer sk-1"

    # Nowhere is an error that loses no job.
    server["GET /texts/t1"] = answer(200, {"id": "t1", "state": "done"})
    try:
        client.texts.submit().refresh().result()
    except errors.JobResultError as error:
        assert error.job_id == "t1"
        assert "$.links.result" in str(error)
    else:
        raise AssertionError("there is no URL")
    # A redirect that no rule names is no end: the job goes on.
    server["GET /texts/t1"] = answer(303, {}, location="/elsewhere")
    try:
        client.texts.submit().refresh()
    except errors.APIStatusError as error:
        assert error.status_code == 303
        assert "may go on" in error.hint
    else:
        raise AssertionError("the poll told nothing")
    client.close()


async def meanwhile() -> None:
    with Loopback() as server:
        server["POST /texts"], server["GET /texts/t1"] = busy, done("/words")
        server["GET /words"] = answer(200, {"text": "three"})
        async with AsyncAResultLiesWhereTheServerSays("sk-1", base_url=server.url) as client:
            job = await client.texts.submit()
            assert (await (await job.refresh()).result()).value == "three"


asyncio.run(meanwhile())
