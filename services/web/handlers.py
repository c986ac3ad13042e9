"""The bus door: what the edge hears live, so that open pages update by themselves."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.web.live import Live
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
    RepositoryDeleted,
    RepositoryEvent,
    RepositoryRenamed,
    RepositoryUpdated,
)
from shared.contracts.storage import ObjectCreated, ObjectDeleted, ObjectEvent

Handler = Callable[[Live, Event[Any]], Awaitable[None]]


async def on_object(live: Live, event: Event[ObjectEvent]) -> None:
    """Bytes came or went."""
    data = event.data
    live.tell((data.account_id, data.repository_id), data.object.key)


async def on_file(live: Live, event: Event[FileEvent]) -> None:
    """Something became known of an object."""
    data = event.data
    live.tell((data.account_id, data.repository_id), data.file.key)


async def on_repository(live: Live, event: Event[RepositoryEvent]) -> None:
    """Its visibility or state may be another: who watches is asked for again."""
    data = event.data
    live.doubt_place((data.account_id, data.repository_id))


async def on_renamed(live: Live, event: Event[RepositoryRenamed]) -> None:
    """Who watches it by a former name goes on by that of today."""
    for name in event.data.repository.former_names:
        account_id, _, repository_id = name.partition("/")
        live.doubt_place((account_id, repository_id))


async def on_account(live: Live, event: Event[AccountEvent]) -> None:
    """Its roles or state may be others."""
    live.doubt_account(event.data.account.account_uid)


HEARD: Mapping[str, Mapping[type[EventData], Handler]] = {
    "coop.v1.storage.>": {ObjectCreated: on_object, ObjectDeleted: on_object},
    "coop.v1.indexer.>": {
        ItemIndexed: on_file,
        ItemFailed: on_file,
        FileDescribed: on_file,
        FileRemoved: on_file,
    },
    "coop.v1.repositories.>": {
        RepositoryUpdated: on_repository,
        RepositoryRenamed: on_renamed,
        RepositoryDeleted: on_repository,
    },
    "coop.v1.accounts.>": {AccountUpdated: on_account},
}
