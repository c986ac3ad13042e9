"""A creation that is sent again is done once, on every engine, whatever happens in between."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.accounts.operations.access_keys import (
    create_access_key,
    is_revoked,
    list_access_keys,
    revoke_access_key,
)
from services.accounts.operations.accounts import create_account
from services.accounts.operations.auditing import breaks, list_audit_entries
from services.accounts.operations.invitations import invite_member
from services.accounts.store.layout import commit
from shared.contracts.accounts import (
    AccessKeySecret,
    Account,
    CreateAccessKey,
    CreateAccount,
    Invitation,
    InviteMember,
    ListAccessKeys,
    ListAuditEntries,
    RevokeAccessKey,
    Role,
)
from shared.errors import Conflict, KeyReused, NotFound, Unavailable
from shared.idempotency import IDEMPOTENCY, IdempotencyRecords, record_key
from shared.outbox import Outbox
from shared.sealing import answers_key
from shared.tables import Action
from tests.people import actor_of, no_repository, organization, overwritten, person, principal_of

SEALING_KEY = answers_key(bytes(32))


def records_of(outbox: Outbox, kept_for: timedelta = timedelta(hours=1)) -> IdempotencyRecords:
    return IdempotencyRecords(outbox, commit, SEALING_KEY, kept_for)


async def organized(
    records: IdempotencyRecords, owner: Account, key: str, name: str = "noaa"
) -> Account:
    """An organization that is asked for with a key."""
    wanted = CreateAccount(
        actor=actor_of(owner), account_id=name, kind="organization", name=name.title()
    )

    async def work(outbox: Outbox) -> Account:
        return await create_account(outbox, await principal_of(outbox, owner), wanted)

    return await records.once(wanted, key, work)


async def keyed(records: IdempotencyRecords, owner: Account, key: str) -> AccessKeySecret:
    """An access key that is asked for with a key."""
    wanted = CreateAccessKey(actor=actor_of(owner), account_uid=owner.account_uid, name="laptop")

    async def work(outbox: Outbox) -> AccessKeySecret:
        principal = await principal_of(outbox, owner)
        return await create_access_key(
            outbox, principal, wanted, sealing_key=SEALING_KEY, find_repository=no_repository
        )

    return await records.once(wanted, key, work, is_revoked)


async def invited(
    records: IdempotencyRecords, owner: Account, place: Account, whom: Account
) -> Invitation:
    """An invitation that is asked for with a key: refused where there is one already."""
    wanted = InviteMember(
        actor=actor_of(owner),
        organization_uid=place.account_uid,
        invitee_uid=whom.account_uid,
        role=Role.READER,
    )

    async def work(outbox: Outbox) -> Invitation:
        principal = await principal_of(outbox, owner)
        return await invite_member(outbox, principal, wanted, find_repository=no_repository)

    return await records.once(wanted, "k", work)


async def keys_of(outbox: Outbox, owner: Account) -> int:
    wanted = ListAccessKeys(actor=actor_of(owner), account_uid=owner.account_uid)
    page = await list_access_keys(outbox, await principal_of(outbox, owner), wanted)
    return len(page.access_keys)


async def test_what_is_asked_twice_is_made_once_and_told_twice(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts)
    first = await organized(records, ada, "k")
    assert await organized(records, ada, "k") == first
    with pytest.raises(KeyReused):
        await organized(records, ada, "k", "esa")
    with pytest.raises(Conflict):
        await organized(records, ada, "another")


async def test_many_at_once_make_one_thing_and_all_hear_of_it(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts)
    made = await asyncio.gather(*(keyed(records, ada, "k") for _ in range(5)))
    assert len({one.secret_access_key.get_secret_value() for one in made}) == 1
    assert await keys_of(accounts, ada) == 1
    wanted = ListAuditEntries(account_uid=ada.account_uid, oldest_first=True)
    trail = await list_audit_entries(accounts, await principal_of(accounts, ada), wanted)
    assert [one.action for one in trail.entries] == ["access_key_created"]
    assert not breaks(trail.entries)


async def test_who_is_too_late_for_a_name_hears_of_what_took_it(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts)
    made = await asyncio.gather(*(organized(records, ada, "k") for _ in range(5)))
    assert len({one.account_uid for one in made}) == 1


async def test_many_keys_at_once_are_many_things(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts)
    await asyncio.gather(*(keyed(records, ada, f"k{number}") for number in range(3)))
    assert await keys_of(accounts, ada) == 3


async def test_a_secret_is_told_again_and_never_kept_in_clear(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts)
    first = await keyed(records, ada, "k")
    secret = first.secret_access_key.get_secret_value()
    wanted = CreateAccessKey(actor=actor_of(ada), account_uid=ada.account_uid, name="laptop")
    row = await accounts.table.get(record_key(wanted, "k"), IDEMPOTENCY)
    assert row is not None
    assert secret not in str(row)
    assert ada.account_uid not in str(row)
    assert (await keyed(records, ada, "k")).secret_access_key.get_secret_value() == secret


async def test_a_secret_is_not_told_again_to_whom_it_would_be_refused(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts)
    await keyed(records, ada, "k")
    await overwritten(accounts, ada, disabled=True)
    with pytest.raises(NotFound):
        await keyed(records, ada, "k")


async def test_a_secret_is_not_told_again_once_it_opens_nothing(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts)
    made = await keyed(records, ada, "k")
    wanted = RevokeAccessKey(actor=actor_of(ada), access_key_id=made.access_key_id)
    await revoke_access_key(accounts, await principal_of(accounts, ada), wanted)
    with pytest.raises(Conflict, match="has ended since"):
        await keyed(records, ada, "k")
    assert await keys_of(accounts, ada) == 1


Commit = Callable[..., Awaitable[None]]


async def dies_before(_: Outbox, *__: Action) -> None:
    raise Unavailable


async def dies_after(outbox: Outbox, *actions: Action) -> None:
    await commit(outbox, *actions)
    raise asyncio.CancelledError


@pytest.mark.parametrize(("dying", "left"), [(dies_before, 0), (dies_after, 1)])
async def test_who_dies_before_answering_has_made_all_or_nothing(
    accounts: Outbox, dying: Commit, left: int
) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts)
    with pytest.raises((Unavailable, asyncio.CancelledError)):
        await keyed(replace(records, commit=dying), ada, "k")
    assert await keys_of(accounts, ada) == left
    await keyed(records, ada, "k")
    assert await keys_of(accounts, ada) == 1


async def test_one_refused_for_what_the_other_made_is_told_of_it(accounts: Outbox) -> None:
    ada, eve = await person(accounts, "ada"), await person(accounts, "eve")
    noaa = await organization(accounts, "noaa", ada)
    records = records_of(accounts)
    made = await asyncio.gather(*(invited(records, ada, noaa, eve) for _ in range(3)))
    assert len({one.invitation_uid for one in made}) == 1


async def test_a_key_whose_time_is_over_is_new(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    records = records_of(accounts, timedelta(0))
    first, second = await keyed(records, ada, "k"), await keyed(records, ada, "k")
    assert first.access_key_id != second.access_key_id
