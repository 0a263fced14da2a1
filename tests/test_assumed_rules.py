"""The rules of a life cycle, set anew at run time as other assumptions are."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from wan26 import Wan26
from wan26.errors import ConfigurationError, JobFailedError
from wan26.sandbox import Sandbox

QUICK = {"job.poll.interval": 0.01, "limits.polls-per-second": 1000}


def test_rules_that_are_set_take_the_place_of_the_document_s() -> None:
    rules = [{"when": "$.output", "state": "failed"}]
    with Sandbox(speed=0) as sandbox:
        with Wan26("sandbox", base_url=sandbox.url, assumed=QUICK) as client:
            assert client.videos.generate(prompt="A kitten", size="1280*720", duration=5).url
        told = {**QUICK, "job.rules": rules}
        with Wan26("sandbox", base_url=sandbox.url, assumed=told) as client:
            job = client.videos.submit(prompt="A kitten", size="1280*720", duration=5)
            with pytest.raises(JobFailedError):
                job.wait()


def test_rules_may_stand_in_a_file() -> None:
    text = "[assumed]\n\"job.rules\" = [{code = 410, state = 'expired'}, {when = '$.gone', state = 'missing'}]"
    client = Wan26("sandbox", assumed=tomllib.loads(text)["assumed"])
    first, second = client._session.settings.assumed.values["job.rules"]
    assert (first.code, first.when, first.state) == (410, None, "expired")
    assert (second.code, second.when, second.state) == (None, "$.gone", "missing")


@pytest.mark.parametrize(
    ("rules", "match"),
    [
        ("$.error", "list of rules"),
        ([{"state": "failed"}], "list of rules"),
        ([{"when": "$.error"}], "list of rules"),
        ([{"when": "$.error", "state": "failed", "wen": "$.x"}], "list of rules"),
        ([{"when": "$.error", "state": "broken"}], "the states are queued, running"),
        ([{"when": "error", "state": "failed"}], "JSONPath"),
        ([{"code": 42, "state": "failed"}], "HTTP status"),
    ],
)
def test_what_is_no_rule_is_refused(rules: Any, match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        Wan26("sandbox", assumed={"job.rules": rules})
