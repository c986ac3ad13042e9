"""What is done when something happened elsewhere."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.indexer.handlers.resources import Resources
from services.indexer.operations.indexing import index_object, remove_object
from shared.cloudevents import Event, EventData
from shared.contracts.accounts import AccountEvent, AccountUpdated
from shared.contracts.indexer import (
    FileDescribed,
    FileEvent,
    FileRemoved,
    ItemFailed,
    ItemIndexed,
)
from shared.contracts.repositories import (
    RepositoryCreated,
    RepositoryDeleted,
    RepositoryEvent,
    RepositoryRenamed,
    RepositoryUpdated,
)
from shared.contracts.storage import ObjectCreated, ObjectDeleted


async def on_object_created(resources: Resources, event: Event[ObjectCreated]) -> None:
    """New bytes under a key."""
    await index_object(resources.indexer, event.data.object)


async def on_object_deleted(resources: Resources, event: Event[ObjectDeleted]) -> None:
    """A key is no more."""
    await remove_object(resources.indexer, event.data.object)


async def on_file(resources: Resources, event: Event[FileEvent]) -> None:
    """Something became known of a file."""
    resources.catalogue.mark(event.data.file.repository_uid)


async def on_repository(resources: Resources, event: Event[RepositoryEvent]) -> None:
    """A repository is now so; the projection is told first, which all else is made of."""
    await resources.projection.on_repository(event)
    await resources.housing.look(event.data.repository.repository_uid)
    await resources.catalogue.allow(event.data.repository)
    resources.mirrors.mark(event.data.repository.repository_uid)


async def on_account(resources: Resources, event: Event[AccountEvent]) -> None:
    """An account is now so: it may be called something else."""
    await resources.projection.on_account(event)
    await resources.catalogue.mark_owned(event.data.account.account_uid)


EventHandler = Callable[[Resources, Any], Awaitable[None]]
EVENTS: Mapping[type[EventData], EventHandler] = {
    ObjectCreated: on_object_created,
    ObjectDeleted: on_object_deleted,
}
# Not only the projection follows these: who finds what is decided by the index of words too.
FOLLOWED: Mapping[type[EventData], EventHandler] = {
    AccountUpdated: on_account,
    RepositoryCreated: on_repository,
    RepositoryUpdated: on_repository,
    RepositoryRenamed: on_repository,
    RepositoryDeleted: on_repository,
}
# What every process hears live, since each host has an index of words of its own.
LIVE: Mapping[str, Mapping[type[EventData], EventHandler]] = {
    "coop.v1.accounts.>": FOLLOWED,
    "coop.v1.repositories.>": FOLLOWED,
    "coop.v1.indexer.>": dict.fromkeys(
        (ItemIndexed, ItemFailed, FileDescribed, FileRemoved), on_file
    ),
}
