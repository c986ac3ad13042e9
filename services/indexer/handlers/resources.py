"""What both kinds of handlers work with."""

from dataclasses import dataclass, field

from services.indexer.operations.catalogue import Catalogue
from services.indexer.operations.housing import Housing
from services.indexer.operations.keeping import Indexer
from services.indexer.operations.mirrors import Mirrors
from services.indexer.operations.previewing import Previewing
from services.indexer.settings import SearchSettings
from shared.projection import Projection
from shared.tables import Table


@dataclass(frozen=True)
class Resources:
    """What a process of the indexer holds open; `data_url` is where objects are downloaded."""

    indexer: Indexer
    projection: Projection
    data_url: str
    catalogue: Catalogue
    previewing: Previewing
    housing: Housing
    mirrors: Mirrors
    limits: SearchSettings = field(default_factory=SearchSettings)

    @property
    def table(self) -> Table:
        """Where records are kept."""
        return self.indexer.outbox.table


async def account_name(resources: Resources, account_uid: str) -> str:
    """What an account is called; its uid where nothing is known of it."""
    account = await resources.projection.account(account_uid)
    return account.name if account else account_uid
