"""Rounds through all bytes: when one begins, how fast it goes, and who goes on with it."""

import asyncio
from pathlib import Path

import pytest

from services.storage.models import ObjectRecord, Scrub
from services.storage.operations import backed_up, scrubbing
from services.storage.operations.backed_up import Pace
from services.storage.operations.resources import Resources
from services.storage.operations.scrubbing import (
    OBJECT_BYTES,
    Scrubbing,
    is_due,
    keep_scrubbing,
    keep_settling,
    scrub_all,
)
from services.storage.settings import StorageSettings
from services.storage.store import scrubs
from services.storage.store.objects import objects_in
from services.storage.store.scrubs import (
    find_scrub,
    first_scrub,
    keep_scrub,
    leave_scrub,
    take_scrub,
)
from shared.contracts.repositories import Repository, Versioning
from shared.errors import Unavailable
from shared.tables import ConditionFailed
from shared.telemetry import exposition
from tests.backups import know, rot
from tests.scrubs import faults_in, whole_round
from tests.storage_room import FOLDER, REPOSITORY, opened_resources, put
from tests.waiting import eventually

KEPT = REPOSITORY.model_copy(update={"versioning": Versioning.ENABLED})
OTHER = REPOSITORY.model_copy(update={"repository_uid": "01OTHER", "repository_id": "other"})
MIB = 1024**2


class Clock:
    """Time that passes in sleep alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(backed_up, "asyncio", self)
        for module in (backed_up, scrubbing):
            monkeypatch.setattr(module, "time", self)

    def monotonic(self) -> float:
        """Of no clock in the world."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """At once."""
        self.now += max(seconds, 0)


@pytest.mark.parametrize("rate", [1_000, 65_536, 10_000_000])
async def test_no_more_bytes_a_second_than_the_rate(
    monkeypatch: pytest.MonkeyPatch, rate: int
) -> None:
    clock = Clock(monkeypatch)
    pace, sent = Pace(rate), 0
    for size in (1, 300_000, 16_384, 262_144):
        await pace.wait(size)
        sent += size
        assert clock.now - 1000.0 == pytest.approx(sent / rate)
    # What was not used is not made up for.
    clock.now += 60
    before = clock.now
    await pace.wait(rate)
    assert clock.now - before == pytest.approx(1.0)


async def test_without_a_rate_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    await Pace(0).wait(10**12)
    assert clock.now == 1000.0


async def test_the_lease_is_kept_however_slow_it_is(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[float] = []

    async def keep(*_: object) -> None:
        kept.append(clock.now)

    monkeypatch.setattr(scrubbing, "keep_scrub", keep)
    clock = Clock(monkeypatch)
    slow = Scrubbing(resources, Scrub(), 1000, Pace(1000), clock.now)
    await slow.read(262_144)
    gaps = [later - earlier for earlier, later in zip([1000.0, *kept], kept, strict=False)]
    assert len(kept) > 30
    assert max(gaps) * 1000 < scrubs.LEASE_MS / 2


async def test_a_small_object_costs_too(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = list[int]()

    async def wait(_: Pace, size: int) -> None:
        costs.append(size)

    await know(resources, REPOSITORY)
    await put(resources, "a", b"one")
    await put(resources, "empty")
    monkeypatch.setattr(Pace, "wait", wait)
    await whole_round(resources)
    assert sum(costs) == 2 * OBJECT_BYTES + 3


def test_files_are_read_by_default_and_a_bucket_is_not() -> None:
    assert StorageSettings().scrub_bytes_per_second == 10_000_000
    assert StorageSettings(blobs="s3://bucket").scrub_bytes_per_second == 0
    assert StorageSettings(blobs="s3://bucket", scrub_rate=5).scrub_bytes_per_second == 5
    assert StorageSettings(scrub_rate=0).scrub_bytes_per_second == 0


async def test_the_first_round_begins_a_pause_after_the_first_look(resources: Resources) -> None:
    assert not await is_due(resources.outbox, 3600)
    assert not await is_due(resources.outbox, 3600)
    assert (await find_scrub(resources.outbox)).first_ms
    assert await is_due(resources.outbox, 0.0)


async def test_the_next_round_begins_a_pause_after_the_last(resources: Resources) -> None:
    first = await whole_round(resources)
    assert not await is_due(resources.outbox, 3600)
    assert await is_due(resources.outbox, 0.0)
    second = await whole_round(resources)
    assert second.began_ms >= first.ended_ms
    assert second.ended_ms >= second.began_ms


async def test_one_process_at_a_time(resources: Resources, home: Path) -> None:
    async with opened_resources(home) as other:
        assert await take_scrub(resources.outbox, resources.blobs.process) is not None
        assert await scrub_all(other, 0) is None
        assert await take_scrub(resources.outbox, resources.blobs.process) is not None
        await leave_scrub(resources.outbox, resources.blobs.process, Scrub())
        assert await scrub_all(other, 0) is not None


class Reading:
    """The keys that were read again, and in which of them it stops for good."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[str] = []
        self.stops_at = ""
        self.stopped = asyncio.Event()
        self._outcome_of = scrubbing.outcome_of
        monkeypatch.setattr(scrubbing, "outcome_of", self.outcome_of)

    async def outcome_of(
        self, resources: Resources, repository: Repository, record: ObjectRecord, told: object
    ) -> object:
        """As ever, but for the key in which it stops."""
        name = f"{repository.repository_id}/{record.key}@{record.version_id}"
        if self.stops_at and self.stops_at in name:
            self.stopped.set()
            await asyncio.Event().wait()
        self.read.append(name)
        return await self._outcome_of(resources, repository, record, told)  # type: ignore[arg-type]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    return Reading(monkeypatch)


async def filled(resources: Resources) -> list[str]:
    """What a round reads, in order."""
    for repository in (OTHER, REPOSITORY):
        await know(resources, repository)
        for key in ("a", "b/1", "k" * 1024):
            await put(resources, key, b"one", repository=repository)
    for number in range(3):
        await put(resources, "z", b"%d" % number, repository=KEPT)
    await put(resources, "z", b"now", repository=KEPT)
    names = [
        f"{where}/{key}@"
        for where in ("other", "globe-land-mask")
        for key in ("a", "b/1", "k" * 1024)
    ]
    older = scrubbing.all_versions(resources.outbox, REPOSITORY.repository_uid)
    ids = [one.version_id async for one in older]
    (now,) = [one for one in await objects_of(resources) if one.key == "z"]
    return [*names, *(f"globe-land-mask/z@{one}" for one in (now.version_id, *ids))]


async def objects_of(resources: Resources) -> list[ObjectRecord]:
    batches = objects_in(resources.outbox, REPOSITORY.repository_uid)
    return [record async for batch in batches for record in batch]


async def test_a_round_goes_on_where_it_was_stopped(
    resources: Resources, home: Path, reading: Reading
) -> None:
    wanted = await filled(resources)
    for stop in (wanted[1], wanted[5], wanted[8]):
        reading.stops_at = stop
        reading.stopped.clear()
        going = asyncio.create_task(scrub_all(resources, 0))
        await reading.stopped.wait()
        going.cancel()
        await asyncio.wait({going})
    reading.stops_at = ""
    async with opened_resources(home) as other:
        assert await is_due(other.outbox, 3600)
        done = await whole_round(other)
    assert reading.read == wanted
    assert done.objects == len(wanted)
    assert not await is_due(resources.outbox, 3600)


async def test_a_round_goes_on_where_it_was_killed(
    resources: Resources, home: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = await filled(resources)
    monkeypatch.setattr(scrubbing, "KEEP_SECONDS", 0.0)
    monkeypatch.setattr(scrubbing, "leave_scrub", nothing_more)
    reading.stops_at = wanted[5]
    going = asyncio.create_task(scrub_all(resources, 0))
    await reading.stopped.wait()
    going.cancel()
    await asyncio.wait({going})
    monkeypatch.undo()
    before = list(reading.read)
    fresh = Reading(monkeypatch)
    async with opened_resources(home) as other:
        # Until the lease is over nobody knows that it is dead.
        assert await scrub_all(other, 0) is None
        monkeypatch.setattr(scrubs, "now_ms", lambda: scrubbing.now_ms() + scrubs.LEASE_MS)
        done = await whole_round(other)
    # What was read last may be read once more.
    assert before == wanted[:5]
    assert fresh.read in (wanted[4:], wanted[5:])
    assert done.objects == len(wanted)


async def nothing_more(*_: object) -> None:
    """As a process that is dead."""


async def test_who_lost_the_lease_writes_nothing_more(resources: Resources) -> None:
    outbox, scrub = resources.outbox, Scrub(began_ms=1)
    assert await take_scrub(outbox, "slow") is not None
    await leave_scrub(outbox, "slow", scrub)
    assert await take_scrub(outbox, "next") == scrub
    with pytest.raises(ConditionFailed):
        await keep_scrub(outbox, "slow", Scrub(began_ms=2))
    await leave_scrub(outbox, "slow", Scrub(began_ms=2))
    assert await find_scrub(outbox) == scrub
    await first_scrub(outbox)
    assert await find_scrub(outbox) == scrub


async def test_a_fault_is_found_beside_the_doors_and_told_to_prometheus(
    resources: Resources, home: Path
) -> None:
    await know(resources, REPOSITORY)
    await put(resources, "a", b"one")
    rot(home / FOLDER / "a", b"onf")
    work = [
        asyncio.create_task(keep_scrubbing(resources, MIB, 0.01)),
        asyncio.create_task(keep_settling(resources, 0.01)),
    ]
    await eventually(lambda: 'coop_scrub_faults{kind="damaged"} 1.0' in metrics())
    assert 'coop_scrub_objects_total{outcome="damaged"}' in metrics()
    await put(resources, "a", b"new")
    await eventually(lambda: 'coop_scrub_faults{kind="damaged"} 0.0' in metrics())
    for one in work:
        one.cancel()
    await asyncio.wait(work)
    assert await faults_in(resources) == {}


def metrics() -> str:
    return exposition()[0].decode()


async def test_what_is_away_for_a_moment_ends_nothing(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    await know(resources, REPOSITORY)
    await put(resources, "a", b"one")
    refused, outcome_of = 0, scrubbing.outcome_of

    async def refuse(*words: object) -> object:
        nonlocal refused
        refused += 1
        if refused == 1:
            raise Unavailable
        if refused == 2:
            raise RuntimeError
        return await outcome_of(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(scrubbing, "outcome_of", refuse)
    going = asyncio.create_task(keep_scrubbing(resources, MIB, 0.01))

    async def is_over() -> bool:
        return (await find_scrub(resources.outbox)).ended_ms > 0

    await eventually(is_over)
    going.cancel()
    await asyncio.wait({going})
    assert await faults_in(resources) == {}


async def test_without_a_rate_no_round_begins(resources: Resources) -> None:
    await keep_scrubbing(resources, 0, 0.01)
    assert await find_scrub(resources.outbox) == Scrub()
