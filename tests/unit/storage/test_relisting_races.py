"""What ends while its bucket is listed: nothing of it is asked for or written any more."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from services.storage.blobs.connected import Bucket, ConnectedBlob, Far
from services.storage.operations import connections
from services.storage.operations.purging import purge_repository
from services.storage.operations.relisting import look_again, relist
from services.storage.operations.resources import Resources
from services.storage.store.figures import fold
from services.storage.store.relistings import find_relisting, order_relisting
from shared.contracts.repositories import State
from shared.errors import Forbidden, NotFound
from shared.purged import put_purged
from tests.backups import know
from tests.shown import CONNECTION, SHOWN, UID, Connected, Fixed, far, listed, there
from tests.storage_room import published

Event = Callable[[], Awaitable[None]]


class Passing(Fixed):
    """Something happens between its pages."""

    def __init__(self, meanwhile: Event) -> None:
        super().__init__(far("a"), far("b"))
        self.meanwhile = meanwhile

    async def pages(self, prefix: str) -> AsyncIterator[list[Far]]:
        """The first, and what happens, and the rest."""
        first = True
        async for page in super().pages(prefix):
            yield page
            if first:
                await self.meanwhile()
            first = False


async def opening(
    resources: Resources, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> Resources:
    """Connections that are looked up, and open this bucket."""

    async def opened(_: Any) -> Bucket:
        return bucket

    monkeypatch.setattr(connections, "open_bucket", opened)
    await know(resources, CONNECTION, SHOWN)
    return replace(resources, connections=connections.Connections())


async def test_a_connection_that_is_removed_is_listed_no_further(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def remove() -> None:
        await know(resources, CONNECTION.model_copy(update={"removed": True}))

    resources = await opening(resources, Passing(remove), monkeypatch)
    with pytest.raises(Forbidden, match="was removed"):
        await relist(resources, SHOWN, most=100)
    assert await there(resources) == ["a"]


async def test_a_repository_that_is_deleted_is_listed_no_further(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def delete() -> None:
        await know(resources, SHOWN.model_copy(update={"state": State.DELETED}))

    resources = await opening(resources, Passing(delete), monkeypatch)
    with pytest.raises(NotFound, match="was deleted"):
        await relist(resources, SHOWN, most=100)
    assert await there(resources) == ["a"]


async def test_who_reads_on_asks_for_nothing_through_a_removed_connection(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Fixed(far("a"))
    resources = await opening(resources, bucket, monkeypatch)

    async def check() -> None:
        await resources.connections.bucket(resources.outbox.table, SHOWN)

    blob = ConnectedBlob(bucket, far("a"), lambda: None, check)
    await know(resources, CONNECTION.model_copy(update={"removed": True}))
    with pytest.raises(Forbidden, match="was removed"):
        await blob.read(0, 4)
    blob.close()
    assert bucket.readers == 0


async def purged(resources: Resources) -> None:
    """As its event does it, all the way."""
    await resources.outbox.table.write(put_purged(UID))
    await published(resources)
    await purge_repository(resources, SHOWN)


async def nothing_is_left(resources: Resources) -> bool:
    """Neither records nor events that wait, nor a listing to come."""
    waiting = (await resources.outbox.pending(limit=10)).items
    figures = await fold(resources.outbox, UID)
    lease = await find_relisting(resources.outbox, UID)
    return not (await there(resources) or waiting or figures.objects or lease)


async def test_a_purge_meanwhile_leaves_nothing(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    await order_relisting(resources.outbox, UID)
    bucket = Passing(lambda: purged(resources))
    resources = await opening(resources, bucket, monkeypatch)
    with pytest.raises(NotFound):
        await relist(resources, SHOWN, most=100)
    assert await nothing_is_left(resources)


async def test_what_was_asked_for_before_a_purge_is_not_written_after_it(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources, _ = await listed(resources, far("a"))
    changed = Fixed(far("a", "e2"), far("b"))

    async def head(key: str) -> Far | None:
        await purged(resources)
        return changed.objects.get(key)

    monkeypatch.setattr(changed, "head", head)
    resources = replace(resources, connections=Connected(changed))
    for key in ("a", "b"):
        with pytest.raises(NotFound):
            await look_again(resources, SHOWN, key)
        assert await nothing_is_left(resources)


async def test_a_purged_one_is_not_ordered_any_more(resources: Resources) -> None:
    await purged(resources)
    await order_relisting(resources.outbox, UID)
    assert await find_relisting(resources.outbox, UID) is None
