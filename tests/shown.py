"""Repositories that show a bucket of their owner's, without one: it holds what it is told to."""

from collections.abc import AsyncIterator
from dataclasses import replace

from services.storage.blobs.connected import Bucket, Far
from services.storage.operations.connections import Connections
from services.storage.operations.relisting import Seen, relist
from services.storage.operations.resources import Resources
from services.storage.store.objects import objects_page
from shared.contracts.repositories import Repository, SealedConnection
from shared.tables import Table
from tests.storage_room import REPOSITORY, keys

SHOWN = REPOSITORY.model_copy(
    update={"connection_uid": "01CONNECTION", "connection_prefix": "data/"}
)
UID = SHOWN.repository_uid
CONNECTION = SealedConnection(
    version=1, connection_uid="01CONNECTION", account_uid="01NOAA", bucket="theirs"
)


class Fixed(Bucket):
    """A bucket that is what it is told to be, in the order that it is told."""

    def __init__(self, *objects: Far) -> None:
        self.objects = {one.key: one for one in objects}
        self.readers = 0

    async def close(self) -> None:
        """Nothing is held."""

    async def pages(self, prefix: str) -> AsyncIterator[list[Far]]:
        """All of them on a page each."""
        for one in list(self.objects.values()):
            if one.key.startswith(prefix):
                yield [one]

    async def head(self, key: str) -> Far | None:
        """What is there."""
        return self.objects.get(key)


class Connected(Connections):
    """Whatever is asked for is this bucket."""

    def __init__(self, bucket: Bucket) -> None:
        super().__init__()
        self.there = bucket

    async def bucket(self, table: Table, repository: Repository) -> Bucket:  # noqa: ARG002 -- one
        """The bucket."""
        return self.there


def far(key: str, etag: str = "e1", size: int = 4) -> Far:
    """An object of theirs."""
    return Far(f"data/{key}", size, etag, 1_700_000_000_000)


async def listed(resources: Resources, *objects: Far, most: int = 100) -> tuple[Resources, Seen]:
    """As a listing leaves it; with the bucket that was listed."""
    with_bucket = replace(resources, connections=Connected(Fixed(*objects)))
    return with_bucket, await relist(with_bucket, SHOWN, most=most)


async def there(resources: Resources) -> list[str]:
    """The keys that are known."""
    return keys((await objects_page(resources.outbox, UID, limit=100, cursor=None))[0])
