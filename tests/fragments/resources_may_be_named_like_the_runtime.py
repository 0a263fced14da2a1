from resources_may_be_named_like_the_runtime import ResourcesMayBeNamedLikeTheRuntime, models
from tests.answering import Vendor

vendor = Vendor({"x": "a"})
client = ResourcesMayBeNamedLikeTheRuntime(http_client=vendor.http)
assert client.operation.find() == models.Operation(x=models.OperationX.A)
assert client.job.find() == models.Job(x=models.JobX.A)
assert client.result.find() == models.Result(x=models.ResultX.A)
assert client.options.find() == models.Options(x=models.OptionsX.A)
assert client.answer.find() == models.Answer(x=models.AnswerX.A)
assert client.body.find() == models.Body(x=models.BodyX.A)
assert client.resource.find() == models.Resource(x=models.ResourceX.A)
assert client.any.find() == models.Any_(x=models.Any_X.A)
assert client.sequence.find() == models.Sequence(x=models.SequenceX.A)
assert client.errors.find() == models.Errors(x=models.ErrorsX.A)
assert client.models.find() == models.Models(x=models.ModelsX.A)
assert client.client.find() == models.Client(x=models.ClientX.A)
