"""What the operations of one process hold open, and small words they share."""

import asyncio
from dataclasses import dataclass, field

from services.storage.blobs.port import Blobs, Folder
from services.storage.operations.bursts import Bursts
from services.storage.operations.connections import Connections
from services.storage.operations.mirrors import Mirror, Outage
from services.storage.operations.stale import Stale
from services.storage.store.copies import ask_to_copy
from services.storage.store.recent import Recent
from shared.contracts.repositories import Repository
from shared.outbox import Outbox
from shared.tables import Action


@dataclass(frozen=True, slots=True)
class Resources:
    """Records, bytes, marks of what is being written, and keys that someone must look after.

    `connections` are the buckets of accounts, whose bytes are not among ours; what must be looked
    after there is `stale`, and holds up nothing that is ailing here. `mirrors` have copies,
    which are read first during an `outage`.
    """

    outbox: Outbox
    blobs: Blobs
    bursts: Bursts
    recent: Recent = field(default_factory=Recent)
    connections: Connections = field(default_factory=Connections)
    ailing: "asyncio.Queue[tuple[Repository, str]]" = field(
        default_factory=lambda: asyncio.Queue(10_000)
    )
    stale: Stale = field(default_factory=Stale)
    mirrors: tuple[Mirror, ...] = ()
    outage: Outage = field(default_factory=Outage)

    def to_copy(self, repository: Repository, key: str) -> list[Action]:
        """For the transaction that changes what a key has."""
        folder, mirrors = folder_of(repository), self.mirrors
        return [ask_to_copy(one.name, folder, key) for one in mirrors if one.takes(repository)]

    def ask_to_heal(self, repository: Repository, key: str) -> None:
        """Bytes and record of this key do not fit; forgotten where too many wait already."""
        if repository.connection_uid:
            self.stale.add(repository, key)
        elif not self.ailing.full():
            self.ailing.put_nowait((repository, key))


def folder_of(repository: Repository) -> Folder:
    """The repository as a place for bytes: a new name or another owner leaves them where they are.

    So no reader and no writer in any process ever looks at a place that is not the place any more.
    """
    if repository.kept_at:
        account_id, _, name = repository.kept_at.partition("/")
        return Folder(account_id, name, repository.repository_uid)
    return Folder(repository.account_id, repository.repository_id, repository.repository_uid)
