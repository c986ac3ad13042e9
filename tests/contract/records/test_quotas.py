"""Quotas are held to on every engine, also by many at once in one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.storage.models import ObjectRecord, UploadPart
from services.storage.operations.quotas import Quotas
from services.storage.s3.errors import S3Error
from services.storage.store.objects import created
from services.storage.store.uploads import part_row
from shared.contracts.accounts import Account
from shared.contracts.base import Quota, now
from shared.contracts.repositories import Repository
from shared.outbox import Outbox, next_version
from shared.tables import Put
from tests.storage_room import REPOSITORY

NOAA = Account(
    account_uid=REPOSITORY.account_uid,
    account_id="noaa",
    kind="organization",
    name="NOAA",
    created_at=now(),
)
OTHER = REPOSITORY.model_copy(update={"repository_uid": "01OTHER", "repository_id": "other"})


def limited(quota: Quota, repository: Repository = REPOSITORY) -> Repository:
    return repository.model_copy(update={"quota": quota})


def quotas_on(outbox: Outbox, *, account: Quota | None = None, **usual: Quota) -> Quotas:
    """As storage knows the account."""

    async def find_account(_: str) -> Account | None:
        return NOAA.model_copy(update={"quota": account}) if account else NOAA

    return Quotas(outbox, find_account, **usual)


async def store(
    quotas: Quotas, key: str, size: int, repository: Repository = REPOSITORY
) -> ObjectRecord:
    """An object, if there is room for it."""
    async with quotas.room(repository, key, size):
        uid = repository.repository_uid
        record = ObjectRecord(uid, key, next_version(), size, "e", 1, "", "plain", "m")
        await quotas.outbox.table.write(*created(repository, record, before=None, actor="01ADA"))
        return record


@asynccontextmanager
async def refused(what: str) -> AsyncIterator[None]:
    with pytest.raises(S3Error, match=f"QuotaExceeded: The {what}"):
        yield


async def test_bytes_of_a_repository(storage: Outbox) -> None:
    quotas, place = quotas_on(storage), limited(Quota(size=10))
    await store(quotas, "a", 6, place)
    async with refused("repository may hold 10 bytes"):
        await store(quotas, "b", 5, place)
    await store(quotas, "b", 4, place)
    await store(quotas, "empty", 0, place)


async def test_objects_of_a_repository(storage: Outbox) -> None:
    quotas, place = quotas_on(storage), limited(Quota(objects=1))
    await store(quotas, "a", 6, place)
    async with refused("repository may hold 1 objects"):
        await store(quotas, "b", 0, place)


async def test_what_is_replaced_makes_room(storage: Outbox) -> None:
    quotas, place = quotas_on(storage), limited(Quota(size=10, objects=1))
    await store(quotas, "a", 9, place)
    async with quotas.room(place, "a", 10):
        pass
    async with refused("repository"), quotas.room(place, "a", 11):
        pass


async def test_what_becomes_less_always_has_room(storage: Outbox) -> None:
    quotas = quotas_on(storage)
    await store(quotas, "a", 9)
    async with quotas.room(limited(Quota(size=1, objects=0)), "a", 9):
        pass


async def test_an_account_for_all_its_repositories(storage: Outbox) -> None:
    quotas = quotas_on(storage, account=Quota(size=10))
    await store(quotas, "a", 6)
    async with refused("account may hold 10 bytes"):
        await store(quotas, "a", 5, OTHER)
    await store(quotas, "a", 4, OTHER)


async def test_who_has_none_of_their_own_is_held_to_what_is_usual(storage: Outbox) -> None:
    usual = {"of_account": Quota(objects=3), "of_repository": Quota(size=5)}
    quotas = quotas_on(storage, **usual)
    async with refused("repository"):
        await store(quotas, "a", 6)
    await store(quotas, "a", 6, limited(Quota(size=6)))
    generous = quotas_on(storage, account=Quota(objects=9), **usual)
    assert generous.for_account(NOAA) == Quota(objects=3)
    assert generous.for_repository(limited(Quota(objects=2))) == Quota(size=5, objects=2)


async def test_many_at_once_do_not_go_over(storage: Outbox) -> None:
    quotas, place = quotas_on(storage), limited(Quota(size=10))

    async def attempt(number: int) -> bool:
        try:
            await store(quotas, f"{number}", 3, place)
        except S3Error:
            return False
        return True

    stored = await asyncio.gather(*map(attempt, range(12)))
    assert sum(stored) == 3
    await store(quotas, "last", 1, place)


async def test_parts_are_held_to_it_together(storage: Outbox) -> None:
    quotas, place = quotas_on(storage), limited(Quota(size=10))
    upload = "01UPLOAD"
    for number in (1, 2):
        part = UploadPart(number, 4, "e", 1, "n", {})
        await storage.table.write(Put(part_row(upload, part)))
    async with refused("repository"), quotas.room_for_part(place, upload, 3, 3):
        pass
    for number, size in ((3, 2), (2, 6)):
        async with quotas.room_for_part(place, upload, number, size):
            pass
    async with quotas.room_for_part(place, "x" * 5000, 1, 1):
        pass
