"""A document woven for the judges: its client with the sandbox in it, and the document as it is after its overlay."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.pipeline import weave

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = frozenset((".json", ".yaml", ".yml"))
OVERLAY = ".overlay.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Woven:
    """One document, laid out in a folder; `trouble` says why it is not."""

    name: str
    home: Path
    trouble: str = ""

    @property
    def document(self) -> Path:
        """The document with its overlay applied, as JSON."""
        return self.home / "merged.json"


def documents_of(folders: list[Path], only: list[str] | None) -> Iterator[Path]:
    """The documents among files and folders, those alone whose names hold one of the words."""
    for folder in folders:
        found = sorted(folder.iterdir()) if folder.is_dir() else [folder]
        for path in found:
            if path.suffix in KINDS and (not only or any(word in path.name for word in only)):
                yield path


def lay_out(document: Path, overlays: Path, home: Path) -> Woven:
    """Weave a document with the overlay of its name, if there is one."""
    name = document.stem
    home = home / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    overlay = overlays / f"{name}{OVERLAY}"
    woven = weave(document, overlays=[overlay] if overlay.is_file() else [], package="api")
    if woven.api is None:
        return Woven(name=name, home=home, trouble=f"it is not woven: {woven.findings}")
    for file in woven.files:
        path = home / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    made = Woven(name=name, home=home)
    made.document.write_text(json.dumps(woven.documents.root.value), "utf-8")
    return made
