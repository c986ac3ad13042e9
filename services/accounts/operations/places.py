"""Where roles are held: an organization, or one repository that its owner tells of."""

from collections.abc import Awaitable, Callable
from typing import Any

from services.accounts.models import AskRecord, InvitationRecord, Place
from services.accounts.store.accounts import find_account
from shared.contracts.accounts import RepositoryName, RoleRequest
from shared.contracts.repositories import Repository
from shared.errors import Invalid, NotFound
from shared.outbox import Outbox
from shared.policy import Principal, sees

FindRepository = Callable[[RepositoryName], Awaitable[Repository]]


async def find_place(
    outbox: Outbox, principal: Principal, wanted: RoleRequest[Any], find_repository: FindRepository
) -> Place:
    """What a request is about. NotFound where that does not exist for who asks."""
    if wanted.repository is not None:
        place = await _with_owner(outbox, await find_repository(wanted.repository))
        if not sees(principal, place.resource):
            raise NotFound
        return place
    account = await find_account(outbox, wanted.organization_uid)
    if account is None or not sees(principal, Place(account).resource):
        raise NotFound
    if account.kind != "organization":
        raise Invalid("Only organizations have members.")
    return Place(account)


async def asked_place(outbox: Outbox, record: AskRecord, find_repository: FindRepository) -> Place:
    """What somebody asks access to; NotFound where that is gone."""
    return await _with_owner(outbox, await _recorded(record, find_repository))


async def place_of(
    outbox: Outbox, record: InvitationRecord, find_repository: FindRepository
) -> Place:
    """Where an invitation leads; NotFound where that is gone."""
    account = await find_account(outbox, record.organization_uid)
    if account is None or account.disabled:
        raise NotFound
    if not record.repository_uid:
        return Place(account)
    return Place(account, await _recorded(record, find_repository))


async def _recorded(
    record: AskRecord | InvitationRecord, find_repository: FindRepository
) -> Repository:
    """The repository of a record, if no other has its name meanwhile."""
    name = RepositoryName(account_id=record.account_id, repository_id=record.repository_id)
    repository = await find_repository(name)
    if repository.repository_uid != record.repository_uid:
        raise NotFound
    return repository


async def _with_owner(outbox: Outbox, repository: Repository) -> Place:
    account = await find_account(outbox, repository.account_uid)
    if account is None:
        raise NotFound
    return Place(account, repository)
