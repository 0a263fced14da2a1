"""The bench of calls: every row has a contender, and its server answers what its document says."""

from __future__ import annotations

import json
from pathlib import Path

from bench.calling.__main__ import GROUPS, HERE
from bench.calling.answering import ANSWERS, MEGABYTE
from bench.calling.contenders import makers
from bench.calling.structs import ORDERS

from specloom.pipeline import weave


def test_every_row_has_a_contender_and_every_contender_a_row() -> None:
    named = {name for group in GROUPS.values() for name in group.names}
    assert named == set(makers("http://127.0.0.1:9", Path()))


def test_the_document_is_woven_without_a_warning() -> None:
    woven = weave(HERE / "shop.yaml")
    assert woven.findings == ""


def test_the_server_lists_a_megabyte_of_orders() -> None:
    for path in (b"/plain/orders", b"/unknown/orders"):
        body = ANSWERS[path].partition(b"\r\n\r\n")[2]
        assert 0.9 * MEGABYTE < len(body) < 1.1 * MEGABYTE
        assert len(ORDERS.decode(body)) == len(json.loads(body))
