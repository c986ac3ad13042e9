"""What storage hears of accounts and repositories."""

from services.storage.handlers.answering import Answering
from services.storage.store.avatars import keep_only
from services.storage.store.figures import hand_over
from shared.cloudevents import Event
from shared.contracts.accounts import AccountEvent
from shared.contracts.repositories import RepositoryEvent
from shared.errors import Unavailable
from shared.snapshots import connection_known


async def on_created(answering: Answering, event: Event[RepositoryEvent]) -> None:
    """A new repository; what is in a bucket of somebody's is listed. Unavailable, to be retried.

    Its connection was told before it, but on another stream.
    """
    await answering.projection.on_repository(event)
    repository = event.data.repository
    if not repository.connection_uid:
        return
    if await connection_known(answering.projection.table, repository.connection_uid) is None:
        raise Unavailable("Its data connection is not known here yet.")
    await answering.relistings.order(repository)


async def on_renamed(answering: Answering, event: Event[RepositoryEvent]) -> None:
    """Another name; with another owner, what is kept counts for that one."""
    await answering.projection.on_repository(event)
    repository = event.data.repository
    outbox = answering.resources.outbox
    await hand_over(outbox, repository.repository_uid, repository.account_uid)


async def on_account(answering: Answering, event: Event[AccountEvent]) -> None:
    """What an account is now; of its pictures, the one that it goes by is kept."""
    projection = answering.projection
    await projection.on_account(event)
    account = await projection.account(event.data.account.account_uid)
    await keep_only(answering.resources.outbox, account or event.data.account)
