import pickle

from a_code_of_the_vendor_has_its_class import (
    ACodeOfTheVendorHasItsClass,
    BusyError,
    TooLongError,
    errors,
)
from tests.answering import Reply, Vendor

vendor = Vendor(
    Reply(status=400, body=b'{"error": {"code": "E-1", "message": "no"}}'),
    {"id": "1", "status": "bad", "error": {"code": "42", "message": "full"}},
)
client = ACodeOfTheVendorHasItsClass(http_client=vendor.http, max_retries=0)
try:
    client.things.submit(a="abcd", check=False)
except TooLongError as error:
    assert isinstance(error, errors.BadRequestError)
    assert (error.code, error.kind, error.billed) == ("E-1", "request", "no")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, TooLongError)
else:
    raise AssertionError("the server refuses it")
try:
    client.things.generate(a="abc")
except BusyError as error:
    assert isinstance(error, errors.JobFailedError)
    assert error.job_id == "1"
else:
    raise AssertionError("the job is bad")
# The same rule is checked before anything is sent, under the same code.
sent = len(vendor.requests)
try:
    client.things.submit(a="abcd")
except errors.InvalidRequestError as error:
    assert [(problem.path, problem.code) for problem in error.problems] == [("/a", "E-1")]
else:
    raise AssertionError("a is too long")
assert len(vendor.requests) == sent
