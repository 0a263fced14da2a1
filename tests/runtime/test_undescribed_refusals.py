"""What a server says of a refusal that no document describes."""

from __future__ import annotations

from typing import Any

import pytest

from specloom.targets.client.runtime.errors import APIStatusError

from .desks import KEY, ROUTE, Desk, desk, server
from .loopback import Loopback, answer

__all__ = ["desk", "server"]  # fixtures


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"code": 20001, "message": "WebhookUrl and WebhookMethod go together"}, "go together"),
        ({"title": "Invalid", "detail": "prompt is too long"}, "prompt is too long"),
        ({"error": "no such browser"}, "no such browser"),
        ({"error": {"type": "invalid", "message": "no such size"}}, "no such size"),
        ({"title": "Unprocessable"}, "Unprocessable"),
        ({"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required"),
        ({"errors": ["bad url"]}, "bad url"),
        ({"error": {"type": "invalid"}}, "the server answered HTTP 422"),
        (["bad"], "the server answered HTTP 422"),
        ({"message": " "}, "the server answered HTTP 422"),
    ],
)
def test_it_is_told_where_servers_usually_say_it(
    desk: Desk, server: Loopback, body: Any, words: str
) -> None:
    server[ROUTE] = answer(422, body)
    with pytest.raises(APIStatusError) as caught:
        desk(desk.open().videos.submit(prompt="A kitten"))
    assert words in str(caught.value).splitlines()[0]
    assert caught.value.body == body
    assert caught.value.billed == "no"


def test_it_tells_no_key(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = answer(401, {"detail": f"the key {KEY} is not known"})
    with pytest.raises(APIStatusError) as caught:
        desk(desk.open().videos.submit(prompt="A kitten"))
    assert "is not known" in str(caught.value)
    assert KEY not in str(caught.value)
