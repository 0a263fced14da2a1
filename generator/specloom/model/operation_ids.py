"""What an operation does, in words: as its operationId says it, else by its method and path.

Many documents have operationIds that a program made. They are read as what they are: `read_item_items__item_id__get`
(a function, its path, its method), `UsersController_findAll` (a class and its function), `PostChargesChargeCapture`
(a method and its path).
"""

from __future__ import annotations

import re

from specloom.model.names import singular, words

_HOLDER = re.compile(r"^\w*(?:Controller|Resource|Service|Api)[._](?=\w*[A-Za-z]{2})")
_IS_PATH = re.compile(r"[/{}$]")
_IS_NUMBER = re.compile(r"^[0-9a-f]{8,}$|^[0-9a-f]{8}-[0-9a-f-]{9,}$", re.IGNORECASE)
_PARAMETER = re.compile(r"\{[^{}]*\}")
_VERSION = re.compile(r"v\d+(?:[.]\d+)*(?:(?:alpha|beta)\d*)?|\d{4}-\d{2}-\d{2}")
_EXTENSION = re.compile(r"[.](?:json|xml|ya?ml)$")
_SINGLE = frozenset(
    {"analytics", "details", "metrics", "news", "preferences", "settings", "statistics", "stats"}
)
_VERBS = frozenset({"create", "fetch", "find", "get", "list", "put", "read", "set"})
_UNSPEAKING = frozenset({"put", "post", "patch", "head"})  # methods that no one takes for a verb

# A GET of a path that ends with one of these does that.
_SEARCHES = frozenset({"check", "download", "export", "find", "list", "lookup", "search"})

# A POST to a path that ends with one of these does that; to another one it creates.
_ACTIONS = frozenset(
    {
        *("abort", "accept", "activate", "add", "apply", "approve", "archive", "assign", "attach"),
        *("authorize", "block", "buy", "cancel", "capture", "check", "clear", "clone", "close"),
        *("commit", "complete", "compute", "confirm", "convert", "copy", "deactivate", "decline"),
        *(
            "decrement",
            "delete",
            "detach",
            "disable",
            "disconnect",
            "dismiss",
            "download",
            "enable",
        ),
        *("execute", "expire", "export", "finalize", "finish", "follow", "generate", "import"),
        *("increment", "invite", "join", "leave", "link", "lock", "login", "logout", "mark"),
        *("merge", "move", "notify", "open", "pause", "pay", "ping", "preview", "process"),
        *("publish", "query", "reactivate", "reassign", "reboot", "refresh", "refund", "register"),
        *(
            "reject",
            "release",
            "remove",
            "rename",
            "renew",
            "replace",
            "request",
            "resend",
            "reset",
        ),
        *(
            "resize",
            "restart",
            "restore",
            "resume",
            "retry",
            "return",
            "reverse",
            "revert",
            "revoke",
        ),
        *("rotate", "run", "search", "send", "share", "sign", "skip", "split", "start", "stop"),
        *("submit", "subscribe", "suspend", "sync", "test", "transfer", "trigger", "unarchive"),
        *("unassign", "unblock", "undo", "unlink", "unlock", "unpublish", "unsubscribe", "update"),
        *("upload", "validate", "verify", "void"),
    }
)


def own_words(attribute: str) -> set[str]:
    """The words that the name of a resource says already, each in both numbers."""
    return set(words(attribute)) | {singular(word) for word in words(attribute)}


def id_words(operation_id: str, method: str, path: str, attribute: str) -> list[str]:
    """The words of an operationId without those of its resource; none where it only spells method and path."""
    if _IS_PATH.search(operation_id) or _IS_NUMBER.match(operation_id):
        return []
    said = _without_method(
        _without_route(words(_HOLDER.sub("", operation_id)), method, path), method
    )
    own = own_words(attribute)
    parts = [word for word in said if word not in own and singular(word) not in own]
    if method not in (said[0], said[-1]) if said else True:
        return parts or said
    told = {singular(word) for word in words(path)} | {method}
    is_order = method in _UNSPEAKING and _does_action(path) and {*map(singular, said)} <= told
    if is_order or _is_route(said, method, path):
        return []
    if parts == [method]:
        return [_verb(method, said, is_item=path.endswith("}"))]
    return _with_verb(parts, method, path) if _is_unspoken(said, method, path) else parts


def _without_route(said: list[str], method: str, path: str) -> list[str]:
    """A function's name without the path and the method that a framework puts behind it."""
    route = [*words(path), method]
    if len(said) > len(route) and said[-len(route) :] == route:
        return said[: -len(route)]
    return said


def _without_method(said: list[str], method: str) -> list[str]:
    """A function's name without the method behind it: `registerModules_post`."""
    has_verb = bool({*said[:1]} & (_ACTIONS | _VERBS | {method}))
    return said[:-1] if len(said) > 2 and said[-1] == method and has_verb else said


def _is_route(said: list[str], method: str, path: str) -> bool:
    """Whether the words are those of method and path, one after the other, placeholders among them."""
    rest = [singular(word) for word in (said[1:] if said[0] == method else said[:-1])]
    return _spells(rest, _segments(path))


def _spells(rest: list[str], segments: list[str]) -> bool:
    """Whether the words spell the segments; a placeholder is told by its own words, as `id`, or not.

    All readings go forward together, as how many words each has used and whether it told a placeholder: there are
    few of these, and without end many ways to come to them.
    """
    reached, before = {(0, False)}, set[str]()
    for segment in segments:
        fixed = [singular(word) for word in words(_PARAMETER.sub(" ", segment))]
        ways = _tellings(segment, fixed, before)
        further = {
            (used + len(way), True)
            for used, _ in reached
            for way in ways
            if rest[used : used + len(way)] == way
        }
        if "{" in segment and words(segment):
            reached |= further
        else:
            size, before = len(fixed), set(fixed)
            reached = {
                (used + size, is_told)
                for used, is_told in reached
                if rest[used : used + size] == fixed
            }
    return (len(rest), True) in reached


def _tellings(segment: str, fixed: list[str], before: set[str]) -> list[list[str]]:
    """The words that may stand for a segment with a placeholder: a person says `file`, and not `file id`."""
    asked = [singular(word) for word in words(segment)] if "{" in segment else []
    is_made = "id" in asked or set(asked) & before
    return [*([asked] if is_made else []), ["id", *fixed]] if asked else []


def _is_unspoken(said: list[str], method: str, path: str) -> bool:
    """Whether the method stands where a verb would: first, or last behind nothing but the words of the path."""
    if method not in _UNSPEAKING:
        return False
    route = {singular(word) for word in words(path)}
    return said[0] == method or all(singular(word) in route for word in said[:-1])


def _with_verb(parts: list[str], method: str, path: str) -> list[str]:
    """The words with a verb in place of the method."""
    rest = parts[1:] if parts[0] == method else parts[:-1]
    if rest[0] in _ACTIONS:
        return rest
    verb = _verb(method, rest, is_item=path.endswith("}"))
    return [verb, *rest[:-1], singular(rest[-1])] if verb == "create" else [verb, *rest]


def _does_action(path: str) -> bool:
    segments = _segments(path)
    said = words(segments[-1]) if segments and "{" not in segments[-1] else []
    return _is_action(said, _ACTIONS)


def _is_action(said: list[str], actions: frozenset[str]) -> bool:
    """Whether a segment is an order, as `cancel` and `generateKey` are; `splitConfigurations` are things."""
    return bool(said) and said[0] in actions and not (said[1:] and _is_plural(said[-1]))


def path_words(path: str, attribute: str) -> list[str]:
    """The words of the path's fixed segments that its resource does not say already."""
    own = own_words(attribute)
    return [word for part in fixed_segments(path) for word in words(part) if word not in own]


def fixed_segments(path: str) -> list[str]:
    """The segments that are neither a parameter nor a version, nor say that this is an API."""
    plain = _EXTENSION.sub("", path)
    return [part for part in plain.split("/") if part and "{" not in part and not _is_prefix(part)]


def placeholder_words(path: str) -> list[str]:
    """The words of the path's parameters."""
    return [word for found in _PARAMETER.findall(path) for word in words(found)]


def _is_prefix(part: str) -> bool:
    return part in {"api", "rest"} or part.isdigit() or _VERSION.fullmatch(part) is not None


def route_words(method: str, path: str, attribute: str) -> list[list[str]]:
    """What method and path say, best first: a verb, then the words of the path behind those of its resource."""
    own = own_words(attribute)
    things = _things(path)
    is_item = _EXTENSION.sub("", path).rstrip("/").endswith("}")
    last = things[-1] if things and not is_item else []
    rest = [[word for word in thing if singular(word) not in own] for thing in _behind(things, own)]
    verb = _verb(method, last, is_item=is_item)
    flat = [word for thing in rest for word in thing]
    if verb == "create" and flat:
        flat[-1] = singular(flat[-1])
    told = [flat] if flat[:1] == [verb] else [[verb, *flat]]
    if _is_action(last, _SEARCHES if method == "get" else _ACTIONS):
        before = rest[:-1] if rest and rest[-1] == last else rest
        told.insert(0, [*last, *(word for thing in before for word in thing if word not in last)])
    return told


def _behind(things: list[list[str]], own: set[str]) -> list[list[str]]:
    """What stands behind the first segment that names the resource, if there is one."""
    for index, thing in enumerate(things):
        if all(singular(word) in own for word in thing):
            return things[index:]
    return things


def _segments(path: str) -> list[str]:
    plain = _EXTENSION.sub("", path)
    return [part for part in plain.split("/") if part and not _is_prefix(part)]


def _things(path: str) -> list[list[str]]:
    """The words of each fixed segment; one that a parameter follows is in the singular: `orders/{id}/items`."""
    segments = _segments(path)
    things = []
    for index, part in enumerate(segments):
        said = words(_PARAMETER.sub(" ", part))
        is_followed = index + 1 < len(segments) and segments[index + 1].startswith("{")
        things.append([*said[:-1], singular(said[-1])] if said and is_followed else said)
    return [thing for thing in things if thing]


def _verb(method: str, last: list[str], *, is_item: bool) -> str:
    if method == "get":
        plural = [word for word in last if word != method][-1:]
        return "list" if plural and _is_plural(plural[0]) and not is_item else "get"
    if method == "post":
        return "update" if is_item else "create"
    return {"put": "replace", "patch": "update"}.get(method, method)


def _is_plural(word: str) -> bool:
    return len(word) > 3 and singular(word) != word and word not in _SINGLE
