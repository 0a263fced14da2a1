from typing import Any

import pytest
from tests.answering import Reply, Vendor
from what_a_life_cycle_assumes_can_be_set import WhatALifeCycleAssumesCanBeSet
from what_a_life_cycle_assumes_can_be_set.errors import (
    ConfigurationError,
    JobResultError,
    SubmitUncertainError,
)
from what_a_life_cycle_assumes_can_be_set.sandbox import Sandbox

done = {"id": "b1", "ticket": "t1", "state": "done"}


def asking(*answers: Any, **assumed: Any) -> WhatALifeCycleAssumesCanBeSet:
    told = {f"bread.submit.job.{name.replace('__', '.')}": value for name, value in assumed.items()}
    http = Vendor(*answers).http
    return WhatALifeCycleAssumesCanBeSet(http_client=http, assumed=told, max_retries=1)


# Of several submits each has its own: what is set for bread is not set for cakes.
client = asking(done, done, id="$.ticket")
assert client.bread.submit().id == "t1"
assert client.cakes.submit().id == "b1"
with pytest.raises(ConfigurationError, match="JSONPath"):
    asking(id="ticket")

# A bread without a picture is one all the same.
with pytest.raises(JobResultError):
    asking(done, done).bread.generate()
assert not asking(done, done, result__optional=True).bread.generate().files
with pytest.raises(ConfigurationError, match="true or false"):
    asking(result__optional="yes")

# A refusal proves that the first arrived where what it says is known.
lost, refused = Reply(status=503), Reply(status=409, body=b'{"seen": true}')
with pytest.raises(SubmitUncertainError) as caught:
    asking(lost, refused).bread.submit()
assert "the first arrived" not in str(caught.value)
with pytest.raises(SubmitUncertainError, match="the first arrived"):
    asking(lost, refused, idempotency__known="$.seen").bread.submit()

# The sandbox takes the same file of settings.
with Sandbox(speed=0, assumed={"bread.submit.job.id": "$.ticket"}) as sandbox:
    told = {"bread.submit.job.id": "$.ticket", "bread.submit.job.result.optional": True}
    client = WhatALifeCycleAssumesCanBeSet(base_url=sandbox.url, assumed=told)
    job = client.bread.submit()
    assert [job.id] == [one["id"] for one in sandbox.jobs()]
    assert job.wait().job is job
