from an_error_has_the_class_of_its_status import (
    AnErrorHasTheClassOfItsStatus,
    APIError,
    errors,
    models,
)
from tests.answering import Reply, Vendor

vendor = Vendor(
    Reply(status=404, body=b'{"why": "gone"}'),
    Reply(status=422, body=b"<p>no", content_type="text/html"),
    Reply(status=418),
    Reply(status=500, body=b"{}"),
)
client = AnErrorHasTheClassOfItsStatus(http_client=vendor.http, max_retries=0)


def failure() -> errors.APIStatusError:
    try:
        client.things.get("1")
    except errors.APIStatusError as error:
        return error
    raise AssertionError("an error status raises")


error = failure()
assert type(error) is errors.NotFoundError
assert (error.status_code, error.body, error.raw) == (404, {"why": "gone"}, b'{"why": "gone"}')
error = failure()
assert type(error) is errors.UnprocessableEntityError
assert error.body == "<p>no"
assert type(failure()) is errors.APIStatusError
assert type(failure()) is errors.InternalServerError
assert issubclass(errors.InternalServerError, APIError)
# Beside a success, whatever else may come is an error.
assert models.PutThingError(why="so").why == "so"
