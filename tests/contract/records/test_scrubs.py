"""How far the scrub is and what it found, on every engine."""

from dataclasses import replace

import pytest

from services.storage.models import Fault, Scrub
from services.storage.store import scrubs
from services.storage.store.faults import all_faults, drop_fault, note_fault
from services.storage.store.scrubs import (
    find_scrub,
    first_scrub,
    keep_scrub,
    leave_scrub,
    now_ms,
    take_scrub,
)
from shared.outbox import Outbox
from shared.tables import ConditionFailed

FAULT = Fault("01R", "a", "mark", "null", "truncated", 5)


async def test_who_has_it_keeps_it_until_its_time_is_over(
    storage: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await find_scrub(storage) == Scrub()
    assert await take_scrub(storage, "one") == Scrub()
    far = Scrub(1, 2, 0, "01R", is_in_versions=True, key="ü\n", stamp=2**50, objects=3, size=2**43)
    await keep_scrub(storage, "one", far)
    assert await take_scrub(storage, "other") is None
    assert await take_scrub(storage, "one") == far
    late = now_ms() + scrubs.LEASE_MS + 1
    monkeypatch.setattr(scrubs, "now_ms", lambda: late)
    assert await take_scrub(storage, "other") == far
    with pytest.raises(ConditionFailed):
        await keep_scrub(storage, "one", Scrub())
    await leave_scrub(storage, "one", Scrub())
    assert await find_scrub(storage) == far
    await leave_scrub(storage, "other", replace(far, ended_ms=3))
    assert await take_scrub(storage, "one") == replace(far, ended_ms=3)


async def test_the_first_look_is_remembered(storage: Outbox) -> None:
    await first_scrub(storage)
    first = await find_scrub(storage)
    assert first.first_ms > 0
    await first_scrub(storage)
    assert await find_scrub(storage) == first
    assert await take_scrub(storage, "one") == first


async def test_a_fault_is_news_once(storage: Outbox) -> None:
    assert await note_fault(storage, FAULT)
    later = replace(FAULT, kind="missing", version_id="05", found_ms=9)
    assert not await note_fault(storage, later)
    assert [one async for one in all_faults(storage)] == [replace(later, found_ms=5)]
    await drop_fault(storage, FAULT)
    assert [one async for one in all_faults(storage)] == []
    assert await note_fault(storage, later)


async def test_faults_of_a_repository_stand_together(storage: Outbox) -> None:
    whole = Fault("01R", "", "", "", "missing", 1)
    others = [replace(FAULT, repository_uid=uid, key=f"{uid}/k") for uid in ("01Q", "01S", "01R0")]
    many = [replace(FAULT, key=f"{number}") for number in range(120)]
    for fault in (whole, *others, *many):
        await note_fault(storage, fault)
    found = [one async for one in all_faults(storage, "01R")]
    assert len(found) == 121
    assert {one.repository_uid for one in found} == {"01R"}
    assert len([one async for one in all_faults(storage)]) == 124
