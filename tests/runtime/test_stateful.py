"""Money, under any sequence of faults, deaths and decisions: a vendor and a ledger that agree."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIError,
    BudgetExceededError,
    LedgerError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.operations import Idempotency
from specloom.targets.client.runtime.rows import NOTHING

from .desks import KEY, PRICES, Desk
from .vendor import SOUND, AsyncWire, Stop, Vendor, Wire
from .videos_api.videos import LIFE, SUBMIT

if TYPE_CHECKING:
    from specloom.targets.client.runtime.rows import LedgerRow

    from .vendor import Work

LATE = ["dropped late", "500 late", "no id", "cut"]  # the job is there
FAULTS = st.lists(
    st.sampled_from(["refused", "dropped", "429", "400", "500", "404", "blank", "html", *LATE]),
    max_size=3,
)
KEYS = st.sampled_from([None, "a", "b"])
BUDGET = Decimal("4.0")
PLACE = st.integers(0, 1000)


class Killed(BaseException):
    """The process ends: nothing that comes later happens."""


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Money(RuleBasedStateMachine):
    kind: ClassVar[str] = "sync"
    idempotent: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        # In memory where that can be had: what is synced thousands of times is not the disk.
        memory = Path("/dev/shm")  # noqa: S108
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.vendor = Vendor(idempotent=self.idempotent)
        self.desk = Desk(self.kind, Path(self.folder.name), "http://127.0.0.1:9")
        idempotency = Idempotency(key="$request.header.Idempotency-Key")
        self.operation = SUBMIT
        if self.idempotent:
            self.operation = replace(SUBMIT, job=replace(LIFE, idempotency=idempotency))
        self.heard, self.said = _Heard(), 0
        logger = logging.getLogger("tests.runtime.videos_api")
        self.level = logger.level
        logger.setLevel(logging.INFO)
        logger.addHandler(self.heard)
        self.handles: dict[str, Any] = {}
        self.settled: dict[int, Decimal] = {}
        self.saved: set[str] = set()
        self.start()

    def teardown(self) -> None:
        logger = logging.getLogger("tests.runtime.videos_api")
        logger.removeHandler(self.heard)
        logger.setLevel(self.level)
        self.client._driver.stop.at = 0
        self.desk.close()
        self.folder.cleanup()

    def start(self) -> None:
        wires: dict[str, Any] = {"sync": Wire, "async": AsyncWire}
        self.client = self.desk.open(budget=BUDGET, prices=PRICES, max_retries=2)
        self.client._driver = wires[self.kind](self.vendor, self.desk.clock)
        self.handles = {}

    # What the machine knows

    @property
    def books(self) -> Any:
        return self.client._session.books

    def rows(self) -> list[LedgerRow]:
        return list(self.desk(self.client.ledger.rows()))

    def row_of(self, prompt: str) -> LedgerRow | None:
        rows = [row for row in self.rows() if row.request["input"]["prompt"] == prompt]
        return rows[-1] if rows else None

    def lost(self, row: LedgerRow) -> Work | None:
        """The job of an uncertain row."""
        named = {other.job_id for other in self.rows()}
        prompt = row.request["input"]["prompt"]
        jobs = [job for job in self.vendor.jobs.values() if job.prompt == prompt]
        return next((job for job in jobs if job.id not in named and not job.given_up), None)

    def call(self, call: Any) -> tuple[Any, BaseException | None]:
        """What a call comes to; no error of it tells the key."""
        try:
            return self.desk(call()), None
        except (APIError, KeyboardInterrupt, asyncio.CancelledError, Killed) as error:
            told: BaseException | None = error
            while told is not None:
                notes = getattr(told, "__notes__", [])
                assert KEY not in f"{told!r} {told} {notes}"
                told = told.__cause__ or told.__context__
            return None, error
        finally:
            self.vendor.faults.clear()

    def submit(self, key: str | None) -> tuple[str, Any, BaseException | None]:
        """Submit; whatever happens, at most one job comes of it."""
        prompt = f"key {key}" if key else f"number {self.said}"
        self.said += 1
        before = len(self.vendor.jobs)
        made, error = self.call(
            lambda: self.client.videos.submit_as(self.operation, prompt=prompt, key=key)
        )
        assert len(self.vendor.jobs) - before <= 1
        if made is not None:
            self.handles[made.id] = made
        return prompt, made, error

    # What happens

    @rule(key=KEYS, faults=FAULTS)
    def submits(self, key: str | None, faults: list[str]) -> None:
        known, posts = self.row_of(f"key {key}"), self.vendor.posts
        self.vendor.faults.extend(faults)
        prompt, made, error = self.submit(key)
        row = self.row_of(prompt)
        doubted = known is not None and known.state == "uncertain"
        if known is not None and (known.job_id or (doubted and not self.idempotent)):
            assert self.vendor.posts == posts
            assert isinstance(error, SubmitUncertainError if doubted else type(None))
        if made is not None:
            assert row is not None
            assert row.job_id == made.id
        elif isinstance(error, BudgetExceededError):
            assert self.vendor.posts == posts
        else:
            assert row is not None
            is_uncertain = doubted or isinstance(error, SubmitUncertainError)
            assert row.state == ("uncertain" if is_uncertain else "rejected")

    @rule(key=KEYS, faults=FAULTS, at=st.integers(1, 25), behind=st.booleans())
    def is_interrupted_while_it_submits(
        self, key: str | None, faults: list[str], at: int, behind: bool
    ) -> None:
        error = {"sync": KeyboardInterrupt(), "async": asyncio.CancelledError()}[self.kind]
        self.vendor.faults.extend(faults)
        self.client._driver.stop = Stop(error, at, behind)
        self.submit(key)
        self.client._driver.stop.at = 0

    @rule(key=KEYS, faults=FAULTS, at=st.integers(1, 25), behind=st.booleans())
    def dies_while_it_submits(
        self, key: str | None, faults: list[str], at: int, behind: bool
    ) -> None:
        store = self.books.store
        writing = store.writing

        class Dying(Stop):
            def check(self, *, behind: bool) -> None:
                try:
                    super().check(behind=behind)
                except Killed:
                    store.writing = die
                    raise

        def die() -> Any:
            raise Killed

        self.vendor.faults.extend(faults)
        self.client._driver.stop = Dying(Killed(), at, behind)
        self.submit(key)
        self.client._driver.stop.at = 0
        store.writing = die
        self.restarts()
        store.writing = writing

    @rule(key=KEYS, faults=FAULTS, dies=st.booleans())
    def finds_the_disk_full_behind_the_post(
        self, key: str | None, faults: list[str], dies: bool
    ) -> None:
        store, carry = self.books.store, self.vendor.carry

        def full() -> Any:
            raise LedgerError("the disk is full")

        def fill(effect: Any) -> Any:
            store.writing = full
            return carry(effect)

        self.vendor.faults.extend(faults)
        self.vendor.carry = fill  # type: ignore[method-assign]
        self.submit(key)
        self.vendor.carry = carry  # type: ignore[method-assign]
        vars(store).pop("writing", None)
        if dies:
            self.restarts()
        else:
            self.books.backlog.catch_up()

    @rule()
    def restarts(self) -> None:
        """The process dies and another takes up what has an id, and nothing else."""
        self.desk.die(self.client)
        posts = self.vendor.posts
        self.start()
        wanted = {
            row.job_id
            for row in self.rows()
            if row.job_id
            and row.settled is None
            and (row.finished is None or (row.state == "succeeded" and not row.file))
        }
        jobs = self.desk(self.client.ledger.resume_all())
        assert {job.id for job in jobs} == wanted
        assert self.vendor.posts == posts
        self.handles = {job.id: job for job in jobs}

    @precondition(lambda self: self.handles)
    @rule(place=PLACE, faults=FAULTS, steps=st.integers(0, 2), fails=st.sampled_from("nnny"))
    def polls(self, place: int, faults: list[str], steps: int, fails: str) -> None:
        handle = self.pick(place)
        for _ in range(steps):
            self.vendor.jobs[handle.id].advance(fails=fails == "y")
        self.vendor.faults.extend(faults)
        for _ in range(2):
            self.call(handle.refresh)

    @precondition(lambda self: self.handles)
    @rule(place=PLACE, faults=FAULTS)
    def collects(self, place: int, faults: list[str]) -> None:
        handle, posts = self.pick(place), self.vendor.posts
        for _ in range(2):
            self.vendor.jobs[handle.id].advance(fails=False)
        self.vendor.faults.extend(faults[2:])
        made, _ = self.call(handle.result)
        if made is not None:
            path = Path(self.folder.name) / f"{handle.id}.wav"
            self.vendor.faults.extend(faults)
            saved, _ = self.call(lambda: made.save(path, overwrite=True))
            if saved is not None:
                assert path.read_bytes() == SOUND
                self.saved.add(handle.id)
        assert self.vendor.posts == posts

    def pick(self, place: int) -> Any:
        return list(self.handles.values())[place % len(self.handles)]

    # What a person decides, who has looked into the account

    def uncertain(self, place: int) -> LedgerRow | None:
        rows = [row for row in self.rows() if row.state == "uncertain"]
        return rows[place % len(rows)] if rows else None

    @rule(place=PLACE)
    def adopts(self, place: int) -> None:
        row = self.uncertain(place)
        job = self.lost(row) if row is not None else None
        if row is not None and job is not None:
            handle = self.desk(self.client.ledger.adopt(row, job.id))
            job.told = "unknown"
            self.handles[job.id] = handle

    @rule(place=PLACE)
    def releases(self, place: int) -> None:
        row = self.uncertain(place)
        if row is not None and row.cost is None:
            job = self.lost(row)
            if job is not None:  # the person errs
                job.given_up = True
                self.vendor.by_key.clear()
            self.desk(self.client.ledger.release(row))

    @rule(place=PLACE)
    def settles(self, place: int) -> None:
        rows = [row for row in self.rows() if row.at_risk]
        row = rows[place % len(rows)] if rows else None
        if row is not None:
            job = self.vendor.jobs.get(row.job_id or "") or self.lost(row)
            if job is None or job.cost:
                cost = job.cost if job is not None else Decimal(0)
                settled = self.desk(self.client.ledger.settle(row, cost))
                assert (settled.cost, settled.at_risk) == (cost, False)

    # What always holds

    @invariant()
    def no_key_has_two_jobs(self) -> None:
        alive = Counter(job.prompt for job in self.vendor.jobs.values() if not job.given_up)
        assert all(count == 1 for count in alive.values())

    @invariant()
    def no_job_is_lost(self) -> None:
        rows = self.rows()
        named = {row.job_id for row in rows}
        doubted = {row.request["input"]["prompt"] for row in rows if row.state == "uncertain"}
        for job in self.vendor.jobs.values():
            assert job.given_up or job.id in named or job.prompt in doubted

    @invariant()
    def the_ledger_agrees_with_the_vendor(self) -> None:
        for row in self.rows():
            assert row.state != "submitting"
            if row.job_id is None:
                assert row.state in ("uncertain", *NOTHING)
                continue
            job = self.vendor.jobs[row.job_id]
            assert row.state in (job.told, "queued" if job.told is None else job.told)
            if row.state in ("succeeded", "failed"):
                assert row.cost == job.cost
            assert (row.file is not None) == (row.job_id in self.saved)

    @invariant()
    def money_is_spent_or_set_aside(self) -> None:
        rows = self.rows()
        settled = sum((row.cost for row in rows if row.cost is not None), Decimal(0))
        aside = sum((row.reserved or Decimal(0) for row in rows if row.at_risk), Decimal(0))
        charged = sum(
            (job.cost for job in self.vendor.jobs.values() if not job.given_up), Decimal(0)
        )
        assert settled <= charged <= settled + aside <= BUDGET

    @invariant()
    def the_key_is_secret(self) -> None:
        assert KEY.encode() not in self.desk.bytes
        assert KEY not in "".join(self.heard.lines)
        self.heard.lines.clear()


class AsyncMoney(Money):
    kind = "async"


class RepeatingMoney(Money):
    idempotent = True


def bounded(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


TestMoney = Money.TestCase
TestMoney.settings = bounded(60)
TestAsyncMoney = AsyncMoney.TestCase
TestAsyncMoney.settings = bounded(15)
TestRepeatingMoney = RepeatingMoney.TestCase
TestRepeatingMoney.settings = bounded(40)
