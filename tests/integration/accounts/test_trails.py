"""What other services own is in the audit trail of its account, by what they announce."""

from pathlib import Path
from typing import Any

import pytest

from services.accounts.operations.auditing import breaks
from shared.bus import Bus
from shared.contracts.accounts import Account, AuditEntry, ListAuditEntries
from shared.contracts.base import Actor
from shared.contracts.repositories import (
    AcceptTransfer,
    CreateRepository,
    CreateShareLink,
    DeleteRepository,
    EditRepository,
    ListTransfers,
    OfferTransfer,
    RevokeShareLink,
    Visibility,
)
from shared.errors import Problem
from shared.log import correlated
from shared.topology import ACK_WAIT_SECONDS
from tests.control_plane import accounts, actor_of, organization, person, repositories
from tests.nats_server import connected, running
from tests.waiting import eventually


async def trail(web: Bus, org: Account, reader: Actor) -> list[AuditEntry]:
    """All of it, oldest first."""
    wanted = ListAuditEntries(actor=reader, account_uid=org.account_uid, oldest_first=True)
    return (await web.request(wanted)).entries


async def told(web: Bus, org: Account, reader: Actor, least: int) -> list[AuditEntry]:
    """All of it, once there are so many entries; it is whole."""

    async def is_told() -> bool:
        return len(await trail(web, org, reader)) >= least

    # What was on its way to a service that left comes again after some time.
    await eventually(is_told, seconds=ACK_WAIT_SECONDS + 15)
    entries = await trail(web, org, reader)
    assert breaks(entries) == []
    return entries


async def test_share_links_made_and_revoked_are_in_the_trail(tmp_path: Path) -> None:
    async with running(tmp_path) as server, repositories(server):
        async with accounts(server), connected(server.bus("web")) as web:
            ada = await person(web, "ada")
            org = await organization(web, "noaa", ada)
            named = {"account_id": "noaa", "repository_id": "mask"}
            actor = actor_of(ada).model_copy(update={"access_key_id": "COOPKEY"})
            await web.request(CreateRepository(actor=actor, title="Mask", **named))
            with correlated("01CORRELATION"):
                made = await web.request(CreateShareLink(actor=actor, reason="review", **named))
            link_id = made.link_id
        # Accounts is away: what happens meanwhile is not missed.
        async with connected(server.bus("web")) as web:
            revoke = RevokeShareLink(actor=actor, link_id=link_id, reason="over", **named)
            await web.request(revoke)
        async with accounts(server), connected(server.bus("web")) as web:
            entries = await told(web, org, actor, 4)
    _, _, created, revoked = entries
    assert [created.action, revoked.action] == ["share_link_created", "share_link_revoked"]
    assert [created.subject, revoked.subject] == [link_id, link_id]
    assert [created.reason, revoked.reason] == ["review", "over"]
    assert created.correlation_id == "01CORRELATION"
    assert {one.actor.account_uid for one in entries} == {ada.account_uid}
    assert revoked.actor.access_key_id == "COOPKEY"


async def is_heard_of(web: Bus, account_id: str, owner: Actor) -> bool:
    """Whether repositories knows an account and its owner, and need ask nobody."""
    try:
        await web.request(ListTransfers(actor=owner, account_id=account_id))
    except Problem:
        return False
    return True


@pytest.mark.slow
async def test_what_becomes_of_a_repository_is_in_the_trails_of_both_owners(tmp_path: Path) -> None:
    async with running(tmp_path) as server, repositories(server):
        async with accounts(server), connected(server.bus("web")) as web:
            ada = await person(web, "ada")
            orgs = [await organization(web, name, ada) for name in ("noaa", "usgs")]
            actor = actor_of(ada)
            named: dict[str, Any] = {
                "actor": actor,
                "account_id": "noaa",
                "repository_id": "mask",
                "reason": "review",
            }
            made = await web.request(CreateRepository(title="Mask", **named))
            await web.request(EditRepository(visibility=Visibility.RESTRICTED, **named))
            await eventually(lambda: is_heard_of(web, "usgs", actor))
        # Accounts is away: what happens meanwhile is not missed.
        async with connected(server.bus("web")) as web:
            offer = OfferTransfer(to_account_id="usgs", confirm="noaa/mask", **named)
            await web.request(offer)
            taken = {"account_id": "usgs", "repository_uid": made.repository_uid}
            await web.request(AcceptTransfer(actor=actor, **taken))
        async with accounts(server), connected(server.bus("web")) as web:
            given, got = [await told(web, *of) for of in ((orgs[0], actor, 5), (orgs[1], actor, 3))]
            again = {**named, "account_id": "usgs", "confirm": "usgs/mask"}
            await web.request(DeleteRepository(**again))
            *_, gone = await told(web, orgs[1], actor, 4)
    assert [one.action for one in given[1:]] == [
        "repository_created",
        "repository_visibility_changed",
        "transfer_offered",
        "repository_transferred",
    ]
    assert [one.action for one in got[1:]] == ["transfer_offered", "repository_transferred"]
    assert gone.action == "repository_deleted"
    assert {one.subject for one in (*given[1:], *got[1:], gone)} == {made.repository_uid}
    assert {one.reason for one in given[1:4]} == {"review"}
    assert {one.actor.account_uid for one in (*given, *got, gone)} == {ada.account_uid}
