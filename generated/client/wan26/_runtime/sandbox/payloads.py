"""Small files of a media type, made here: what a download gives where no job made a film."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import wave
import zipfile
from typing import TYPE_CHECKING, Final

from .clips import RATE, encode_film, encode_sound, tone
from .dice import Dice

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["payload"]

_SIDE: Final = 64  # pixels
_DAWN: Final = (1980, 1, 1, 0, 0, 0)  # of zip archives


def payload(media_type: str, text: str = "") -> bytes:
    """A valid file of the media type; the same for the same text. Plain bytes of unknown types."""
    name = media_type.partition(";")[0].strip().lower()
    made = _MAKERS.get(name)
    if made is None:
        kind = name.partition("/")[0]
        suffix = name.rpartition("+")[2] if "+" in name else ""
        made = _BY_SUFFIX.get(suffix) or _BY_KIND.get(kind, _bytes)
    return made(text or name)


def _bytes(text: str) -> bytes:
    dice = Dice("bytes", text)
    return bytes(dice.below(256) for _ in range(256))


def _plain(text: str) -> bytes:
    return f"{text}\n".encode("utf-8", "replace")


def _json(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


def _csv(text: str) -> bytes:
    said = text.replace('"', '""')
    return f'id,text\r\n1,"{said}"\r\n2,"sandbox"\r\n'.encode("utf-8", "replace")


def _xml(text: str) -> bytes:
    shown = "".join(sign for sign in text if sign.isprintable())
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        shown = shown.replace(sign, entity)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<text>{shown}</text>\n'.encode(
        "utf-8", "replace"
    )


def _svg(text: str) -> bytes:
    red, green, blue = _color(text)
    side = f'width="{_SIDE}" height="{_SIDE}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {side}>'
        f'<rect {side} fill="rgb({red},{green},{blue})"/></svg>\n'
    ).encode()


def _html(text: str) -> bytes:
    shown = _xml(text).partition(b"<text>")[2].rpartition(b"</text>")[0]
    return b"<!DOCTYPE html>\n<title>Sandbox</title>\n<p>" + shown + b"</p>\n"


def _subtitles(text: str) -> bytes:
    return f"1\n00:00:00,000 --> 00:00:02,000\n{_line(text)}\n".encode("utf-8", "replace")


def _captions(text: str) -> bytes:
    return f"WEBVTT\n\n00:00.000 --> 00:02.000\n{_line(text)}\n".encode("utf-8", "replace")


def _calendar(text: str) -> bytes:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//sandbox//EN",
        "BEGIN:VEVENT",
        f"UID:{Dice(text).below(10**9)}@example.com",
        "DTSTAMP:20260101T000000Z",
        "DTSTART:20260102T090000Z",
        f"SUMMARY:{_line(text)[:60]}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines).encode("utf-8", "replace")


def _line(text: str) -> str:
    return " ".join(text.split()) or "sandbox"


def _pdf(text: str) -> bytes:
    shown = "".join(sign for sign in text if (sign.isascii() and sign.isalnum()) or sign == " ")[
        :60
    ]
    drawn = f"BT /F1 18 Tf 36 120 Td ({shown}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 240] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(made)


def _zip(text: str) -> bytes:
    return _archive({"readme.txt": _plain(text)})


def _archive(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _DAWN), content)
    return made.getvalue()


def _gzip(text: str) -> bytes:
    return gzip.compress(_plain(text), mtime=0)


def _tar(text: str) -> bytes:
    made, content = io.BytesIO(), _plain(text)
    with tarfile.open(fileobj=made, mode="w") as archive:
        member = tarfile.TarInfo("readme.txt")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def _color(text: str) -> tuple[int, int, int]:
    dice = Dice("color", text)
    return dice.below(256), dice.below(256), dice.below(256)


def _image(kind: str) -> Callable[[str], bytes]:
    def make(text: str) -> bytes:
        from PIL import Image

        made = io.BytesIO()
        Image.new("RGB", (_SIDE, _SIDE), _color(text)).save(made, kind)
        return made.getvalue()

    return make


def _wav(text: str) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(tone(text))
    return made.getvalue()


_PACKAGE: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Target="%s" Type="http://schemas.openxmlformats.org/'
    b'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_TYPES: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/'
    b'vnd.openxmlformats-package.relationships+xml"/>'
    b'<Default Extension="xml" ContentType="application/xml"/>%s</Types>'
)
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"


def _document(text: str) -> bytes:
    shown = _xml(text).partition(b"<text>")[2].rpartition(b"</text>")[0]
    kind = f"{_OFFICE}.wordprocessingml.document.main+xml".encode()
    said = b'<Override PartName="/word/document.xml" ContentType="%s"/>' % kind
    body = (
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b"<w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>" % shown
    )
    return _archive(
        {
            "[Content_Types].xml": _TYPES % said,
            "_rels/.rels": _PACKAGE % b"word/document.xml",
            "word/document.xml": body,
        }
    )


_BY_SUFFIX: Final[dict[str, Callable[[str], bytes]]] = {"json": _json, "xml": _xml, "zip": _zip}
_BY_KIND: Final[dict[str, Callable[[str], bytes]]] = {
    "text": _plain,
    "image": _image("PNG"),
    "audio": _wav,
    "video": lambda text: encode_film(_color(text), _SIDE, "mp4", "h264"),
}
_MAKERS: Final[dict[str, Callable[[str], bytes]]] = {
    "application/json": _json,
    "text/json": _json,
    "application/xml": _xml,
    "text/xml": _xml,
    "text/html": _html,
    "text/csv": _csv,
    "application/csv": _csv,
    "text/vtt": _captions,
    "application/x-subrip": _subtitles,
    "text/srt": _subtitles,
    "text/calendar": _calendar,
    "application/yaml": lambda text: b"text: " + _json(text)[9:-1] + b"\n",
    "application/pdf": _pdf,
    "application/zip": _zip,
    "application/x-zip-compressed": _zip,
    "application/gzip": _gzip,
    "application/x-gzip": _gzip,
    "application/x-tar": _tar,
    f"{_OFFICE}.wordprocessingml.document": _document,
    "image/svg+xml": _svg,
    "image/jpeg": _image("JPEG"),
    "image/jpg": _image("JPEG"),
    "image/gif": _image("GIF"),
    "image/webp": _image("WEBP"),
    "image/bmp": _image("BMP"),
    "image/tiff": _image("TIFF"),
    "audio/mpeg": lambda text: encode_sound(text, "mp3", "mp3"),
    "audio/mp3": lambda text: encode_sound(text, "mp3", "mp3"),
    "audio/ogg": lambda text: encode_sound(text, "ogg", "libopus"),
    "audio/flac": lambda text: encode_sound(text, "flac", "flac"),
    "audio/aac": lambda text: encode_sound(text, "adts", "aac"),
    "audio/mp4": lambda text: encode_sound(text, "mp4", "aac"),
    "video/webm": lambda text: encode_film(_color(text), _SIDE, "webm", "libvpx"),
    "video/quicktime": lambda text: encode_film(_color(text), _SIDE, "mov", "h264"),
}
