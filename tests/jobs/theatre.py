"""Woven clients of vendors that have a server here, and scenes that they are played through."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.weaving import lay

from specloom.pipeline import weave

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import ModuleType

    Scene: TypeAlias = Callable[["Stage"], Awaitable[None]]

__all__ = ["BIG", "BROWSHOT", "HERE", "REPLICATE", "TWILIO", "Stage", "Theatre", "Vendor", "got"]

HERE = Path(__file__).parent
BIG = os.environ.get("SPECLOOM_JOB_DOCUMENTS", "")
OFTEN = """\
overlay: 1.0.0
info: {title: 'Polls often', version: 1.0.0}
actions: [{target: "$..['x-job','x-jobs']..poll", update: {interval: 0.02}}]
"""


@dataclass(frozen=True, eq=False, kw_only=True)
class Vendor:
    """A vendor that has a server here, and how a user calls it."""

    name: str
    resource: str
    given: Mapping[str, Any]
    listed: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=lambda: {"api_key": "k-1"})

    @property
    def word(self) -> str:
        return self.name.partition("__")[0]


REPLICATE = Vendor(
    name="replicate__http-api",
    resource="predictions",
    given={"version": "v1", "input": {"text": "Alice"}},
)
BROWSHOT = Vendor(
    name="browshot__browshot",
    resource="screenshot",
    given={"url": "https://page.example/", "instance_id": 12},
)
TWILIO = Vendor(
    name="twilio__bulkexports_v1",
    resource="bulkexports_v1_export_custom_job",
    given={
        "resource_type": "Messages",
        "start_day": "2026-01-02",
        "end_day": "2026-01-04",
        "friendly_name": "January",
    },
    listed={"resource_type": "Messages"},
    keys={"username": "AC1", "password": "pw"},
)


@dataclass(kw_only=True)
class Stage:
    """A woven client and the server that it talks to."""

    vendor: Vendor
    package: ModuleType
    server: Any
    client: Any

    async def submit(self, end: str = "", **more: Any) -> Any:
        headers = {"X-Sandbox-End": end} if end else {}
        resource = getattr(self.client, self.vendor.resource)
        return await got(resource.submit(**{**self.vendor.given, **more}, extra_headers=headers))

    @property
    def errors(self) -> Any:
        return self.package.errors

    @property
    def created(self) -> list[str]:
        return [str(one) for one in self.server.created]


class Theatre:
    """Weaves packages once, and plays scenes with their clients."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "often.overlay.yaml").write_text(OFTEN, "utf-8")

    def play(
        self, vendor: Vendor, size: str, is_async: bool, scene: Scene, *, ends: bool = True
    ) -> None:
        """Play a scene with a client and a server of its own."""
        package = self.package(vendor, size)
        made = getattr(package, f"{'Async' * is_async}{vendor.word.title()}{size.title()}")
        module = importlib.import_module(f"tests.jobs.{vendor.word}_server")
        with module.Server(ends=ends) as server:
            client = made(**vendor.keys, base_url=server.url, max_retries=0)
            stage = Stage(vendor=vendor, package=package, server=server, client=client)
            asyncio.run(_closing(scene, stage))

    def package(self, vendor: Vendor, size: str) -> ModuleType:
        """The package that is woven from the small document of a vendor, or from its own."""
        name = f"{vendor.word}_{size}"
        if not (self.home / name).is_dir():
            document = HERE / f"{vendor.word}.yaml"
            if size == "big":
                document = next(Path(BIG).glob(f"{vendor.name}.*"))
            overlays = [HERE / f"{vendor.name}.overlay.yaml", self.home / "often.overlay.yaml"]
            woven = weave(document, overlays=overlays, package=name)
            assert woven.api is not None, woven.findings
            lay(woven, name, self.home)
            importlib.invalidate_caches()
        return importlib.import_module(name)


async def got(value: Any) -> Any:
    """What a call of the sync or of the async client gives."""
    return await value if inspect.isawaitable(value) else value


async def _closing(scene: Scene, stage: Stage) -> None:
    try:
        await scene(stage)
    finally:
        await got(stage.client.close())
