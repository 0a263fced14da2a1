"""Of which media type the file of a job is, by what its document says and by its words."""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .borrowed import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .description import Content
    from .grounds import Ground
    from .lives import Life

__all__ = ["BYTES", "file_path", "media_type_of", "suffix_of"]

BYTES = "application/octet-stream"
_FILM = "video/mp4"
_SUFFIXES = {
    "video/mp4": ".mp4",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/zip": ".zip",
    "application/pdf": ".pdf",
    "application/gzip": ".gz",
    "text/csv": ".csv",
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "text/plain": ".txt",
    "model/gltf-binary": ".glb",
    BYTES: ".bin",
}
_TYPES = {suffix: media_type for media_type, suffix in _SUFFIXES.items()}
# Words of names, the telling ones first.
_WORDS: Mapping[str, str] = {
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "archive": "application/zip",
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "mp4": _FILM,
    "glb": "model/gltf-binary",
    "thumbnail": "image/png",
    "poster": "image/png",
    "screenshot": "image/png",
    "image": "image/png",
    "picture": "image/png",
    "photo": "image/png",
    "subtitles": "text/vtt",
    "captions": "text/vtt",
    "speech": "audio/mpeg",
    "voice": "audio/mpeg",
    "music": "audio/mpeg",
    "song": "audio/mpeg",
    "audio": "audio/mpeg",
    "video": _FILM,
    "movie": _FILM,
    "film": _FILM,
    "animation": _FILM,
    "transcript": "text/plain",
    "json": "application/json",
}
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_PROMPTS = ("prompt", "text_prompt", "prompts")


def media_type_of(life: Life, ground: Ground, content: Content | None, request: Any) -> str:
    """The media type of a job's files.

    Args:
        life: its life cycle.
        ground: of the answer that names the files.
        content: the answer that names them, or is the file.
        request: the body of the submit.
    """
    if life.result_is_file and content is not None and _is_one(content.content_type):
        return content.content_type
    told = next(_told(life, ground, content), None) or next(_worded(life, ground), None)
    if told is not None:
        return told
    return _FILM if _has_prompt(request) else BYTES


def file_path(life: Life, ground: Ground) -> str | None:
    """The place for the files: of several the one that the submit's own words speak of."""
    paths = life.cycle.result.files
    known = [path for path in paths if ground.knows(path)] or list(paths)
    kinds = [_kind(each) for each in _by_words(f"{life.submit.name} {life.submit.path}")]
    for path in known:
        if any(_kind(each) in kinds for each in _by_words(path)):
            return path
    return known[0] if known else None


def suffix_of(media_type: str) -> str:
    """What the name of such a file ends with, the dot included."""
    plain = media_type.partition(";")[0].strip().lower()
    return _SUFFIXES.get(plain) or mimetypes.guess_extension(plain) or ".bin"


def _is_one(media_type: str) -> bool:
    return bool(media_type) and "*" not in media_type and media_type != BYTES


def _told(life: Life, ground: Ground, content: Content | None) -> Iterator[str]:
    """What schemas and examples say."""
    for path in _chosen(life, ground):
        for schema in ground.at(parse(path).segments):
            if _is_one(str(schema.get("contentMediaType", ""))):
                yield str(schema["contentMediaType"])
            for example in (schema.get("example"), *_listed(schema.get("examples"))):
                yield from _by_suffix(example)
        for body in content.examples if content is not None else ():
            for url in parse(path).find(body):
                yield from _by_suffix(url)


def _chosen(life: Life, ground: Ground) -> list[str]:
    path = file_path(life, ground)
    return [] if path is None else [path]


def _kind(media_type: str) -> str:
    return media_type.partition("/")[0]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _by_suffix(url: Any) -> Iterator[str]:
    if not isinstance(url, str):
        return
    try:
        suffix = re.search(r"\.[A-Za-z0-9]{2,5}\Z", urlsplit(url).path)
    except ValueError:
        return
    if suffix:
        found = _TYPES.get(suffix[0].lower()) or mimetypes.guess_type(f"x{suffix[0]}")[0]
        if found:
            yield found


def _worded(life: Life, ground: Ground) -> Iterator[str]:
    """What the words of names say: those of the place, then those of the operation."""
    yield from (
        found for path in _chosen(life, ground) for found in _by_words(path, backwards=True)
    )
    answering = life.operations.get("result")
    for operation in (answering, life.submit):
        if operation is not None:
            yield from _by_words(f"{operation.name} {operation.path}")


def _by_words(text: str, *, backwards: bool = False) -> Iterator[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    for word in reversed(words) if backwards else words:
        found = _WORDS.get(word) or _WORDS.get(word.removesuffix("s"))
        if found:
            yield found


def _has_prompt(request: Any) -> bool:
    if isinstance(request, dict):
        inner = any(_has_prompt(value) for value in request.values())
        return inner or any(name in request for name in _PROMPTS)
    return False
