"""Tokens of jobs: any id goes in and comes out again."""

from __future__ import annotations

import pytest

from specloom.targets.client.runtime.errors import ConfigurationError, InvalidRequestError
from specloom.targets.client.runtime.tokens import read_token, write_token

from .loopback import Loopback
from .videos_api import VideosClient

SUBMIT = "videos.submit"


@pytest.mark.parametrize("job_id", ["t1", "a/b ?", "\xe9\U0001f600", "half \ud800", "~", "x" * 500])
@pytest.mark.parametrize("parameters", [{}, {"region": "eu"}])
def test_an_id_comes_out_as_it_went_in(job_id: str, parameters: dict[str, str]) -> None:
    token = write_token(SUBMIT, job_id, parameters)
    assert token.isascii()
    assert read_token(token, [SUBMIT]) == (SUBMIT, job_id, parameters)


@pytest.mark.parametrize("text", ["videos.submit~", "videos.submit~~", "videos.submit~~WyIiXQ", ""])
def test_a_token_without_an_id_is_refused(text: str) -> None:
    client = VideosClient(api_key="sandbox")
    with pytest.raises(ConfigurationError):
        client.jobs.resume(text)


def test_a_prompt_with_half_a_character_is_refused_before_anything_is_sent() -> None:
    with Loopback() as server, VideosClient(api_key="sandbox", base_url=server.url) as client:
        with pytest.raises(InvalidRequestError, match="/prompt") as caught:
            client.videos.submit(prompt="a\ud800")
        assert [problem.path for problem in caught.value.problems] == ["/input/prompt"]
        assert server.connections == 0
