"""A judgement of requests without a library for OpenAPI: what arrived is what was drawn, where the document says.

Every value that was drawn is valid by `jsonschema`, so a request is right if it carries each of them, in the style of
its parameter, and nothing else.
"""

from __future__ import annotations

import datetime
import email.parser
import email.policy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus

from bench.wire.cases import LINES, is_json

if TYPE_CHECKING:
    from collections.abc import Iterator

DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "|", "form": ",", "simple": ","}
MISSING = object()


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came: the target is percent-encoded, header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Decoded names and raw values of the query."""
        query = self.target.partition("?")[2]
        halves = (pair.partition("=") for pair in query.split("&") if pair)
        return [(unquote_plus(name), value) for name, _, value in halves]

    @property
    def cookies(self) -> list[tuple[str, str]]:
        """Names and raw values of cookies."""
        halves = (pair.strip().partition("=") for pair in self.headers.get("cookie", "").split(";"))
        return [(unquote(name), value) for name, _, value in halves if name]


def judge(case: dict[str, Any], received: Received) -> list[str]:
    """What is wrong with a request for a case."""
    return [*_places(case, received), *_body(case, received)]


def _places(case: dict[str, Any], received: Received) -> Iterator[str]:
    if received.method != case["method"]:
        yield f"method {received.method} in place of {case['method']}"
    path = received.target.partition("?")[0]
    found = path_values(case["path"], path)
    if found is None:
        yield f"path {path} is not {case['path']}"
    whole_query = any(one["in"] == "querystring" for one in case["parameters"])
    known: set[str] = {name for place, name in case["security"] if place == "query"}
    for parameter in case["parameters"]:
        if parameter["ignored"]:  # OpenAPI gives it no meaning, but a client may
            continue
        try:
            came = _came(parameter, received, found or {}, known)
        except ValueError as error:
            yield f"{parameter['in']} {parameter['name']}: {error}"
            continue
        if came is MISSING:
            yield f"{parameter['in']} {parameter['name']} is missing"
        elif not alike(came, parameter["value"]):
            yield f"{parameter['in']} {parameter['name']}: {came!r} in place of {parameter['value']!r}"
    templated = set(case["path"].partition("?")[2].replace("&", "=").split("="))
    for name, _ in received.pairs:
        if name not in known and not whole_query and name not in templated:
            yield f"query {name} was not asked for"


def path_values(template: str, path: str) -> dict[str, str] | None:
    """The raw text of each path parameter; None where the path is another one. Servers may add a prefix."""
    template = template.partition("?")[0].partition("#")[0]
    words = re.split(r"\{([^{}]*)\}", template)
    names = words[1::2]
    pattern = "".join(
        "([^/]*?)" if number % 2 else re.escape(unquote(word)) for number, word in enumerate(words)
    )
    # Literal parts are compared decoded, values kept raw: a `/` within a value must stay encoded.
    readable = re.sub(
        r"%(?!2F|2f|2C|2c|2E|2e|3B|3b|3D|3d|25)[0-9A-Fa-f]{2}(?:%[89A-Fa-f][0-9A-Fa-f])*",
        lambda found: unquote(found[0]),
        path,
    )
    match = re.search(f"(?:^|.*?){pattern}$", readable)
    return dict(zip(names, match.groups(), strict=True)) if match else None


def _came(
    parameter: dict[str, Any], received: Received, path: dict[str, str], known: set[str]
) -> Any:
    name, place, value = parameter["name"], parameter["in"], parameter["value"]
    style = parameter["style"] or ("form" if place in {"query", "cookie"} else "simple")
    explode = parameter["explode"]
    explode = style in {"form", "cookie"} if explode is None else explode
    if place == "path":
        return _from_path(parameter, path.get(name, MISSING), style, explode)
    if place == "header":
        text = received.headers.get(name.lower())
        if text is None:
            return MISSING
        return _content(parameter, text) or _split(text, value, ",", explode, str)
    if place == "querystring":
        text = received.target.partition("?")[2]
        known.update(pair[0] for pair in received.pairs)
        if is_json(parameter["content"]):
            return json.loads(unquote_plus(text))
        return _object(received.pairs, value, unquote_plus)
    pairs = received.pairs if place == "query" else received.cookies
    decode = unquote_plus if place == "query" else str if style == "cookie" else unquote
    return _from_pairs(parameter, pairs, style, explode, known, decode)


def _content(parameter: dict[str, Any], text: str) -> Any:
    if parameter["content"] and is_json(parameter["content"].partition(";")[0]):
        return json.loads(text)
    return text if parameter["content"] else None


def _from_path(parameter: dict[str, Any], text: Any, style: str, explode: bool) -> Any:
    if text is MISSING:
        return MISSING
    value = parameter["value"]
    if parameter["content"]:
        return _content(parameter, unquote(text))
    if style == "label":
        return _split(text.removeprefix("."), value, "." if explode else ",", explode, unquote)
    if style == "matrix":
        halves = [part.partition("=") for part in text.split(";")[1:]]
        if isinstance(value, dict) and explode:
            return _object([(unquote(name), text) for name, _, text in halves], value, unquote)
        texts = [text for name, _, text in halves if unquote(name) == parameter["name"]]
        if isinstance(value, list) and explode:
            return [unquote(text) for text in texts]
        return _split(texts[0], value, ",", explode, unquote) if texts else MISSING
    return _split(text, value, ",", explode, unquote)


def _split(text: str, value: Any, delimiter: str, explode: bool, decode: Any) -> Any:
    """A styled text taken apart as the drawn value has it: list, object, or one word."""
    if isinstance(value, list):
        return [decode(word) for word in text.split(delimiter)]
    if not isinstance(value, dict):
        return decode(text)
    words = text.split(delimiter)
    if explode:
        halves = [word.partition("=") for word in words]
        return {decode(name): decode(item) for name, _, item in halves}
    if len(words) % 2:
        raise ValueError(f"{text!r} has no value for each name")
    return {decode(name): decode(item) for name, item in zip(words[::2], words[1::2], strict=True)}


def _object(pairs: list[tuple[str, str]], value: Any, decode: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, text in pairs:
        if name in value:
            many = isinstance(value[name], list) and not text.startswith(("%5B", "["))
            made[name] = [*made.get(name, []), decode(text)] if many else decode(text)
    return made


def _from_pairs(
    parameter: dict[str, Any],
    pairs: list[tuple[str, str]],
    style: str,
    explode: bool,
    known: set[str],
    decode: Any,
) -> Any:
    name, value = parameter["name"], parameter["value"]
    if style == "deepObject":
        mine = [(key, text) for key, text in pairs if key == name or key.startswith(f"{name}[")]
        known.update(key for key, _ in mine)
        return deep(name, mine, decode) if mine else MISSING
    if isinstance(value, dict) and explode and not parameter["content"]:
        known.update(value)
        return _object(pairs, value, decode)
    known.add(name)
    texts = [text for key, text in pairs if key == name]
    if not texts:
        return MISSING
    if parameter["content"]:
        return _content(parameter, decode(texts[0]))
    if isinstance(value, list) and explode:
        return [decode(text) for text in texts]
    text = texts[0].replace("%7C", "|").replace("+", "%20") if style != "form" else texts[0]
    return _split(text, value, DELIMITERS.get(style, ","), False, decode)


def deep(name: str, pairs: list[tuple[str, str]], decode: Any) -> Any:
    """Nested members of `name[a][b]=1`; members that are numbers, or nothing, make lists."""
    root: dict[str, Any] = {}
    for key, text in pairs:
        steps = [name, *re.findall(r"\[([^\]]*)\]", key[len(name) :])]
        at = root
        for step in steps[:-1]:
            at = at.setdefault(step, {})
        last = steps[-1] or str(len(at))
        at[last] = [at[last], decode(text)] if last in at else decode(text)
    return _lists(root).get(name)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_lists(item) for item in value.values()]
    return {key: _lists(item) for key, item in value.items()}


def _body(case: dict[str, Any], received: Received) -> Iterator[str]:
    kind = received.headers.get("content-type", "")
    if not case["bodies"]:
        if received.body:
            yield "a body where the document has none"
        return
    if not received.body and not kind:
        if case["body_required"] and not case.get("without_body"):
            yield "the body is missing"
        return
    wire = kind.partition(";")[0].strip().lower()
    told = case["sent_as"] if case.get("sent_as") in case["bodies"] else _declared(case, wire)
    if told is None:
        yield f"content type {kind!r} is none of {list(case['bodies'])}"
        return
    drawn = case["bodies"][told]
    try:
        came = _read(kind, received.body, drawn)
    except (ValueError, LookupError) as error:
        yield f"the body cannot be read as {kind}: {error}"
        return
    if not alike(came, drawn["value"]):
        yield f"body: {came!r:.600} in place of {drawn['value']!r:.600}"


def _declared(case: dict[str, Any], wire: str) -> str | None:
    for kind in case["bodies"]:
        asked = kind.partition(";")[0].strip().lower()
        if asked == wire or asked == "*/*" or asked == f"{wire.partition('/')[0]}/*":
            return str(kind)
    return None


def _read(kind: str, body: bytes, drawn: dict[str, Any]) -> Any:
    wire = kind.partition(";")[0].strip().lower()
    if is_json(wire):
        return json.loads(body)
    if wire in LINES:
        return [json.loads(line) for line in body.splitlines()]
    if wire == "application/json-seq":
        return [json.loads(one) for one in body.split(b"\x1e") if one.strip()]
    if wire == "application/x-www-form-urlencoded":
        return _form(body.decode(), drawn)
    if wire.startswith("multipart/"):
        return _parts(kind, body, drawn)
    return body if isinstance(drawn["value"], bytes) else body.decode()


def _form(text: str, drawn: dict[str, Any]) -> dict[str, Any]:
    halves = [pair.partition("=") for pair in text.split("&") if pair]
    pairs = [(unquote_plus(name), value) for name, _, value in halves]
    made: dict[str, Any] = {}
    for name, value in drawn["value"].items():
        told = drawn["encoding"].get(name) or {}
        style, explode = told.get("style", "form"), told.get("explode")
        parameter = {"name": name, "value": value, "content": told.get("contentType", "")}
        if not isinstance(value, dict | list):
            parameter["content"] = ""
        bracketed = any(key.startswith(f"{name}[") for key, _ in pairs)
        style = "deepObject" if bracketed else style
        if isinstance(value, dict) and style == "form" and any(key == name for key, _ in pairs):
            parameter["content"] = parameter["content"] or "application/json"
        came = _from_pairs(
            parameter,
            pairs,
            style,
            style == "form" if explode is None else explode,
            set(),
            unquote_plus,
        )
        if came is not MISSING:
            made[name] = came
    strays = {key.partition("[")[0] for key, _ in pairs} - made.keys()
    nested = {key for value in drawn["value"].values() if isinstance(value, dict) for key in value}
    return {**made, **dict.fromkeys(strays - nested, "a stray member")}


def _parts(kind: str, body: bytes, drawn: dict[str, Any]) -> dict[str, Any]:
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    whole = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    if not whole.is_multipart():
        raise ValueError("it has no parts")
    boundary = whole.get_boundary() or ""
    found: dict[str, list[bytes]] = {}
    for raw in body.split(b"--" + boundary.encode())[1:-1]:
        headers, _, content = raw.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        told = re.search(rb'name="((?:[^"\\]|\\.)*)"', headers)
        if told is None:
            raise ValueError("a part has no name")
        name = unquote(told[1].decode()).replace('\\"', '"')
        found.setdefault(name, []).append(content.removesuffix(b"\r\n"))
    styled = {name: _styled(name, found, drawn) for name in drawn["value"]}
    made = {name: value for name, value in styled.items() if value is not MISSING}
    used = {key for name in made for key in (name, *_keys(drawn["value"][name]))}
    rest = {
        name: parts
        for name, parts in found.items()
        if name not in used and name.partition("[")[0] not in made
    }
    return made | {name: _part(parts, drawn["value"].get(name)) for name, parts in rest.items()}


def _styled(name: str, found: dict[str, list[bytes]], drawn: dict[str, Any]) -> Any:
    """A member that its encoding gives a style, of which each part is a pair (3.1, Encoding Object)."""
    told = drawn["encoding"].get(name) or {}
    if not {"style", "explode"} & told.keys():
        return MISSING
    pairs = [
        (key, part.decode()) for key, parts in found.items() for part in parts if _is_text(part)
    ]
    style, explode = told.get("style", "form"), told.get("explode")
    explode = style == "form" if explode is None else explode
    parameter = {"name": name, "value": drawn["value"][name], "content": ""}
    return _from_pairs(parameter, pairs, style, explode, set(), str)


def _keys(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _is_text(part: bytes) -> bool:
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True


def _part(parts: list[bytes], value: Any) -> Any:
    if isinstance(value, list) and not (len(parts) == 1 and parts[0][:1] == b"["):
        return [_part([part], item) for part, item in zip(parts, value, strict=True)]
    if isinstance(value, bytes):
        return parts[0]
    text = parts[0].decode()
    return json.loads(text) if isinstance(value, dict | list) else text


def alike(came: Any, drawn: Any) -> bool:
    """Whether a value that came says the same as the drawn one; text is enough for what has no type on its way."""
    if isinstance(drawn, dict):
        if isinstance(came, str):
            came = _json(came)
        return (
            isinstance(came, dict)
            and came.keys() == drawn.keys()
            and all(alike(came[key], drawn[key]) for key in drawn)
        )
    if isinstance(drawn, list):
        if isinstance(came, str):
            came = _json(came)
        return (
            isinstance(came, list)
            and len(came) == len(drawn)
            and all(alike(one, other) for one, other in zip(came, drawn, strict=True))
        )
    if isinstance(came, str) and not isinstance(drawn, str):
        came = _json(came)
    if isinstance(came, bool) or isinstance(drawn, bool):
        return came is drawn
    return bool(came == drawn) or same_moment(came, drawn)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def same_moment(one: Any, other: Any) -> bool:
    """Whether two texts are the same moment, or the same time, written otherwise."""
    if not isinstance(one, str) or not isinstance(other, str) or not other[:2].isdecimal():
        return False
    for kind in (datetime.datetime, datetime.time):
        try:
            return kind.fromisoformat(one) == kind.fromisoformat(other)
        except (ValueError, TypeError):
            continue
    return False
