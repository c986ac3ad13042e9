"""What other services own is in the audit trail of its account, by what they announce."""

from pathlib import Path

from services.accounts.operations.auditing import breaks
from shared.bus import Bus
from shared.contracts.accounts import Account, AuditEntry, ListAuditEntries
from shared.contracts.base import Actor
from shared.contracts.repositories import CreateRepository, CreateShareLink, RevokeShareLink
from shared.log import correlated
from tests.control_plane import accounts, actor_of, organization, person, repositories
from tests.nats_server import connected, running
from tests.waiting import eventually


async def trail(web: Bus, org: Account, reader: Actor) -> list[AuditEntry]:
    """All of it, oldest first."""
    wanted = ListAuditEntries(actor=reader, account_uid=org.account_uid, oldest_first=True)
    return (await web.request(wanted)).entries


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

            async def is_told() -> bool:
                return len(await trail(web, org, actor)) >= 3

            await eventually(is_told, seconds=30)
            entries = await trail(web, org, actor)
    _, created, revoked = entries
    assert breaks(entries) == []
    assert [created.action, revoked.action] == ["share_link_created", "share_link_revoked"]
    assert [created.subject, revoked.subject] == [link_id, link_id]
    assert [created.reason, revoked.reason] == ["review", "over"]
    assert created.correlation_id == "01CORRELATION"
    assert {one.actor.account_uid for one in entries} == {ada.account_uid}
    assert revoked.actor.access_key_id == "COOPKEY"
