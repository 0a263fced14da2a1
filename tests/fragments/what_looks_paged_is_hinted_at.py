import io
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from specloom.cli import main
from specloom.pipeline import read_api

DOCUMENT = Path(__file__).with_suffix(".yaml")
WANTED = {
    "listByCursor": "{style: cursor, items: $.things, cursor: $.meta.next_cursor, parameter: cursor, size: limit}",
    "listAfter": "{style: cursor, items: $.data, cursor: '$.data[-1].id', parameter: starting_after, more: $.has_more}",
    "listByPage": "{style: page, items: $, parameter: page, size: per_page}",
    "listByOffset": "{style: offset, items: $.things, parameter: offset, total: $.total}",
    "listByLink": "{style: link-header, items: $}",
    "listByUrl": "{style: next-url, items: $.results, url: $.next}",
    "listSomehow": "",
}

# Not even `--strict` makes a hint a fault.
read = read_api(DOCUMENT, package="shop", strict=True)
assert read.api is not None
assert not read.report.faults
assert not read.findings
hinted = {hint.message.split("`")[1]: hint.hint for hint in read.report.hints}
assert hinted == {name: f"x-pagination: {line}" if line else "" for name, line in WANTED.items()}
assert "looks-paged" in read.hints

# Each line is what it says: written down, it is understood, and nothing more is said.
text = DOCUMENT.read_text("utf-8")
for name, line in WANTED.items():
    told = line or "{style: page, items: $, parameter: cursor}"
    text = text.replace(
        f"operationId: {name}\n", f"operationId: {name}\n      x-pagination: {told}\n"
    )
written = Path(tempfile.mkdtemp()) / "written.yaml"
written.write_text(text, "utf-8")
again = read_api(written, package="shop", strict=True)
assert again.api is not None, again.findings
assert not again.report.diagnostics, again.findings + again.hints
methods = [
    name
    for resource in again.api.resources
    for one in resource.operations
    for name in one.companions
]
assert methods == ["iterate"] * 8

# `validate` shows hints, other commands say how many there are.
for command, lines in (("validate", 7), ("model", 0)):
    said, printed = io.StringIO(), io.StringIO()
    with redirect_stderr(said), redirect_stdout(printed):
        assert main([command, str(DOCUMENT), "--strict"]) == 0
    assert said.getvalue().count("hint[looks-paged]") == lines
    assert "7 hints" in (printed if lines else said).getvalue()
