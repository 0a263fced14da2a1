"""The calls of `client.pets`."""

from __future__ import annotations

import builtins
import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from .. import models
from .._runtime.binary import Download
from .._runtime.client import AsyncResource, Options, Resource
from .._runtime.models import UNSET, UnsetType
from .._runtime.operations import Answer, Body, Operation, Parameter, alike
from .._runtime.twins import awaited, awaited_download
from .._runtime.uploads import FileContent, Upload

__all__ = ["AsyncPets", "Pets"]


class Pets(Resource):
    """The animals of the shop."""

    def list(
        self,
        *,
        kind: Sequence[models.Kind | str] | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        born: datetime.date | UnsetType = UNSET,
        x_trace: str | UnsetType = UNSET,
        **options: Unpack[Options],
    ) -> builtins.list[models.Pet]:
        """All pets, the youngest first.

        Parameters:
            kind: Only these kinds.
            limit: From 1 to 100. Default: 20.
            born: Deprecated.
        """
        parameters = {"kind": kind, "limit": limit, "born": born, "X-Trace": x_trace}
        return self._call(LIST, parameters=parameters, options=options)

    def add(
        self, *, body: models.Pet | Mapping[str, Any], **options: Unpack[Options]
    ) -> models.Pet:
        """POST /pets."""
        return self._call(ADD, body=body, options=options)

    def get_photo(self, id: str, **options: Unpack[Options]) -> Download:
        """GET /pets/{id}/photo.

        Parameters:
            id: The id.

        Returns:
            The file: `save(path)`, `read()` or `iter_bytes()`; leave it early with `close()` or
            `with`.
        """
        return self._download(GET_PHOTO, parameters={"id": id}, options=options)

    def rename(
        self,
        id: str,
        *,
        body: str | FileContent | Upload | UnsetType = UNSET,
        **options: Unpack[Options],
    ) -> None:
        """PUT /pets/{id}/photo.

        Deprecated.

        Parameters:
            id: The id.
        """
        return self._call(RENAME, parameters={"id": id}, body=body, options=options)


class AsyncPets(AsyncResource):
    """As `Pets`, to be awaited."""

    list = awaited(Pets.list)
    add = awaited(Pets.add)
    get_photo = awaited_download(Pets.get_photo)
    rename = awaited(Pets.rename)


# What the methods tell the runtime of their operations.
LIST: Operation[builtins.list[models.Pet]] = Operation(
    name="pets.list",
    method="GET",
    path="/pets",
    parameters=(
        *alike("query", "kind", "limit", check=True),
        Parameter("X-Trace", "header"),
        Parameter("born", "query"),
    ),
    answers=(
        Answer("200", "application/json", lambda: builtins.list[models.Pet]),
        Answer("default", "application/json", lambda: models.Failure),
    ),
)
ADD: Operation[models.Pet] = Operation(
    name="pets.add",
    method="POST",
    path="/pets",
    body=Body("application/json", check="pets.add", required=True),
    answers=(Answer("201", "application/json", lambda: models.Pet),),
    secured=False,
)
GET_PHOTO: Operation[bytes] = Operation(
    name="pets.get_photo",
    method="GET",
    path="/pets/{id}/photo",
    parameters=(Parameter("id", "path"),),
    answers=(Answer("200", "image/png", lambda: bytes),),
)
RENAME: Operation[None] = Operation(
    name="pets.rename",
    method="PUT",
    path="/pets/{id}/photo",
    parameters=(Parameter("id", "path"),),
    body=Body("text/plain"),
)
