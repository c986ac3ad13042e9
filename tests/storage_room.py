"""Storage's operations on a real table and a real folder, and the files that lie there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.storage.blobs.local import open_local
from services.storage.blobs.port import Blobs
from services.storage.models import ObjectRecord
from services.storage.operations.bursts import Bursts
from services.storage.operations.committing import NewObject
from services.storage.operations.mirrors import Mirror
from services.storage.operations.objects import put_object
from services.storage.operations.reading import open_object
from services.storage.operations.resources import Resources
from services.storage.s3.checksums import Checksums
from services.storage.s3.conditions import Conditions
from services.storage.store.layout import SCHEMA
from services.storage.store.recent import Recent
from shared.contracts.accounts import Account
from shared.contracts.base import now
from shared.contracts.repositories import Repository
from shared.outbox import Outbox
from shared.settings import Settings
from shared.tables import open_table
from tests.announced import announced
from tests.blob_writes import content_of

ADA = "01ADA"
REPOSITORY = Repository(
    repository_uid="01REPOSITORY",
    repository_id="globe-land-mask",
    account_uid="01NOAA",
    account_id="noaa",
    title="Globe land mask",
    created_at=now(),
    updated_at=now(),
)
NOAA = Account(
    account_uid=REPOSITORY.account_uid,
    account_id=REPOSITORY.account_id,
    kind="organization",
    name="NOAA",
    created_at=REPOSITORY.created_at,
)
FOLDER = "storage/noaa/globe-land-mask"


class Bytes:
    """Bytes that arrive in pieces and keep every promise, unless `refuse` is raised at the end."""

    algorithms: tuple[str, ...] = ()

    def __init__(self, *pieces: bytes, refuse: Exception | None = None) -> None:
        self.sent = pieces
        self.refuse = refuse

    async def pieces(self) -> AsyncIterator[bytes]:
        """One after another."""
        for piece in self.sent:
            yield piece

    def check(self, _: Checksums) -> None:
        """Nothing was promised."""
        if self.refuse is not None:
            raise self.refuse


@asynccontextmanager
async def opened_resources(
    home: Path,
    *,
    table_home: Path | None = None,
    blobs: Blobs | None = None,
    mirrors: tuple[Mirror, ...] = (),
) -> AsyncIterator[Resources]:
    """As one process holds them; with `table_home` a host that shares the table and no folder."""
    settings = Settings(home=table_home or home)
    table = await open_table(SCHEMA, service="storage", settings=settings)
    outbox = Outbox(table)
    blobs = blobs or await open_local(home / "storage", fsync="off")
    bursts = Bursts(outbox, blobs.process)
    recent = Recent() if blobs.lingers is None else Recent(0)
    yield Resources(outbox, blobs, bursts, recent, mirrors=mirrors)
    await bursts.stop()
    await blobs.close()
    await table.close()


async def put(
    resources: Resources,
    key: str,
    *pieces: bytes,
    conditions: Conditions | None = None,
    refuse: Exception | None = None,
    repository: Repository = REPOSITORY,
) -> ObjectRecord:
    """PutObject by Ada."""
    new = NewObject(key, "text/csv", ADA, {"station": "2091"}, {}, conditions)
    return await put_object(resources, repository, new, Bytes(*pieces, refuse=refuse))


async def read(
    resources: Resources, key: str, repository: Repository = REPOSITORY
) -> tuple[ObjectRecord, bytes]:
    """The record and the bytes as a reader gets them; NotFound."""
    opened = await open_object(resources, repository, key)
    try:
        return opened.record, await content_of(opened.blob)
    finally:
        opened.close()


async def told(resources: Resources) -> list[tuple[str, str, int]]:
    """Kind, key and version of every event so far, oldest first."""
    return [
        (one["type"].split(".")[2], one["data"]["object"]["key"], int(one["sequence"]))
        for one in await announced(resources.outbox)
    ]


async def told_kinds(resources: Resources) -> list[str]:
    """The kinds of all events so far, oldest first."""
    return [kind for kind, _, _ in await told(resources)]


def keys(records: Sequence[Any]) -> list[str]:
    """Their keys."""
    return [record.key for record in records]


async def published(resources: Resources) -> None:
    """As the relay leaves the rows of events."""
    waiting = await resources.outbox.pending(limit=1000)
    await resources.outbox.sent(waiting.items)
