"""The animals of the shop."""

from __future__ import annotations

import builtins
import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from .. import models
from .._runtime.client import AsyncResource, Options, Resource
from .._runtime.models import UNSET, UnsetType
from .._runtime.operations import Answer, Body, Operation, Parameter

__all__ = ["ADD", "GET_PHOTO", "LIST", "RENAME", "AsyncPets", "Pets"]

LIST: Operation[builtins.list[models.Pet]] = Operation(
    name="pets.list",
    method="GET",
    path="/pets",
    parameters=(
        Parameter(
            name="kind",
            place="query",
        ),
        Parameter(
            name="limit",
            place="query",
        ),
        Parameter(
            name="X-Trace",
            place="header",
        ),
        Parameter(
            name="born",
            place="query",
        ),
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
    body=Body(
        "application/json",
        check="pets.add",
        required=True,
    ),
    answers=(Answer("201", "application/json", lambda: models.Pet),),
    secured=False,
)

GET_PHOTO: Operation[bytes] = Operation(
    name="pets.get_photo",
    method="GET",
    path="/pets/{id}/photo",
    parameters=(
        Parameter(
            name="id",
            place="path",
            required=True,
        ),
    ),
    answers=(Answer("200", "image/png", lambda: bytes),),
)

RENAME: Operation[None] = Operation(
    name="pets.rename",
    method="PUT",
    path="/pets/{id}/photo",
    parameters=(
        Parameter(
            name="id",
            place="path",
            required=True,
        ),
    ),
    body=Body("text/plain"),
)


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

        Args:
            kind: Only these kinds.
            limit: From 1 to 100. Default: 20.
            born: Deprecated.
            x_trace: (Not described.)
        """
        return self._call(
            LIST,
            parameters={"kind": kind, "limit": limit, "born": born, "X-Trace": x_trace},
            options=options,
        )

    def add(
        self,
        *,
        body: models.Pet | Mapping[str, Any],
        **options: Unpack[Options],
    ) -> models.Pet:
        """POST /pets."""
        return self._call(ADD, body=body, options=options)

    def get_photo(
        self,
        id: str,
        **options: Unpack[Options],
    ) -> bytes:
        """GET /pets/{id}/photo.

        Args:
            id: The id.
        """
        return self._call(GET_PHOTO, parameters={"id": id}, options=options)

    def rename(
        self,
        id: str,
        *,
        body: str | UnsetType = UNSET,
        **options: Unpack[Options],
    ) -> None:
        """PUT /pets/{id}/photo.

        Deprecated.

        Args:
            id: The id.
            body: (Not described.)
        """
        self._call(RENAME, parameters={"id": id}, body=body, options=options)


class AsyncPets(AsyncResource):
    """As `Pets`, to be awaited."""

    async def list(
        self,
        *,
        kind: Sequence[models.Kind | str] | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        born: datetime.date | UnsetType = UNSET,
        x_trace: str | UnsetType = UNSET,
        **options: Unpack[Options],
    ) -> builtins.list[models.Pet]:
        """As `Pets.list`, to be awaited."""
        return await self._call(
            LIST,
            parameters={"kind": kind, "limit": limit, "born": born, "X-Trace": x_trace},
            options=options,
        )

    async def add(
        self,
        *,
        body: models.Pet | Mapping[str, Any],
        **options: Unpack[Options],
    ) -> models.Pet:
        """As `Pets.add`, to be awaited."""
        return await self._call(ADD, body=body, options=options)

    async def get_photo(
        self,
        id: str,
        **options: Unpack[Options],
    ) -> bytes:
        """As `Pets.get_photo`, to be awaited."""
        return await self._call(GET_PHOTO, parameters={"id": id}, options=options)

    async def rename(
        self,
        id: str,
        *,
        body: str | UnsetType = UNSET,
        **options: Unpack[Options],
    ) -> None:
        """As `Pets.rename`, to be awaited."""
        await self._call(RENAME, parameters={"id": id}, body=body, options=options)
