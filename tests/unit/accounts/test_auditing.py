"""The audit trail: everything that changes who may do what is in it, and altering it is seen."""

import asyncio

import pytest

from services.accounts.operations.auditing import breaks, hash_of, list_audit_entries, lost
from services.accounts.store.audit import START, head_of
from shared.contracts.accounts import Account, AuditEntry, ListAuditEntries, Role
from shared.errors import Forbidden
from shared.log import correlated
from shared.outbox import Outbox
from tests.people import fresh, grant, organization, person, principal_of


async def trail(outbox: Outbox, reader: Account, account: Account) -> list[AuditEntry]:
    """All of it, oldest first, in small pages."""
    entries, cursor = [], None
    while True:
        wanted = ListAuditEntries(
            account_uid=account.account_uid, oldest_first=True, limit=2, cursor=cursor
        )
        page = await list_audit_entries(outbox, await principal_of(outbox, reader), wanted)
        entries += page.entries
        cursor = page.cursor
        if cursor is None:
            return entries


async def written(outbox: Outbox) -> tuple[Account, list[AuditEntry]]:
    """A trail of five entries."""
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    eve = await person(outbox, "eve")
    for role in (Role.READER, Role.WRITER, Role.MAINTAINER, Role.READER):
        with correlated("01CORRELATION"):
            await grant(outbox, ada, org, eve, role)
    return org, await trail(outbox, ada, org)


async def test_it_tells_who_did_what_to_whom(outbox: Outbox) -> None:
    org, entries = await written(outbox)
    assert [one.action for one in entries] == ["account_created", *4 * ["membership_granted"]]
    assert [one.sequence for one in entries] == [1, 2, 3, 4, 5]
    last = entries[-1]
    assert last.details == {"role": "reader", "was": "maintainer"}
    assert last.correlation_id == "01CORRELATION"
    assert last.actor.account_uid == entries[0].actor.account_uid
    assert last.account_uid == org.account_uid


async def test_a_true_trail_holds(outbox: Outbox) -> None:
    _, entries = await written(outbox)
    assert breaks(entries) == []


async def test_every_altered_field_is_seen(outbox: Outbox) -> None:
    _, entries = await written(outbox)
    for name, value in {
        "subject": "01OTHER",
        "reason": "because",
        "details": {"role": "owner"},
        "hash": "0" * 64,
    }.items():
        altered = entries[2].model_copy(update={name: value})
        assert "Entry 3 was altered." in breaks([*entries[:2], altered, *entries[3:]])


async def test_what_is_left_out_or_moved_is_seen(outbox: Outbox) -> None:
    _, entries = await written(outbox)
    assert breaks([*entries[:2], *entries[3:]])
    assert breaks(entries[1:])
    assert breaks([entries[1], entries[0], *entries[2:]])


async def test_an_entry_that_was_written_anew_is_seen_by_the_next(outbox: Outbox) -> None:
    _, entries = await written(outbox)
    altered = entries[2].model_copy(update={"subject": "01OTHER"})
    forged = altered.model_copy(update={"hash": hash_of(altered)})
    said = breaks([*entries[:2], forged, *entries[3:]])
    assert said == ["Entry 4 does not follow the one before it."]


async def test_what_is_cut_off_at_the_end_is_seen_by_the_head(outbox: Outbox) -> None:
    org, entries = await written(outbox)
    head = await head_of(outbox, org.account_uid)
    assert lost(entries, head) == lost(entries, (4, entries[3].hash)) == lost([], START) == []
    assert breaks(entries[:3]) == []
    assert lost(entries[:3], head) == ["After entry 3 all up to entry 5 are missing."]
    other = entries[4].model_copy(update={"reason": "because"})
    forged = other.model_copy(update={"hash": hash_of(other)})
    assert breaks([*entries[:4], forged]) == []
    assert lost([*entries[:4], forged], head) == ["Entry 5 is not the one that was written."]


async def test_changes_at_once_make_one_chain(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    people = [await person(outbox, f"member-{number}") for number in range(4)]
    await asyncio.gather(*(grant(outbox, ada, org, one, Role.READER) for one in people))
    entries = await trail(outbox, ada, org)
    assert len(entries) == 5
    assert breaks(entries) == []


async def test_it_is_for_owners_and_maintainers(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.WRITER)
    with pytest.raises(Forbidden):
        await trail(outbox, eve, org)
    await grant(outbox, ada, org, eve, Role.MAINTAINER)
    assert len(await trail(outbox, await fresh(outbox, eve), org)) == 3
