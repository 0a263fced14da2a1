"""Answers of operations outside of life cycles, and refusals as the document declares them."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from .listings import matching, page_of, tell
from .overlays import Overlay
from .refusals import write_refusal
from .rendering import Rendering, answer_for, negotiated, success
from .requests import RefusalError
from .shelves import Shelves, answers_to, collection_of, identity, place_of_list
from .stock import Stock, at, sayable
from .things import Things

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from .description import Answer, Content, Description, Operation
    from .intake import Call
    from .preferences import Preference
    from .samples import Sampler
    from .shelves import Shelf

__all__ = ["Plain", "collection_of"]

_CREATES: Final = ("201", "200")
_DELETES: Final = ("204", "200", "202")
_EVENTS: Final = 3
_SINGLES: Final = ""  # the collection of what there is only one of


class Plain:
    """Answers from examples, else from schemas, and keeps what was created in `things`.

    `clock` gives seconds since 1970, for moments; `pause` is told in `Retry-After`.
    """

    def __init__(
        self,
        description: Description,
        sampler: Sampler,
        clock: Callable[[], float] | None = None,
        pause: int = 0,
    ) -> None:
        self.things = Things()
        self._sampler = sampler
        self._shelves = Shelves(description)
        self._stock = Stock(sampler, self.things, clock or time.time)
        self._rendering = Rendering(sampler, pause)

    def answer(self, call: Call, preference: Preference) -> Response:
        """The answer of a plain operation.

        Raises:
            RefusalError: 404 for a thing that is not there, or a status that was preferred and is
                not declared.
        """
        if preference:
            return self.preferred(call, preference)
        self._refuse_orphans(call)
        shelf = self._shelves.of(call.operation)
        collection, key = collection_of(call.match)
        method = call.operation.method
        if key is not None:
            key = self._called(collection, key)
            answer = _ON_ONE.get(method, Plain._told)
            return answer(self, call, shelf, collection, key)
        if method == "POST" and (shelf.on_one or self._lists(shelf.on_all.get("GET"))):
            return self._create(call, shelf, collection, None)
        if method in ("PUT", "PATCH") and shelf.on_one:
            return self._change_named(call, shelf, collection)
        if method == "GET" and (shelf.on_one or "POST" in shelf.on_all):
            return self._list(call, shelf, collection)
        return self._single(call, collection)

    def _called(self, collection: str, key: str) -> str:
        """The id of the thing that is kept, be it asked for by that or by a name that it has."""
        if self.things.get(collection, key) is not None:
            return key
        kept = self.things.values(collection).items()
        return next((known for known, thing in kept if answers_to(thing, key)), key)

    def preferred(self, call: Call, preference: Preference) -> Response:
        """The answer with the preferred status and example; nothing is created or changed.

        Raises:
            RefusalError: the operation has no such answer.
        """
        status, answer = success(call.operation)
        if preference.code is not None:
            status, answer = preference.code, answer_for(call.operation, preference.code)
            if answer is None:
                known = ", ".join(call.operation.answers)
                raise RefusalError(
                    400, "no_such_answer", f"Prefer: code={status}: declared are {known or 'none'}"
                )
        content = self._content(answer, call.request)
        value = self._value(content, call, is_made=preference.dynamic)
        if preference.example is not None:
            value = _named(content, preference.example)
        return self._reply(call, status, answer, content, value)

    def refuse(
        self, refusal: RefusalError, request: Request, operation: Operation | None = None
    ) -> Response | None:
        """The refusal in the shape that the operation declares for its status.

        None where it declares none: then the caller writes it in the places that it knows.
        """
        answer = answer_for(operation, refusal.status) if operation is not None else None
        if answer is None or not answer.content_type:
            return None
        content = negotiated(answer, request) or answer
        if content.kind not in ("json", "text"):
            return None
        value = write_refusal(self._sampler, content, refusal)
        headers = self._rendering.headers(answer, refusal.headers)
        return self._rendering.write(refusal.status, content, value, request, headers)

    def dressed(self, response: Response, call: Call) -> Response:
        """The answer of a job with all that its operation declares of such an answer."""
        self._rendering.dress(response, call.operation)
        return response

    def clear(self) -> None:
        """Forget all that was created."""
        self.things.clear()

    def _refuse_orphans(self, call: Call) -> None:
        """Refuse what belongs to a thing that was removed."""
        for collection, key in self._shelves.parents(call.match):
            if self.things.was_removed(collection, key):
                raise _missing(key)

    def _told(self, call: Call, _shelf: Shelf, _collection: str, _key: str) -> Response:
        """Whatever the operation answers, with what was sent in it."""
        return self._single(call, None)

    def _create(self, call: Call, shelf: Shelf, collection: str, key: str | None) -> Response:
        status, answer = success(call.operation, _CREATES)
        content = self._content(answer, call.request)
        key, thing = self._stock.create(call, shelf, collection, _json(content), key)
        path = f"{collection}/{quote(key, safe='')}"
        told = self._stock.with_key(content, thing, shelf, key)
        return self._tell(call, status, answer, content, told, path)

    def _get(self, call: Call, shelf: Shelf, collection: str, key: str) -> Response:
        thing = self._thing(shelf, collection, key)
        status, answer = success(call.operation)
        content = self._content(answer, call.request)
        if self.things.get(collection, key) is None and _json(content) is None:
            return self._reply(call, status, answer, content, self._value(content, call))
        return self._tell(call, status, answer, content, thing)

    def _thing(self, shelf: Shelf, collection: str, key: str) -> Mapping[str, Any]:
        """What is kept, or what is made up where nobody can create things."""
        kept = self.things.get(collection, key)
        if isinstance(kept, dict):
            return kept
        if shelf.is_creatable or self.things.was_removed(collection, key):
            raise _missing(key)
        return self._stock.known_by(key, shelf, collection)[1]

    def _put(self, call: Call, shelf: Shelf, collection: str, key: str) -> Response:
        is_new = self.things.get(collection, key) is None
        may_create = "POST" not in shelf.on_all or "201" in call.operation.answers
        if is_new and may_create and not self._is_sampled(shelf):
            status_first = _CREATES if "201" in call.operation.answers else ()
            return self._made_by_put(call, shelf, collection, key, status_first)
        return self._change(call, shelf, collection, key, is_whole=True)

    def _is_sampled(self, shelf: Shelf) -> bool:
        """Whether things of the collection are there without having been created."""
        return not shelf.is_creatable

    def _made_by_put(
        self, call: Call, shelf: Shelf, collection: str, key: str, wanted: Sequence[str]
    ) -> Response:
        status, answer = success(call.operation, wanted)
        content = self._content(answer, call.request)
        _, thing = self._stock.create(call, shelf, collection, _json(content), key)
        return self._tell(call, status, answer, content, thing)

    def _patch(self, call: Call, shelf: Shelf, collection: str, key: str) -> Response:
        return self._change(call, shelf, collection, key, is_whole=False)

    def _change(
        self, call: Call, shelf: Shelf, collection: str, key: str, *, is_whole: bool
    ) -> Response:
        wanted = [each for each in ("200", "204", "202") if each in call.operation.answers]
        status, answer = success(call.operation, wanted)
        content = self._content(answer, call.request)
        thing = self._thing(shelf, collection, key)
        schema = self._stock.model(shelf, _json(content))[0]
        changed = self._stock.changed(call, thing, schema, is_whole=is_whole)
        self.things.put(collection, key, changed)
        return self._tell(call, status, answer, content, changed)

    def _change_named(self, call: Call, shelf: Shelf, collection: str) -> Response:
        """A change of the thing whose id stands in the body."""
        sent = call.body if isinstance(call.body, dict) else {}
        name = identity(sent, shelf.parameter, collection)
        key = str(sent[name]) if name is not None else ""
        if isinstance(self.things.get(collection, key), dict):
            return self._change(
                call, shelf, collection, key, is_whole=call.operation.method == "PUT"
            )
        return self._single(call, None)

    def _delete(self, call: Call, shelf: Shelf, collection: str, key: str) -> Response:
        thing = self._thing(shelf, collection, key)
        self.things.remove(collection, key)
        self.things.bury(collection, key)
        status, answer = success(call.operation, _DELETES)
        content = self._content(answer, call.request)
        return self._tell(call, status, answer, content, thing)

    def _lists(self, operation: Operation | None) -> bool:
        """Whether an operation answers with a list."""
        if operation is None:
            return False
        answer = success(operation)[1]
        content = _json(answer)
        facets = self._stock.facets(content.schema) if content is not None else None
        return facets is not None and place_of_list(facets, ()) is not None

    def _list(self, call: Call, shelf: Shelf, collection: str) -> Response:
        status, answer = success(call.operation)
        content = self._content(answer, call.request)
        told = _json(content)
        names = self._stock.model(shelf, None)[1]
        facets = self._stock.facets(told.schema) if told is not None else None
        place = place_of_list(facets, names) if facets is not None else None
        if told is None or place is None:
            return self._single(call, collection)
        template = self._stock.template(told)
        items = dict(self.things.values(collection))
        if not items and not shelf.is_creatable:
            shown = at(template, place)
            listed = shown if isinstance(shown, list) else []
            items = {str(number): each for number, each in enumerate(listed)}
        page = page_of(call, {key: items[key] for key in matching(call, items)})
        overlay = Overlay(self._sampler.fitting, told.schema, template)
        schema = self._stock.down(told.schema, place).items().schema
        overlay.first_of(place, [[self._item(schema, each) for each in page.items.values()]])
        tell(overlay, place, page, call)
        return self._reply(call, status, answer, content, overlay.body)

    def _item(self, schema: Any, thing: Any) -> Any:
        """A thing as a list tells it."""
        if not isinstance(thing, dict) or self._sampler.fits(schema, thing):
            return thing
        overlay = Overlay(self._sampler.fitting, schema, self._sampler.value(schema))
        overlay.replace((), thing, self._stock.facets(schema).names())
        return overlay.body

    def _single(self, call: Call, place: str | None) -> Response:
        """What there is only one of keeps what was put; any other operation tells what was sent."""
        status, answer = success(call.operation)
        content = self._content(answer, call.request)
        method = call.operation.method
        kept = self.things.get(_SINGLES, place) if place is not None else None
        if method == "GET" and isinstance(kept, dict):
            return self._tell(call, status, answer, content, kept)
        told = _json(content)
        if not isinstance(call.body, dict) or told is None or method == "GET":
            if place is not None and method == "DELETE":
                self.things.remove(_SINGLES, place)
            made = self._value(content, call)
            if told is not None:
                made = self._stock.echoed(told, made, call.match.parameters)
            return self._reply(call, status, answer, content, made)
        if place is not None and method in ("PUT", "PATCH", "POST"):
            self._keep(call, place, kept, told)
        value = self._stock.body(told, sayable(call.body), is_echo=True)
        value = self._stock.echoed(told, value, call.match.parameters)
        return self._reply(call, status, answer, content, value)

    def _keep(self, call: Call, place: str, kept: Any, told: Content) -> None:
        before = kept if isinstance(kept, dict) else self._stock.template(told)
        if isinstance(before, dict):
            whole = call.operation.method == "PUT"
            changed = self._stock.changed(call, before, told.schema, is_whole=whole)
            self.things.put(_SINGLES, place, changed)

    def _tell(
        self,
        call: Call,
        status: int,
        answer: Answer | None,
        content: Content | None,
        thing: Mapping[str, Any],
        path: str = "",
    ) -> Response:
        """An answer that tells a thing; `path` is where it lies from now on."""
        told = _json(content)
        value = self._stock.body(told, thing) if told else self._value(content, call)
        if told is not None:
            value = self._stock.echoed(told, value, call.match.parameters)
        places = [name.lower() for name in (answer.headers if answer and path else ())]
        url = f"{str(call.request.base_url).rstrip('/')}{path}"
        headers = {name: url for name in places if name.endswith("location")}
        return self._reply(call, status, answer, content, value, headers)

    def _content(self, answer: Answer | None, request: Request) -> Content | None:
        """The content to answer with: as `Accept` asks for, else the first."""
        if answer is None or not answer.content_type:
            return None
        return negotiated(answer, request) or answer

    def _value(self, content: Content | None, call: Call, *, is_made: bool = False) -> Any:
        """What the content holds where no thing is told: an example, else a sample."""
        if content is None or content.kind == "binary":
            return None
        if content.kind == "stream":
            return self._items(content, is_made=is_made)
        value = self._stock.template(content, is_made=is_made)
        if content.kind != "json":
            return value
        place = place_of_list(self._stock.facets(content.schema), ())
        if place is not None and call.operation.method == "GET":
            overlay = Overlay(self._sampler.fitting, content.schema, value)
            shown = at(value, place)
            listed = shown if isinstance(shown, list) else []
            page = page_of(call, {str(number): each for number, each in enumerate(listed)})
            overlay.first_of(place, [list(page.items.values())])
            tell(overlay, place, page, call)
            value = overlay.body
        return value

    def _items(self, content: Content, *, is_made: bool) -> Any:
        """The items of a stream: the examples, else some that are made up; a text is all of it."""
        if content.examples and not is_made:
            first = content.examples[0]
            if isinstance(first, str | list):
                return copy.deepcopy(first)
            return copy.deepcopy(list(content.examples))
        return [self._sampler.value(content.schema, salt=str(at)) for at in range(_EVENTS)]

    def _reply(
        self,
        call: Call,
        status: int,
        answer: Answer | None,
        content: Content | None,
        value: Any,
        told: Mapping[str, str] | None = None,
    ) -> Response:
        headers = dict(told or {})
        if 300 <= status < 400 and status != 304:
            headers.setdefault("location", str(call.request.base_url))
        made = self._rendering.headers(answer, headers)
        return self._rendering.write(status, content, value, call.request, made)


_ON_ONE: Final[Mapping[str, Callable[[Plain, Call, Shelf, str, str], Response]]] = {
    "GET": Plain._get,
    "PUT": Plain._put,
    "PATCH": Plain._patch,
    "POST": Plain._patch,
    "DELETE": Plain._delete,
}


def _missing(key: str) -> RefusalError:
    return RefusalError(404, "not_found", f"there is nothing with the id {key[:200]!r}")


def _json(content: Content | None) -> Content | None:
    """The content, if it is JSON."""
    return (
        content if content is not None and content.content_type and content.kind == "json" else None
    )


def _named(content: Content | None, name: str) -> Any:
    """The example of that name.

    Raises:
        RefusalError: there is none; the message lists those that are.
    """
    names = list(content.example_names) if content is not None else []
    if content is None or name not in names:
        raise RefusalError(
            400,
            "no_such_example",
            f"Prefer: example={name}: there are {', '.join(names) or 'none'}",
        )
    return copy.deepcopy(content.examples[-len(names) :][names.index(name)])
