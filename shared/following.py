"""Which events fill a projection, and what each process hears live beside them."""

from collections.abc import Awaitable, Callable
from typing import Any

from shared.bus.events import Handler
from shared.cloudevents import Event, EventData
from shared.contracts.accounts import (
    AccessKeyRevoked,
    AccessKeySealed,
    AccountCreated,
    AccountUpdated,
    TrustCreated,
    TrustRemoved,
)
from shared.contracts.repositories import (
    ConnectionSealed,
    RepositoryCreated,
    RepositoryDeleted,
    RepositoryRenamed,
    RepositoryUpdated,
    ShareLinkRevoked,
    ShareLinkSealed,
)
from shared.projection import Projection


def control_handlers(projection: Projection) -> dict[type[EventData], Handler]:
    """What a service that follows accounts and repositories does with their events."""
    on_account: Callable[[Event[Any]], Awaitable[None]] = projection.on_account
    on_repository: Callable[[Event[Any]], Awaitable[None]] = projection.on_repository
    on_trust: Callable[[Event[Any]], Awaitable[None]] = projection.on_trust
    return {
        AccountCreated: on_account,
        AccountUpdated: on_account,
        TrustCreated: on_trust,
        TrustRemoved: on_trust,
        AccessKeyRevoked: projection.on_revoked_key,
        RepositoryCreated: on_repository,
        RepositoryUpdated: on_repository,
        RepositoryRenamed: on_repository,
        RepositoryDeleted: on_repository,
        ShareLinkRevoked: projection.on_revoked_link,
    }


def private_handlers(projection: Projection) -> dict[type[EventData], Handler]:
    """What a service that checks keys and links, and reads buckets, does with what is sealed."""
    return {
        AccessKeySealed: projection.on_access_key,
        ShareLinkSealed: projection.on_share_link,
        ConnectionSealed: projection.on_connection,
    }


def follow(projection: Projection, *, accounts_only: bool = False) -> None:
    """Hear changes live in this process, beside the durable consumer that fills the table."""
    handlers = control_handlers(projection)
    projection.bus.hear("coop.v1.accounts.>", handlers)
    if not accounts_only:
        projection.bus.hear("coop.v1.repositories.>", handlers)
    projection.bus.listen("coop.live.accounts", projection.alive)
