"""The sample's accounts and repositories, asked for over the bus; what is there already is kept."""

import contextlib

from infra.sample.content import PUBLIC_DOMAIN, Organization, Repository
from infra.sample.credentials import NAME, SampleAccount
from shared.bus import Bus
from shared.contracts.accounts import (
    Account,
    CreateAccessKey,
    CreateAccount,
    GetAccount,
    GetAccountByIdentity,
    Role,
)
from shared.contracts.base import Actor
from shared.contracts.repositories import CreateRepository
from shared.errors import Conflict, NotFound

SAMPLE = Actor(kind="service", service="sample")
PATIENCE_SECONDS = 15.0


class NameTaken(Exception):
    """Somebody else has a name of the sample; the text says which."""


async def ensure_person(bus: Bus, person: SampleAccount, identity_id: str) -> Account:
    """The individual account of this identity, with its access key."""
    try:
        wanted = GetAccountByIdentity(actor=SAMPLE, identity_id=identity_id)
        account = await bus.request(wanted, timeout=PATIENCE_SECONDS)
    except NotFound:
        account = await _create_person(bus, person, identity_id)
    key = CreateAccessKey(
        actor=SAMPLE,
        account_uid=account.account_uid,
        name="sample",
        access_key_id=person.access_key_id,
        secret_access_key=person.secret_access_key,
    )
    with contextlib.suppress(Conflict):
        await bus.request(key, timeout=PATIENCE_SECONDS)
    return account


async def ensure_organization(bus: Bus, owner: Account, wanted: Organization) -> None:
    """The organization, owned by the person; NameTaken where it is somebody else's."""
    try:
        await bus.request(
            CreateAccount(
                actor=_as(owner),
                account_id=wanted.account_id,
                kind="organization",
                name=wanted.name,
                bio=wanted.bio,
            ),
            timeout=PATIENCE_SECONDS,
        )
    except Conflict:
        await _demand_owned(bus, owner, wanted.account_id)


async def ensure_repository(bus: Bus, owner: Account, wanted: Repository) -> None:
    """The repository, which anyone may read."""
    request = CreateRepository(
        actor=_as(owner),
        account_id=wanted.account_id,
        repository_id=wanted.repository_id,
        title=wanted.title,
        description=wanted.description,
        tags=list(wanted.tags),
        license=PUBLIC_DOMAIN,
    )
    with contextlib.suppress(Conflict):
        await bus.request(request, timeout=PATIENCE_SECONDS)


async def _create_person(bus: Bus, person: SampleAccount, identity_id: str) -> Account:
    wanted = CreateAccount(
        actor=SAMPLE,
        account_id=person.account_id,
        kind="individual",
        name=NAME,
        identity_id=identity_id,
    )
    try:
        return await bus.request(wanted, timeout=PATIENCE_SECONDS)
    except Conflict:
        raise NameTaken(person.account_id) from None


async def _demand_owned(bus: Bus, owner: Account, account_id: str) -> None:
    """What was made a moment ago may not be in `owner` yet, so both are read anew."""
    found = await bus.request(GetAccount(actor=SAMPLE, account_id=account_id))
    owner = await bus.request(GetAccount(actor=SAMPLE, account_uid=owner.account_uid))
    if owner.roles.get(found.account_uid) is not Role.OWNER:
        raise NameTaken(account_id)


def _as(account: Account) -> Actor:
    return Actor(kind="account", account_uid=account.account_uid)
