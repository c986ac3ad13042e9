"""Figures: a change is counted once, whoever counts it; what is wrong is found and mended."""

import asyncio
from pathlib import Path

import pytest

from services.storage.commands import command
from services.storage.models import Figures
from services.storage.operations import bursts
from services.storage.operations.counting import reconcile, reconcile_accounts
from services.storage.operations.healing import heal_object
from services.storage.operations.objects import delete_object
from services.storage.operations.purging import purge_repository
from services.storage.operations.resources import Resources
from services.storage.settings import ServiceSettings
from services.storage.store.figures import changes_of, figures_key, find_figures, fold, hand_over
from shared.errors import Conflict
from shared.outbox import Outbox
from shared.tables import Delete, Update
from tests.backups import know
from tests.storage_room import ADA, FOLDER, NOAA, REPOSITORY, opened_resources, published, put
from tests.waiting import eventually

UID, OWNER = REPOSITORY.repository_uid, REPOSITORY.account_uid
OTHER = REPOSITORY.model_copy(update={"repository_uid": "01OTHER", "repository_id": "other"})


async def kept(resources: Resources, uid: str = UID) -> tuple[int, int]:
    """Objects and bytes of a repository, everything counted in; or of an account."""
    counted = await fold(resources.outbox, uid)
    return counted.objects, counted.size


async def kept_for(resources: Resources, account_uid: str = OWNER) -> tuple[int, int]:
    counted = await find_figures(resources.outbox, account_uid)
    return counted.objects, counted.size


async def spoilt(resources: Resources, uid: str = UID) -> None:
    """A counter that says what is not so."""
    rounds = {"rounds": 1} if uid == UID else {}
    wrong = Update(figures_key(uid), "FIGURES", add={"objects": 5, "size": 50, **rounds})
    await resources.outbox.table.write(wrong)


async def test_new_ones_replaced_ones_and_deleted_ones(resources: Resources) -> None:
    await put(resources, "a", b"12345")
    await put(resources, "b", b"123")
    assert await kept(resources) == (2, 8)
    await put(resources, "a", b"1")
    assert await kept(resources) == (2, 4)
    await delete_object(resources, REPOSITORY, "b", actor=ADA)
    await delete_object(resources, REPOSITORY, "b", actor=ADA)
    assert await kept(resources) == await kept_for(resources) == (1, 1)
    assert (await resources.outbox.table.query(changes_of(UID))).items == []


async def test_an_account_keeps_what_its_repositories_keep(resources: Resources) -> None:
    await put(resources, "a", b"12345")
    await put(resources, "a", b"123", repository=OTHER)
    assert await kept(resources) == (1, 5)
    assert await kept(resources, OTHER.repository_uid) == (1, 3)
    assert await kept_for(resources) == (2, 8)


async def test_whoever_counts_and_however_many_it_is_counted_once(resources: Resources) -> None:
    for n in range(150):
        await put(resources, f"{n}", b"1")
    every = await asyncio.gather(*(kept(resources) for _ in range(8)))
    assert set(every) == {(150, 150)}
    assert await kept_for(resources) == (150, 150)


async def test_the_writer_counts_it_in_soon(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bursts, "LOOK_SECONDS", 0.01)
    resources.bursts.start()
    await put(resources, "a", b"12345")

    async def is_counted() -> bool:
        return (await find_figures(resources.outbox, UID)).size == 5

    await eventually(is_counted)


async def test_one_that_is_handed_over_counts_for_its_new_owner(resources: Resources) -> None:
    await put(resources, "a", b"12345")
    for _ in range(2):
        await hand_over(resources.outbox, UID, "01EVE")
    await put(resources, "b", b"123")
    assert await kept(resources) == (2, 8)
    assert await kept_for(resources) == (0, 0)
    assert await kept_for(resources, "01EVE") == (2, 8)


async def test_files_that_come_and_go_by_hand_are_counted(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"12345")
    (home / FOLDER / "b").write_bytes(b"123")
    assert await heal_object(resources, REPOSITORY, "b")
    assert await kept(resources) == (2, 8)
    (home / FOLDER / "a").unlink()
    assert await heal_object(resources, REPOSITORY, "a")
    assert await kept(resources) == (1, 3)


async def test_what_is_purged_counts_for_nobody(resources: Resources) -> None:
    await put(resources, "a", b"12345")
    await put(resources, "b", b"123", repository=OTHER)
    await published(resources)
    await purge_repository(resources, REPOSITORY)
    assert await kept(resources) == (0, 0)
    assert await kept(resources, OTHER.repository_uid) == (1, 3)
    assert await kept_for(resources) == (1, 3)
    assert await resources.outbox.table.get(figures_key(UID), "FIGURES") is None


async def test_a_wrong_counter_is_found_and_put_right(resources: Resources) -> None:
    await put(resources, "a", b"12345")
    await kept(resources)
    await spoilt(resources)
    was, found = await reconcile(resources.outbox, REPOSITORY)
    assert (was.objects, was.size) == (6, 55)
    assert (found.objects, found.size) == (1, 5)
    assert await kept(resources) == (1, 5)
    was, found = await reconcile(resources.outbox, REPOSITORY)
    assert (was.objects, was.size) == (found.objects, found.size)


async def test_an_account_s_counter_is_the_sum_of_its_repositories(resources: Resources) -> None:
    await put(resources, "a", b"12345")
    await put(resources, "b", b"123", repository=OTHER)
    await kept(resources)
    await kept(resources, OTHER.repository_uid)
    await know(resources, NOAA, REPOSITORY, OTHER)
    assert await reconcile_accounts(resources.outbox) == []
    await spoilt(resources, OWNER)
    (told,) = await reconcile_accounts(resources.outbox)
    assert (told.account_id, told.was, told.found) == ("noaa", Figures(7, 58), Figures(2, 8))
    assert await kept_for(resources) == (2, 8)
    await resources.outbox.table.write(Delete(figures_key(OWNER), "FIGURES"))
    assert [one.was for one in await reconcile_accounts(resources.outbox)] == [Figures()]
    assert await kept_for(resources) == (2, 8)


async def test_an_account_is_not_mended_while_it_changes(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(resources, "a", b"12345")
    await kept(resources)
    await know(resources, NOAA, REPOSITORY)
    seen = find_figures

    async def busy(outbox: Outbox, uid: str) -> Figures:
        figures = await seen(outbox, uid)
        if uid == OWNER:
            await put(resources, f"{figures.size}", b"1")
            await kept(resources)
        return figures

    monkeypatch.setattr("services.storage.operations.counting.find_figures", busy)
    assert await reconcile_accounts(resources.outbox) == []
    monkeypatch.undo()
    assert await kept(resources) == await kept_for(resources) == (3, 7)


async def test_nothing_is_mended_while_it_changes(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> Figures:
        await put(resources, "a", b"12345")
        return Figures(9, 9)

    monkeypatch.setattr("services.storage.operations.counting._count", busy)
    with pytest.raises(Conflict, match="is being written to"):
        await reconcile(resources.outbox, REPOSITORY)
    assert await kept(resources) == (1, 5)


async def test_the_command_says_what_it_mended(tmp_path: Path) -> None:
    async with opened_resources(tmp_path) as resources:
        await put(resources, "a", b"12345")
        await kept(resources)
        await spoilt(resources)
        await spoilt(resources, OWNER)
        await know(resources, NOAA, REPOSITORY)
    settings = ServiceSettings(home=tmp_path)
    code, told = await command(["reconcile"], settings)
    assert code == 0
    assert told.splitlines() == [
        "noaa/globe-land-mask: mended from 6 objects, 55 bytes to 1 objects, 5 bytes.",
        "noaa: mended from 6 objects, 55 bytes to 1 objects, 5 bytes.",
        "1 repositories looked at.",
    ]
    assert await command(["reconcile", "noaa/globe-land-mask"], settings) == (
        0,
        "1 repositories looked at.",
    )
    assert await command(["reconcile", "noaa/none"], settings) == (
        1,
        "There is no repository noaa/none.",
    )
