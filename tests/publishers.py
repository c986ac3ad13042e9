"""An organization, those who hold roles in it, and its repositories, made by real operations."""

from datetime import timedelta

from services.repositories.models import Rules
from services.repositories.operations.repositories import (
    create_repository,
    edit_repository,
    get_repository,
)
from services.repositories.operations.resources import Resources
from services.repositories.operations.states import delete_repository
from services.repositories.store.repositories import changed_repository
from shared.contracts.accounts import Account, Role
from shared.contracts.base import now
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    EditRepository,
    GetRepository,
    Repository,
    State,
    Visibility,
)
from shared.outbox import Outbox, next_version
from shared.policy import Principal

NINETY_DAYS = timedelta(days=90)
NOAA = Account(
    account_uid="01NOAA", account_id="noaa", kind="organization", name="NOAA", created_at=now()
)


def holder(role: Role, uid: str = NOAA.account_uid) -> Principal:
    """Someone with this role on the organization, or on one repository."""
    return Principal(kind="account", account_uid=f"01SOME{role.upper()}", roles={uid: role})


OWNER, MAINTAINER, WRITER, READER = (holder(role) for role in Role)
STRANGER = Principal(kind="account", account_uid="01STRANGER")
ADMIN = Principal(kind="account", account_uid="01ADMIN", admin=True)


async def repository(
    outbox: Outbox,
    repository_id: str = "globe-land-mask",
    *,
    visibility: Visibility = Visibility.PUBLIC,
    account: Account = NOAA,
    principal: Principal = ADMIN,
    description: str = "",
) -> Repository:
    """A new repository."""
    wanted = CreateRepository(
        account_id=account.account_id,
        repository_id=repository_id,
        title="Globe land mask",
        visibility=visibility,
        description=description,
    )
    return await create_repository(Resources(outbox), principal, account, wanted)


async def got(
    outbox: Outbox, principal: Principal, repository_id: str = "globe-land-mask"
) -> Repository:
    """The repository as this principal gets it."""
    wanted = GetRepository(account_id="noaa", repository_id=repository_id)
    return await get_repository(Resources(outbox), principal, NOAA, wanted)


async def edited(
    outbox: Outbox,
    principal: Principal,
    *,
    repository_id: str = "globe-land-mask",
    **changes: object,
) -> Repository:
    """The repository after an edit."""
    wanted = EditRepository.model_validate(
        {"account_id": "noaa", "repository_id": repository_id, **changes}
    )
    return await edit_repository(Resources(outbox), principal, NOAA, wanted)


async def deleted(
    outbox: Outbox,
    principal: Principal,
    repository_id: str = "globe-land-mask",
    *,
    confirm: str | None = None,
    name_rest: timedelta = NINETY_DAYS,
) -> None:
    """Delete it, with its full name typed unless something else is."""
    full_name = f"noaa/{repository_id}"
    wanted = DeleteRepository(
        account_id="noaa",
        repository_id=repository_id,
        confirm=full_name if confirm is None else confirm,
    )
    resources = Resources(outbox, Rules(name_rest=name_rest, undelete_for=name_rest))
    await delete_repository(resources, principal, NOAA, wanted)


async def deactivated(outbox: Outbox, before: Repository) -> Repository:
    """The repository in a state that no operation sets yet."""
    changes = {"state": State.DEACTIVATED, "version": next_version(before.version)}
    after = before.model_copy(update=changes)
    await outbox.commit(changed_repository(after, before=before.version))
    return after
