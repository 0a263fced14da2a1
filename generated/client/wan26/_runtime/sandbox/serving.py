"""The sandbox as tests use it: a class that serves while its `with` block runs.

Nothing of the extra `sandbox` is imported before it starts: its lack is told in one sentence.
"""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from .description import load_description
from .faults import Severity
from .overrides import SandboxError, read_assumed
from .prices import PlayPrices
from .sources import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .network import Running
    from .server import Application
    from .sources import Source

__all__ = ["Sandbox"]

_NEEDED = ("av", "PIL", "starlette", "uvicorn")


class Sandbox:
    """A sandbox that runs while its `with` block does, on a free port of the loopback.

    Any key is accepted but for one with `invalid` in it (in any case), which is answered 401.
    A woven package derives from it and names its files: `data` is its `api.json`, `schemas` its
    `_schemas.json`. `extra` is what pip installs for it, where that is not the package's own.

    Args:
        speed: how fast jobs go; 1 takes about four seconds, 0 finishes them at the first poll.
        port: 0 takes a free one.
        assumed: what the document assumes, set otherwise, as in a client.
        config: a TOML file with such a table; `assumed` wins.
        prices: made-up unit prices by tier.
        discount: the share (0 to 1) of the play price that is taken off.
        fonts: font files for glyphs that pillow's own font lacks, tried before the machine's.
        clock: seconds that never run back; a test may bring its own.
        wall: seconds since 1970, for the moments that answers tell.
        dice: gives a number below its argument: the seed of a request that has none; without it
            the request's body decides, so that equal requests share a film.
        one_film: all jobs show the same small film, so that nothing is encoded for each.
        faults: what goes wrong, as `--fault` takes it: `submit:503*2`, `poll:unknown-state@0.1`.
        seed: by which faults of a probability are drawn; None draws others each time.
        slow_answer: seconds that the fault of this name takes.
        drip: seconds between the bytes of a dripping answer.
        retry_after: seconds that `429-hint` asks for.
        slow_queue: how many times as long the fault of this name keeps a job queued.
        ends: how jobs end, unless their submit says it by `X-Sandbox-End`: succeeded, failed,
            cancelled, expired or missing.
    """

    data: ClassVar[Path]
    schemas: ClassVar[Path]
    held: ClassVar[tuple[Source, Source] | None] = None
    extra: ClassVar[str] = ""

    def __init__(
        self,
        *,
        speed: float = 0.0,
        port: int = 0,
        assumed: Mapping[str, Any] | None = None,
        config: str | Path | None = None,
        prices: Mapping[str, str | Decimal] | None = None,
        discount: str | Decimal = Decimal(0),
        fonts: Sequence[str | Path] = (),
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        dice: Callable[[int], int] | None = None,
        one_film: bool = False,
        faults: Sequence[str] = (),
        seed: int | None = None,
        slow_answer: float = 30.0,
        drip: float = 1.0,
        retry_after: int = 1,
        slow_queue: float = 10.0,
        ends: str = "",
    ) -> None:
        read = read_assumed(Path(config)) if config is not None else {}
        units = {tier: Decimal(price) for tier, price in (prices or {}).items()}
        self._prices = PlayPrices(unit_prices=units, discount=Decimal(discount))
        self._assumed = {**read, **(assumed or {})}
        self._speed, self._port, self._fonts = speed, port, tuple(fonts)
        self._clock, self._wall = clock, wall
        self._dice, self._one_film, self._ends = dice, one_film, ends
        self._faults, self._seed = tuple(faults), seed
        self._severity = Severity(
            slow_answer=slow_answer, drip=drip, retry_after=retry_after, slow_queue=slow_queue
        )
        self._running: Running | None = None

    @staticmethod
    def of(api: Mapping[str, Any], schemas: Mapping[str, Any], **settings: Any) -> Sandbox:
        """A sandbox of an API without a package: the contents of its two files, and settings."""
        return Sandbox.playing(api, schemas)(**settings)

    @staticmethod
    def playing(api: Mapping[str, Any], schemas: Mapping[str, Any]) -> type[Sandbox]:
        """The class of such sandboxes."""
        from msgspec import json

        class Playing(Sandbox):
            held = (Held(json.encode(api)), Held(json.encode(schemas)))

        return Playing

    def start(self) -> Self:
        """Listen; a request that is made at once is answered.

        Raises:
            SandboxError: the port is taken, a setting or a fault is unknown, or the extra is not
                installed.
        """
        application = self.application()
        from .network import Running, bind

        try:
            self._running = Running(application, bind("127.0.0.1", self._port))
        except SandboxError:
            application.close()
            raise
        self._running.start()
        return self

    def application(self) -> Application:
        """The application alone, for a server or a test client of one's own; to be closed."""
        try:
            from .jobs import Pace
            from .server import Application, Setup
        except ModuleNotFoundError as error:
            if error.name not in _NEEDED:
                raise
            extra = self.extra or f"{type(self).__module__.partition('.')[0]}[sandbox]"
            message = f"the sandbox needs {error.name}: pip install '{extra}'"
            raise SandboxError(message) from error
        setup = Setup(
            pace=Pace(speed=self._speed),
            prices=self._prices,
            assumed=self._assumed,
            fonts=self._fonts,
            clock=self._clock,
            wall=self._wall,
            dice=self._dice,
            one_film=self._one_film,
            faults=self._faults,
            seed=self._seed,
            severity=self._severity,
            ends=self._ends,
        )
        data, schemas = self.held or (self.data, self.schemas)
        return Application(load_description(data), schemas, setup)

    def stop(self) -> None:
        """Close the port, end the thread and remove the files."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens, as a base URL."""
        return self._started().url

    @property
    def jobs_created(self) -> int:
        """How many jobs were created since the start or the last `reset`."""
        return len(self._started().application.jobs)

    def report(self) -> Mapping[str, Any]:
        """What `GET /_sandbox/report` tells."""
        return self._started().application.report()

    def jobs(self) -> Sequence[Mapping[str, Any]]:
        """What `GET /_sandbox/jobs` lists: each job, in the order in which they were created."""
        return self._started().application.jobs.listed()

    def reset(self) -> None:
        """Begin anew: no jobs, nothing counted, each fault as it was ordered."""
        self._started().application.reset()

    def _started(self) -> Running:
        if self._running is None:
            raise SandboxError("the sandbox is not running; use it in a with block")
        return self._running
