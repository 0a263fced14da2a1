"""Results as Markdown tables, and as a list of all findings."""

from __future__ import annotations

import datetime
import os
import platform
import re
import statistics
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Row = dict[str, Any]
COLUMNS = (
    "document",
    "operations",
    "lines each",
    "s",
    "MB",
    "broken",
    "types",
    "style",
    "fallbacks",
    "open",
    "numbered",
)


def tables(name: str, rows: list[Row], others: list[Row]) -> str:
    """A table of all documents together, beside the peer where it was measured, and one with a row for each."""
    head = f"{name}, {datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, Python {platform.python_version()},"
    machine = (
        f"{os.cpu_count()} cores, {len(rows)} documents, {sum(map(_operations, rows))} operations."
    )
    peer = others[0]["generator"] if others else ""
    text = [f"{head} {machine}", "", f"| all documents | {name} |" + (f" {peer} |" if peer else "")]
    text.append("|---|---|" + ("---|" if peer else ""))
    for label, figure in FIGURES:
        cells = [figure(rows), *([figure(others)] if peer else [])]
        text.append(f"| {label} | {' | '.join(cells)} |")
    text += [
        "",
        f"| {' | '.join(COLUMNS)} |",
    ]
    text.append("|---" * len(COLUMNS) + "|")
    text += [_line(row) for row in rows]
    return "\n".join(text) + "\n"


def _operations(row: Row) -> int:
    return int(row["counted"]["operations"])


def findings(row: Row) -> dict[str, list[str]]:
    """What is wrong with a client, by kind; a tool that did not come to its end is a finding."""
    told, count = row["checked"], row["counted"]
    imports = told["imports"]
    found = {
        "uncompiled": imports["uncompiled"],
        "import": [f"{name}: {why}" for name, why in imports["failed"].items()],
        "format": [] if told["formatted"] is True else [told["formatted"]],
        "missing": count["missing"],
        "extra": count["extra"],
        "open": count["open"],
        "numbered": count["numbered"],
        "excuses": count["excuses"],
        "fallbacks": _all_fallbacks(row),
    }
    for tool in ("mypy", "pyright", "ruff"):
        found[tool] = [told[tool]] if isinstance(told[tool], str) else told[tool]
    if row["made"]["exit"]:
        found["exit"] = [f"{row['made']['exit']}: {row['made']['said'][-400:]}"]
    return found


def _all_fallbacks(row: Row) -> list[str]:
    """Those of the model, and those that the generator only says: once too often rather than not at all."""
    return [*row["made"].get("fallbacks", ()), *row.get("model", {}).get("fallbacks", ())]


def listed(rows: list[Row]) -> Iterator[str]:
    """Each finding of each document, a line each; those in the runtime, of which all have a copy, once."""
    told = set()
    for row in rows:
        for kind, all_of_it in findings(row).items():
            for one in all_of_it:
                place = (
                    "(runtime)"
                    if one.startswith(("api/_runtime", "api._runtime"))
                    else row["document"]
                )
                line = f"{place} {kind}: {one}".replace("\n", " ")
                if line not in told:
                    told.add(line)
                    yield line


def _bad(row: Row, *kinds: str) -> int:
    found = findings(row)
    return sum(len(found.get(kind, ())) for kind in kinds)


def _line(row: Row) -> str:
    operations, lines = _operations(row), row["counted"]["lines"]
    missing = len(row["counted"]["missing"])
    model = row.get("model")
    cells = (
        row["document"],
        f"{operations - missing} of {operations}" if missing else str(operations),
        f"{lines['own'] / operations:.0f}" if operations else "",
        f"{row['made']['seconds']:.1f}",
        str(row["made"]["peak"]),
        _bad(row, "exit", "uncompiled", "import") or "",
        _bad(row, "mypy", "pyright") or "",
        _bad(row, "format", "ruff") or "",
        f"{len(_all_fallbacks(row))} of {model['nodes']}" if model else "",
        len(row["counted"]["open"]) or "",
        len(row["counted"]["numbered"]) or "",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _share(test: Callable[[Row], bool]) -> Callable[[list[Row]], str]:
    return lambda rows: f"{sum(test(row) for row in rows)} of {len(rows)}"


def _sum(figure: Callable[[Row], float]) -> Callable[[list[Row]], str]:
    return lambda rows: f"{sum(map(figure, rows)):,.0f}"


def _each(key: str) -> Callable[[list[Row]], str]:
    def lines(rows: list[Row]) -> str:
        reached = sum(_operations(row) - len(row["counted"]["missing"]) for row in rows)
        return f"{sum(row['counted']['lines'][key] for row in rows) / max(reached, 1):.0f}"

    return lines


def _fallbacks(rows: list[Row]) -> str:
    told = [row for row in rows if "model" in row]
    nodes = sum(row["model"]["nodes"] for row in told)
    count = sum(len(_all_fallbacks(row)) for row in told)
    return f"{count:,} of {nodes:,} ({count / nodes:.2%})" if nodes else "not told"


def _open(rows: list[Row]) -> str:
    typed = sum(row["counted"]["typed"] for row in rows)
    count = sum(len(row["counted"]["open"]) for row in rows)
    return f"{count:,} of {typed:,} ({count / max(typed, 1):.2%})"


def _made(row: Row) -> bool:
    return not _bad(row, "exit") and row["checked"]["imports"]["modules"] > 0


def _imported(row: Row) -> bool:
    return _made(row) and not _bad(row, "uncompiled", "import")


def _clean(row: Row) -> bool:
    return _made(row) and not _bad(row, "mypy", "pyright", "format", "ruff")


def _whole(row: Row) -> bool:
    return _imported(row) and _clean(row) and not row["counted"]["missing"]


FIGURES: tuple[tuple[str, Callable[[list[Row]], str]], ...] = (
    ("generated", _share(_made)),
    ("every module compiled and imported", _share(_imported)),
    (
        "complete: every operation can be called",
        _share(lambda row: _made(row) and not row["counted"]["missing"]),
    ),
    ("clean: mypy --strict, pyright, formatter, ruff", _share(_clean)),
    ("all of these", _share(_whole)),
    ("operations that no call reaches", _sum(lambda row: len(row["counted"]["missing"]))),
    ("modules that do not compile or import", _sum(lambda row: _bad(row, "uncompiled", "import"))),
    ("errors of mypy --strict", _sum(lambda row: _bad(row, "mypy"))),
    ("findings of pyright", _sum(lambda row: _bad(row, "pyright"))),
    ("findings of ruff", _sum(lambda row: _bad(row, "ruff"))),
    ("fallbacks of schema nodes (its own model)", _fallbacks),
    ("`Any` where the document tells more (names compared)", _open),
    (
        "names with numbers of the generator's own",
        _sum(lambda row: len(row["counted"]["numbered"])),
    ),
    ("comments and settings that silence a tool", _sum(lambda row: len(row["counted"]["excuses"]))),
    ("lines for each operation: its calls", _each("calls")),
    ("lines for each operation: all but a copied runtime", _each("own")),
    ("lines for each operation: everything", _each("all")),
    (
        "seconds, median",
        lambda rows: f"{statistics.median(row['made']['seconds'] for row in rows):.1f}",
    ),
    ("seconds, all documents", _sum(lambda row: row["made"]["seconds"])),
    ("seconds, the slowest", lambda rows: f"{max(row['made']['seconds'] for row in rows):.1f}"),
    ("seconds of a processor, all documents", _sum(lambda row: row["made"].get("cpu", 0))),
    ("peak memory in MB, the largest", lambda rows: f"{max(row['made']['peak'] for row in rows)}"),
)


def write_between(readme: Path, name: str, text: str) -> None:
    """Put the tables between the markers of that name."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    old = readme.read_text("utf-8")
    pattern = re.compile(f"(?s){re.escape(start)}.*?{re.escape(end)}")
    if not pattern.search(old):
        raise ValueError(f"{readme} has no markers {start} and {end}")
    readme.write_text(pattern.sub(lambda _: f"{start}\n{text}{end}", old), "utf-8")
