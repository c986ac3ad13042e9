"""What accounts promises holds on every engine, also when many ask at once."""

import asyncio
from collections.abc import Awaitable
from functools import partial

from services.accounts.operations.accepting import accept_invitation
from services.accounts.operations.access_keys import (
    create_access_key,
    get_sealed_access_key,
    list_access_keys,
    revoke_access_key,
)
from services.accounts.operations.accounts import create_account, edit_account
from services.accounts.operations.auditing import breaks, list_audit_entries
from services.accounts.operations.invitations import invite_member
from services.accounts.operations.memberships import revoke_role
from services.accounts.operations.trails import audit_repository
from services.accounts.store.memberships import count_owners
from shared.cloudevents import envelop
from shared.contracts.accounts import (
    AcceptInvitation,
    Account,
    CreateAccessKey,
    CreateAccount,
    EditAccount,
    GetSealedAccessKey,
    Invitation,
    InviteMember,
    ListAccessKeys,
    ListAuditEntries,
    RevokeAccessKey,
    RevokeRole,
    Role,
)
from shared.contracts.repositories import RepositoryCreated
from shared.errors import Conflict
from shared.outbox import Outbox
from tests.people import (
    SERVICE_PRINCIPAL,
    actor_of,
    fresh,
    grant,
    no_repository,
    organization,
    person,
    principal_of,
    repository_of,
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
        find_repository=no_repository,
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


async def test_an_invitation_is_accepted_once(accounts: Outbox) -> None:
    ada, eve = await person(accounts, "ada"), await person(accounts, "eve")
    org = await organization(accounts, "noaa", ada)
    wanted = InviteMember(
        actor=actor_of(ada),
        organization_uid=org.account_uid,
        invitee_uid=eve.account_uid,
        role=Role.WRITER,
    )
    invited = partial(
        invite_member,
        accounts,
        await principal_of(accounts, ada),
        wanted,
        find_repository=no_repository,
    )
    outcomes = await asyncio.gather(*(invited() for _ in range(4)), return_exceptions=True)
    (offered,) = [one for one in outcomes if isinstance(one, Invitation)]
    assert sum(isinstance(one, Conflict) for one in outcomes) == 3
    said = AcceptInvitation(actor=actor_of(eve), invitation_uid=offered.invitation_uid)
    principal = await principal_of(accounts, eve)
    tries = (
        accept_invitation(accounts, principal, said, find_repository=no_repository)
        for _ in range(4)
    )
    assert await winners(*tries) == 1
    assert (await fresh(accounts, eve)).roles == {org.account_uid: Role.WRITER}


async def test_two_owners_who_leave_at_once_are_not_both_gone(accounts: Outbox) -> None:
    ada, eve = await person(accounts, "ada"), await person(accounts, "eve")
    org = await organization(accounts, "noaa", ada)
    await grant(accounts, ada, org, eve, Role.OWNER)

    async def leave(who: Account) -> None:
        wanted = RevokeRole(
            actor=actor_of(who), organization_uid=org.account_uid, member_uid=who.account_uid
        )
        principal = await principal_of(accounts, who)
        await revoke_role(accounts, principal, wanted, find_repository=no_repository)

    assert await winners(leave(ada), leave(eve)) == 1
    assert await count_owners(accounts, org.account_uid) == 1


async def test_the_trail_is_one_chain_also_under_a_crowd(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    org = await organization(accounts, "noaa", ada)
    people = [await person(accounts, f"member-{number}") for number in range(3)]
    await asyncio.gather(*(grant(accounts, ada, org, one, Role.READER) for one in people))
    wanted = ListAuditEntries(account_uid=org.account_uid, oldest_first=True)
    page = await list_audit_entries(accounts, await principal_of(accounts, ada), wanted)
    assert len(page.entries) == 4
    assert breaks(page.entries) == []


async def test_an_event_that_comes_many_times_at_once_is_one_entry(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    org = await organization(accounts, "noaa", ada)
    mask = repository_of(org, "mask")
    data = RepositoryCreated(account_id="noaa", repository_id="mask", repository=mask)
    event = envelop(data, aggregate=mask.repository_uid, version=1, actor=ada.account_uid)
    await asyncio.gather(*(audit_repository(accounts, event) for _ in range(5)))
    wanted = ListAuditEntries(account_uid=org.account_uid, oldest_first=True)
    page = await list_audit_entries(accounts, await principal_of(accounts, ada), wanted)
    assert [one.action for one in page.entries] == ["account_created", "repository_created"]
    assert breaks(page.entries) == []
