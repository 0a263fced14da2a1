"""[tool.specloom] of a project's pyproject.toml: what to weave, where no document is named."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specloom.model.names import is_package_name
from specloom.openapi.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Settings", "SettingsError", "read_settings"]

_TYPES: dict[str, type] = {
    "document": str,
    "overlays": list,
    "out": str,
    "package": str,
    "strict": bool,
}
_WORDS: dict[type, str] = {str: "text", list: "a list of paths", bool: "true or false"}


class SettingsError(Exception):
    """What is wrong with the settings, each finding a line that names its file.

    Attributes:
        findings: All of them, in the order of the file.
    """

    def __init__(self, findings: tuple[str, ...]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run is about; paths are relative to the current folder, an empty package is the title's.

    `possible` and `cache` are for one run alone: whether what is only possible is proposed too, and whether what was
    woven last may be used again.
    """

    document: Path | None = None
    overlays: tuple[Path, ...] = ()
    out: Path | None = None
    package: str = ""
    strict: bool = False
    possible: bool = False
    cache: bool = True


def read_settings(file: Path) -> Settings:
    """Read the settings in a pyproject.toml; a file that is missing sets nothing.

    Raises:
        SettingsError: The file cannot be read, or something in it cannot be meant.
    """
    table = _table(_toml(file), file)
    findings = tuple(f"{file.as_posix()}: {finding}" for finding in _findings(table))
    if findings:
        raise SettingsError(findings)
    return Settings(
        document=Path(table["document"]) if "document" in table else None,
        overlays=tuple(Path(overlay) for overlay in table.get("overlays", ())),
        out=Path(table["out"]) if "out" in table else None,
        package=table.get("package", ""),
        strict=table.get("strict", False),
    )


def _toml(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        reason = f"this cannot be read: {error.strerror or error}"
    except UnicodeDecodeError as error:
        reason = f"this is not UTF-8 (at byte {error.start + 1})"
    except tomllib.TOMLDecodeError as error:
        # The message may quote the file.
        reason = f"this is not TOML: {ascii(str(error))[1:-1]}"
    except RecursionError:
        reason = "this is nested too deeply"
    raise SettingsError((f"{file.as_posix()}: {reason}",))


def _table(project: Mapping[str, Any], file: Path) -> Mapping[str, Any]:
    table, name = project, ""
    for key in ("tool", "specloom"):
        name = f"{name}.{key}".lstrip(".")
        inner: object = table.get(key, {})
        if not isinstance(inner, dict):
            told = f"`{name}` must be a table, [{name}], not {_told(inner)}"
            raise SettingsError((f"{file.as_posix()}: {told}",))
        table = inner
    return table


def _findings(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        wanted = _TYPES.get(key)
        if wanted is None:
            hint = did_you_mean(key, _TYPES) or f"it may hold {', '.join(_TYPES)}"
            yield f"{key!a} is not a key of [tool.specloom]; {hint}"
        elif not isinstance(value, wanted):
            yield f"`{key}` in [tool.specloom] must be {_WORDS[wanted]}, not {_told(value)}"
        elif key == "package" and not is_package_name(str(value)):
            yield f"`package` in [tool.specloom]: no package can be called {_told(value)}"
        else:
            for path in value if isinstance(value, list) else [value]:
                if not isinstance(path, bool) and not _is_path(path):
                    yield f"`{key}` in [tool.specloom] must be a path, not {_told(path)}"


def _is_path(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _told(value: object) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return str(value).lower() if isinstance(value, bool) else ascii(value)[:80]
