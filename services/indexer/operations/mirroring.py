"""A table of all items of a collection, made of the items as they are told."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from services.indexer.mirrors import END, LOOK, WRITE
from services.indexer.models.editions import Edition
from services.indexer.models.mirror import Mirror
from services.indexer.sandbox.mirroring import TableMaker, Unmirrored, making_table
from services.indexer.sandbox.worker import Nursery
from services.indexer.settings import MirrorSettings
from services.indexer.stac.items import located
from services.indexer.store.editions import find_many_editions
from services.indexer.store.items import items_after
from services.indexer.store.leases import LEASE_SECONDS, give_up_lease, take_lease
from services.indexer.store.mirrors import (
    PART_BYTES,
    begin_mirror,
    find_many_mirrors,
    find_mirror,
    find_part,
    finish_mirror,
    forget_mirror,
    put_part,
)
from services.indexer.store.repositories import find_repositories
from services.indexer.store.sums import find_many_kept
from shared.contracts.indexer import CollectionMirror, MirrorPart
from shared.contracts.repositories import Repository, State
from shared.errors import NotFound
from shared.identifiers import new_uid
from shared.tables import Table

# A worker takes a step of so many bytes of items in far less than its alarm.
STEP_BYTES = 2 * 1024 * 1024
TOO_MANY = "It has more items than a table is made of."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a table of a repository's items would be made of now."""

    repository: Repository
    edition: Edition
    items: int
    stamp: str


@dataclass(frozen=True)
class Mirroring:
    """What tables are made with; `data_url` is where objects are downloaded."""

    table: Table
    nursery: Nursery
    data_url: str
    limits: MirrorSettings
    holder: str = field(default_factory=new_uid)

    async def make(self, repository_uid: str) -> bool:
        """The table as it ought to be; False where another process is at it. Raises Unmirrored.

        Where none can be made that of before is gone: it would be out of date for good.
        """
        lease = f"mirror-{repository_uid}"
        if not await take_lease(self.table, lease, self.holder):
            return False
        try:
            await self._make(repository_uid, lease)
        except Unmirrored:
            await forget_mirror(self.table, repository_uid)
            raise
        finally:
            await give_up_lease(self.table, lease, self.holder)
        return True

    async def _make(self, repository_uid: str, lease: str) -> None:
        found = await wanted(self.table, [repository_uid], self.data_url)
        mirror = await find_mirror(self.table, repository_uid)
        if not found or not found[0].items:
            await forget_mirror(self.table, repository_uid)
        elif found[0].items > self.limits.max_items:
            raise Unmirrored(TOO_MANY)
        elif mirror is None or mirror.stamp != found[0].stamp:
            await self._write(found[0], lease)

    async def _write(self, now: Wanted, lease: str) -> None:
        parts = Parts(self.table, now.repository.repository_uid, new_uid())
        await begin_mirror(self.table, parts.repository_uid, parts.generation)
        async with making_table(self.nursery) as maker:
            for step in (LOOK, WRITE):
                async for data in self._steps(now, maker, step, lease):
                    await parts.add(data)
            await parts.add(await maker.step(END), is_last=True)
        mirror = Mirror(
            generation=parts.generation,
            stamp=now.stamp,
            size=parts.size,
            items=now.items,
            made_at=datetime.now(UTC),
        )
        await finish_mirror(self.table, parts.repository_uid, mirror)

    async def _steps(
        self, now: Wanted, maker: TableMaker, step: str, lease: str
    ) -> AsyncIterator[bytes]:
        """What comes of all items, some at a time."""
        renew_at = 0.0
        async with aclosing(self._items(now)) as some:
            async for items in some:
                if time.monotonic() > renew_at:
                    await take_lease(self.table, lease, self.holder)
                    renew_at = time.monotonic() + LEASE_SECONDS / 3
                yield await maker.step(step, items)

    async def _items(self, now: Wanted) -> AsyncGenerator[bytes, None]:
        """All of them, as lists in JSON."""
        waiting, size = list[bytes](), 0
        names = now.repository.account_id, now.repository.repository_id
        async with aclosing(items_after(self.table, now.edition, "")) as items:
            async for _, item in items:
                waiting.append(orjson.dumps(located(item, *names, self.data_url)))
                size += len(waiting[-1])
                if size >= STEP_BYTES:
                    yield b"[" + b",".join(waiting) + b"]"
                    waiting, size = [], 0
        yield b"[" + b",".join(waiting) + b"]"


@dataclass
class Parts:
    """What is there of a file, cut into parts of PART_BYTES; the last has fewer."""

    table: Table
    repository_uid: str
    generation: str
    size: int = 0
    _rest: bytes = b""

    async def add(self, data: bytes, *, is_last: bool = False) -> None:
        """Raises ConditionFailed where another has begun since."""
        self._rest += data
        while len(self._rest) >= PART_BYTES or (is_last and self._rest):
            part, self._rest = self._rest[:PART_BYTES], self._rest[PART_BYTES:]
            number = self.size // PART_BYTES
            await put_part(self.table, self.repository_uid, self.generation, number, part)
            self.size += len(part)


async def wanted(table: Table, repository_uids: Sequence[str], data_url: str) -> list[Wanted]:
    """Of those of these repositories that there are."""
    found = await find_repositories(table, repository_uids)
    there = [one for one in found if one.state is not State.DELETED]
    editions = await find_many_editions(table, [one.repository_uid for one in there])
    current = [one.current for one in editions]
    kept = await find_many_kept(table, current)
    return [
        Wanted(
            repository,
            edition,
            one.holdings.items,
            f"{edition}/{one.revision}/{repository.full_name}/{data_url}",
        )
        for repository, edition, one in zip(there, current, kept, strict=True)
    ]


async def differing(table: Table, repository_uids: Sequence[str], data_url: str) -> list[str]:
    """The uids of those whose table is not as it ought to be."""
    found = await wanted(table, repository_uids, data_url)
    uids = [one.repository.repository_uid for one in found]
    mirrors = await find_many_mirrors(table, uids)
    return [
        uid
        for uid, one, mirror in zip(uids, found, mirrors, strict=True)
        if (mirror.stamp if mirror else "") != (one.stamp if one.items else "")
    ]


async def get_mirror(table: Table, repository: Repository) -> CollectionMirror:
    """The table that is told. Raises NotFound where there is none, or none yet."""
    mirror = await find_mirror(table, repository.repository_uid)
    if mirror is None:
        raise NotFound
    told = mirror.model_dump(exclude={"stamp"})
    return CollectionMirror.model_validate({**told, "part_bytes": PART_BYTES})


async def get_mirror_part(
    table: Table, repository: Repository, generation: str, number: int
) -> MirrorPart:
    """Some bytes of one that is told, or was. Raises NotFound."""
    data = await find_part(table, repository.repository_uid, generation, number)
    if data is None:
        raise NotFound
    return MirrorPart.of(data)
