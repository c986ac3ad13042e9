"""What becomes of repositories, by the real operations: aside, away, back, renamed, handed over."""

from datetime import UTC, datetime, timedelta

from services.repositories.operations.moving import rename_repository
from services.repositories.operations.repositories import get_repository
from services.repositories.operations.resources import Resources
from services.repositories.operations.states import (
    activate_repository,
    deactivate_repository,
    delete_repository,
    undelete_repository,
)
from services.repositories.operations.transfers import accept_transfer, offer_transfer
from shared.contracts.accounts import Account, Role
from shared.contracts.repositories import (
    AcceptTransfer,
    ActivateRepository,
    DeactivateRepository,
    DeleteRepository,
    GetRepository,
    OfferTransfer,
    RenameRepository,
    Repository,
    Transfer,
    UndeleteRepository,
)
from shared.policy import ANONYMOUS_PRINCIPAL, Principal
from tests.publishers import NOAA, OWNER, holder

NAMES = {"account_id": "noaa", "repository_id": "globe-land-mask"}
FULL = "noaa/globe-land-mask"


USGS = NOAA.model_copy(update={"account_uid": "01USGS", "account_id": "usgs"})
ESA = NOAA.model_copy(update={"account_uid": "01ESA", "account_id": "esa"})
RECEIVER = holder(Role.MAINTAINER, USGS.account_uid)


class Clock:
    """What time it is, as the test wants it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, **time: float) -> None:
        """So much later."""
        self.now += timedelta(**time)


async def put_aside(resources: Resources, who: Principal, confirm: str = FULL) -> Repository:
    """Deactivated, with its full name typed."""
    wanted = DeactivateRepository(**NAMES, confirm=confirm)
    return await deactivate_repository(resources, who, NOAA, wanted)


async def taken_up(resources: Resources, who: Principal) -> Repository:
    """Active again."""
    return await activate_repository(resources, who, NOAA, ActivateRepository(**NAMES))


async def removed(resources: Resources) -> None:
    """Deleted by its owner."""
    await delete_repository(resources, OWNER, NOAA, DeleteRepository(**NAMES, confirm=FULL))


async def had_back(resources: Resources, who: Principal, made: Repository) -> Repository:
    """Undeleted."""
    wanted = UndeleteRepository(account_id="noaa", repository_uid=made.repository_uid)
    return await undelete_repository(resources, who, NOAA, wanted)


async def renamed(
    resources: Resources, name: str, new: str, who: Principal = OWNER, account: Account = NOAA
) -> Repository:
    """Under its new name."""
    wanted = RenameRepository(
        account_id=account.account_id, repository_id=name, new_repository_id=new
    )
    return await rename_repository(resources, who, account, wanted)


async def offer(
    resources: Resources,
    who: Principal = OWNER,
    *,
    account: Account = NOAA,
    to: Account | None = USGS,
    confirm: str = "",
) -> Transfer:
    """An offer to another account."""
    wanted = OfferTransfer(
        account_id=account.account_id,
        repository_id="mask",
        to_account_id=to.account_id if to else "nobody",
        confirm=confirm or f"{account.account_id}/mask",
    )
    return await offer_transfer(resources, who, account, wanted, to)


async def accept(
    resources: Resources, made: Repository, who: Principal = RECEIVER, account: Account = USGS
) -> Repository:
    """Taken by who it was offered to."""
    wanted = AcceptTransfer(account_id=account.account_id, repository_uid=made.repository_uid)
    return await accept_transfer(resources, who, account, wanted)


async def found(resources: Resources, name: str, account: Account = NOAA) -> Repository:
    """As a stranger gets it."""
    wanted = GetRepository(account_id=account.account_id, repository_id=name)
    return await get_repository(resources, ANONYMOUS_PRINCIPAL, account, wanted)
