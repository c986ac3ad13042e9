"""Repositories that go to another account: offered by their owner, taken or declined there."""

from typing import Any

from services.repositories.operations.moving import change_owner
from services.repositories.operations.repositories import demanded
from services.repositories.operations.resources import Resources
from services.repositories.operations.states import confirmed
from services.repositories.store.names import commit, find_repository
from services.repositories.store.repositories import find_owned
from services.repositories.store.transfers import find_transfer, offered, settled, transfers_to
from shared.contracts.accounts import Account
from shared.contracts.base import Done
from shared.contracts.repositories import (
    AcceptTransfer,
    DeclineTransfer,
    GetTransfer,
    ListTransfers,
    OfferTransfer,
    RepositoriesChange,
    Repository,
    Transfer,
    TransferDeclined,
    TransferEvent,
    TransferOffered,
    TransferPage,
)
from shared.errors import Conflict, NotFound
from shared.fields import invalid
from shared.outbox import announce, next_version
from shared.policy import (
    Action,
    Principal,
    account_resource,
    demand,
    may,
    repository_resource,
    sees,
)
from shared.races import demand_version, until_won
from shared.tables import Put


async def offer_transfer(
    resources: Resources,
    principal: Principal,
    account: Account,
    wanted: OfferTransfer,
    receiver: Account | None,
) -> Transfer:
    """An offer, in place of the one before. Invalid for a receiver that there is not."""

    async def attempt() -> Transfer:
        repository = await _movable(resources, principal, account, wanted.repository_id)
        confirmed(repository, wanted.confirm)
        if repository.connection_uid:
            raise Conflict("Its bytes are in a bucket of its owner's, who cannot give that away.")
        if receiver is None or not sees(principal, account_resource(receiver)):
            raise invalid("to_account_id", "names no account")
        if receiver.account_uid == repository.account_uid:
            raise invalid("to_account_id", "has it already")
        before = await find_transfer(resources.outbox, repository.repository_uid)
        demand_version(before, wanted.version)
        transfer = _offer(resources, repository, receiver, wanted.actor.uid, before)
        await commit(
            resources.outbox,
            *offered(transfer, before=before),
            *_replaced(before, transfer, wanted),
            _told(TransferOffered, transfer, wanted),
        )
        return transfer

    return await until_won(attempt)


async def get_transfer(
    resources: Resources, principal: Principal, account: Account, wanted: GetTransfer
) -> Transfer:
    """The offer that is open. NotFound where there is none."""
    repository = await _movable(resources, principal, account, wanted.repository_id)
    transfer = await find_transfer(resources.outbox, repository.repository_uid)
    if transfer is None or _has_ended(resources, transfer, repository):
        raise NotFound
    return transfer


async def list_transfers(
    resources: Resources, principal: Principal, account: Account, wanted: ListTransfers
) -> TransferPage:
    """What is offered to the account and can still be taken."""
    demand(principal, Action.REPOSITORY_CREATE, account_resource(account))
    page = await transfers_to(resources.outbox, account.account_uid, wanted)
    open_ones = []
    for transfer in page.transfers:
        uids = (transfer.account_uid, transfer.repository_uid)
        repository = await find_owned(resources.outbox, *uids)
        if not _has_ended(resources, transfer, repository):
            open_ones.append(transfer)
    return TransferPage(transfers=open_ones, cursor=page.cursor)


async def accept_transfer(
    resources: Resources, principal: Principal, account: Account, wanted: AcceptTransfer
) -> Repository:
    """The repository is the account's now. Conflict where its name is taken there."""

    async def attempt() -> Repository:
        demand(principal, Action.REPOSITORY_CREATE, account_resource(account))
        transfer = await find_transfer(resources.outbox, wanted.repository_uid)
        if transfer is None or transfer.to_account_uid != account.account_uid:
            raise NotFound
        uids = (transfer.account_uid, transfer.repository_uid)
        repository = await find_owned(resources.outbox, *uids)
        if repository is None or _has_ended(resources, transfer, repository):
            raise NotFound
        demand_version(transfer, wanted.version)
        after, moved = await change_owner(resources, repository, account, wanted)
        await commit(resources.outbox, *moved, *settled(transfer))
        return after

    return await until_won(attempt)


async def decline_transfer(
    resources: Resources, principal: Principal, account: Account, wanted: DeclineTransfer
) -> Done:
    """The offer is void. NotFound for who is on neither side of it."""

    async def attempt() -> Done:
        transfer = await find_transfer(resources.outbox, wanted.repository_uid)
        if transfer is None or not await _is_party(resources, principal, account, transfer):
            raise NotFound
        demand_version(transfer, wanted.version)
        is_withdrawn = account.account_uid == transfer.account_uid
        told = _told(TransferDeclined, transfer, wanted, withdrawn=is_withdrawn)
        await commit(resources.outbox, *settled(transfer), told)
        return Done()

    return await until_won(attempt)


async def _is_party(
    resources: Resources, principal: Principal, account: Account, transfer: Transfer
) -> bool:
    if account.account_uid == transfer.to_account_uid:
        return may(principal, Action.REPOSITORY_CREATE, account_resource(account))
    if account.account_uid != transfer.account_uid:
        return False
    repository = await find_owned(resources.outbox, transfer.account_uid, transfer.repository_uid)
    return repository is not None and may(
        principal, Action.REPOSITORY_MOVE, repository_resource(repository)
    )


async def _movable(
    resources: Resources, principal: Principal, account: Account, repository_id: str
) -> Repository:
    found = await find_repository(resources.outbox, account.account_uid, repository_id)
    return demanded(principal, Action.REPOSITORY_MOVE, found)


def _has_ended(resources: Resources, transfer: Transfer, repository: Repository | None) -> bool:
    """An offer ends with its time, and where the repository is not its owner's in use any more."""
    if repository is None or repository.deleted_at is not None or repository.owner_disabled:
        return True
    return transfer.expires_at <= resources.rules.clock()


def _offer(
    resources: Resources,
    repository: Repository,
    receiver: Account,
    actor_uid: str,
    before: Transfer | None,
) -> Transfer:
    moment = resources.rules.clock()
    return Transfer(
        version=next_version(before.version if before else None),
        repository_uid=repository.repository_uid,
        account_uid=repository.account_uid,
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        to_account_uid=receiver.account_uid,
        to_account_id=receiver.account_id,
        offered_by=actor_uid,
        offered_at=moment,
        expires_at=moment + resources.rules.offer_for,
    )


def _replaced(
    before: Transfer | None, after: Transfer, wanted: RepositoriesChange[Any]
) -> list[Put]:
    """Whoever was offered it before hears that this is over, before another is offered it."""
    if before is None or before.to_account_uid == after.to_account_uid:
        return []
    return [_told(TransferDeclined, before, wanted, version=after.version, withdrawn=True)]


def _told(
    event: type[TransferEvent],
    transfer: Transfer,
    wanted: RepositoriesChange[Any],
    *,
    version: int | None = None,
    **more: bool,
) -> Put:
    data = event(
        account_id=transfer.account_id,
        repository_id=transfer.repository_id,
        transfer=transfer,
        reason=wanted.reason,
        access_key_id=wanted.actor.access_key_id,
        **more,
    )
    return announce(
        data,
        aggregate=f"{transfer.repository_uid}.transfer",
        version=version or next_version(transfer.version),
        actor=wanted.actor.uid,
    )
