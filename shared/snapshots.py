"""By which names a copy of somebody else's state is kept and looked up."""

from collections.abc import AsyncGenerator

from shared.contracts.accounts import Account, SealedAccessKey, Trust
from shared.contracts.base import Snapshot
from shared.contracts.repositories import Repository, SealedConnection, SealedShareLink
from shared.paging import stretches
from shared.tables import Table

ACCOUNT, REPOSITORY, REPOSITORY_ID = "ACCOUNT", "REPOSITORY", "REPOSITORY_ID"
CONNECTION = "CONNECTION"
PAGE = 100


def names_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Every (kind, name) a snapshot is looked up by."""
    match snapshot:
        case Account():
            return [(ACCOUNT, snapshot.account_uid), ("ACCOUNT_ID", snapshot.account_id)]
        case Repository():
            names = (snapshot.full_name, *snapshot.former_names)
            by_name = [(REPOSITORY_ID, name) for name in names]
            return [(REPOSITORY, snapshot.repository_uid), *by_name]
        case Trust():
            return [("TRUST", snapshot.trust_uid)]
        case SealedAccessKey():
            return [("KEY", snapshot.access_key_id)]
        case SealedShareLink():
            return [("LINK", snapshot.link_id)]
        case SealedConnection():
            return [(CONNECTION, snapshot.connection_uid)]
        case _:
            raise TypeError(type(snapshot).__name__)


async def repository_called(table: Table, name: str) -> Repository | None:
    """The repository that `account/repository` leads to, as far as events have told."""
    item = await table.get(REPOSITORY_ID, name)
    return Repository.model_validate_json(item["body"]) if item else None


async def repository_known(table: Table, repository_uid: str) -> Repository | None:
    """The repository of this uid, as far as events have told."""
    item = await table.get(REPOSITORY, repository_uid)
    return Repository.model_validate_json(item["body"]) if item else None


async def connection_known(table: Table, connection_uid: str) -> SealedConnection | None:
    """The data connection of this uid, as far as events have told."""
    item = await table.get(CONNECTION, connection_uid)
    return SealedConnection.model_validate_json(item["body"]) if item else None


async def all_accounts(table: Table) -> AsyncGenerator[Account, None]:
    """Every one that events have told of, each once."""
    async for items in stretches(lambda cursor: table.query(ACCOUNT, limit=PAGE, cursor=cursor)):
        for item in items:
            yield Account.model_validate_json(item["body"])


async def all_repositories(table: Table, start: str = "") -> AsyncGenerator[Repository, None]:
    """Every one that events have told of, each once; deleted ones too. `start` is a uid."""
    async for items in stretches(
        lambda cursor: table.query(REPOSITORY, start=start or None, limit=PAGE, cursor=cursor)
    ):
        for item in items:
            yield Repository.model_validate_json(item["body"])
