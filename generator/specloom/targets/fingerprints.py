"""What the parts of a model are told apart by: a hash of everything in them, the same in every process."""

from __future__ import annotations

import hashlib
import io
import pickle
from dataclasses import fields, is_dataclass
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING, Any

from specloom.model.api import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from specloom.model.api import Resource
    from specloom.model.types import Declaration
    from specloom.targets.excerpts import Excerpt

__all__ = ["Fingerprints", "fingerprint"]

_PROTOCOL = 5
_REST = attrgetter(*(one.name for one in fields(Api) if one.name not in {"resources", "types"}))


class _Reducers(dict[type, "Callable[[Any], tuple[Any, ...]]"]):
    """How objects are pickled here, never to be read back: dataclasses by their fields, others as usual."""

    def __missing__(self, kind: type) -> Callable[[Any], tuple[Any, ...]]:
        if issubclass(kind, type):
            raise KeyError(kind)  # a class is pickled by its name
        if not is_dataclass(kind):
            self[kind] = methodcaller("__reduce_ex__", _PROTOCOL)
            return self[kind]
        names = [one.name for one in fields(kind)]
        read = attrgetter(*names) if names else None

        def reduced(one: Any) -> tuple[Any, ...]:
            if read is None:
                return kind, ()
            return kind, read(one) if len(names) > 1 else (read(one),)

        self[kind] = reduced
        return reduced


_REDUCERS = _Reducers()


def fingerprint(part: object) -> bytes:
    """The hash of a part of a model."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written, _PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(part)
    return hashlib.sha256(written.getbuffer()).digest()


class Fingerprints:
    """The hashes of resources and declared types, each made when it is first wanted."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Resource | Declaration, bytes]] = {}

    def whole(self, source: object) -> str:
        """The hash of anything that is data through and through."""
        return fingerprint(source).hex()

    def excerpt(self, excerpt: Excerpt) -> str:
        """The hash of all that an excerpt holds; of nothing that it may be asked for."""
        parts = map(self._one, (*excerpt.resources, *excerpt.types))
        return hashlib.sha256(b"".join([fingerprint(_REST(excerpt)), *parts])).hexdigest()

    def asked(self, excerpt: Excerpt, opened: Iterable[str], mentioned: Iterable[str]) -> str:
        """The hash of declared types that were looked into, and of others that were named."""
        whole = hashlib.sha256()
        for types, names in ((excerpt.opened.types, opened), (excerpt.mentioned.types, mentioned)):
            for name in names:
                one = types.get(name)  # there may be no such type any more
                whole.update(self._one(one) if one is not None else b"none")
        return whole.hexdigest()

    def _one(self, part: Resource | Declaration) -> bytes:
        if id(part) not in self._known:
            # Kept, so that no other object gets the same identity.
            self._known[id(part)] = part, fingerprint(part)
        return self._known[id(part)][1]
