"""What accounts promises holds on every engine, also when many ask at once."""

import asyncio
from collections.abc import Awaitable

from services.accounts.operations.access_keys import (
    create_access_key,
    get_sealed_access_key,
    list_access_keys,
    revoke_access_key,
)
from services.accounts.operations.accounts import create_account, edit_account
from services.accounts.store.memberships import count_owners
from shared.contracts.accounts import (
    Account,
    CreateAccessKey,
    CreateAccount,
    EditAccount,
    GetSealedAccessKey,
    ListAccessKeys,
    RevokeAccessKey,
    Role,
)
from shared.errors import Conflict
from shared.outbox import Outbox
from tests.people import (
    SERVICE_PRINCIPAL,
    fresh,
    grant,
    organization,
    person,
    principal_of,
)


async def winners(*tries: Awaitable[object]) -> int:
    """How many succeed; all others must be told of a conflict."""
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    losers = [one for one in outcomes if isinstance(one, BaseException)]
    assert all(isinstance(one, Conflict) for one in losers), losers
    return len(outcomes) - len(losers)


async def registered(outbox: Outbox, account_id: str, identity_id: str) -> Account:
    """Someone who registers."""
    wanted = CreateAccount(
        account_id=account_id, kind="individual", name="Ada", identity_id=identity_id
    )
    return await create_account(outbox, SERVICE_PRINCIPAL, wanted)


async def test_one_name_is_given_once(accounts: Outbox) -> None:
    tries = (registered(accounts, "ada", f"identity-{number}") for number in range(8))
    assert await winners(*tries) == 1


async def test_one_identity_has_one_account(accounts: Outbox) -> None:
    tries = (registered(accounts, f"ada-{number}", "identity") for number in range(8))
    assert await winners(*tries) == 1


async def test_two_owners_leave_at_once_and_one_stays(accounts: Outbox) -> None:
    ada, eve = await person(accounts, "ada"), await person(accounts, "eve")
    org = await organization(accounts, "noaa", ada)
    await grant(accounts, ada, org, eve, Role.OWNER)
    leaving = [grant(accounts, one, org, one, Role.READER) for one in (ada, eve)]
    assert await winners(*leaving) == 1
    assert await count_owners(accounts, org.account_uid) == 1


async def test_changes_at_once_lose_nothing(accounts: Outbox) -> None:
    ada, eve = await person(accounts, "ada"), await person(accounts, "eve")
    orgs = [await organization(accounts, f"org-{number}", ada) for number in range(2)]
    principal = await principal_of(accounts, eve)
    await asyncio.gather(
        *(grant(accounts, ada, org, eve, Role.READER) for org in orgs),
        edit_account(accounts, principal, EditAccount(account_uid=eve.account_uid, bio="Listens.")),
    )
    after = await fresh(accounts, eve)
    assert (after.bio, set(after.roles)) == ("Listens.", {org.account_uid for org in orgs})


async def test_a_key_is_in_the_list_at_once_and_revoked_at_once(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    principal = await principal_of(accounts, ada)
    made = await create_access_key(
        accounts,
        principal,
        CreateAccessKey(account_uid=ada.account_uid),
        sealing_key=bytes(32),
    )
    wanted = ListAccessKeys(account_uid=ada.account_uid)
    (listed,) = (await list_access_keys(accounts, principal, wanted)).access_keys
    assert (listed.access_key_id, listed.revoked) == (made.access_key_id, False)
    await revoke_access_key(accounts, principal, RevokeAccessKey(access_key_id=made.access_key_id))
    (listed,) = (await list_access_keys(accounts, principal, wanted)).access_keys
    assert listed.revoked
    sealed = await get_sealed_access_key(
        accounts, SERVICE_PRINCIPAL, GetSealedAccessKey(access_key_id=made.access_key_id)
    )
    assert (sealed.revoked, sealed.sealed_secret) == (True, "")
