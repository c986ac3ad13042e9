"""What repositories announces is in the trails of those whose it is, once, and to be verified."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.accounts.operations.auditing import breaks
from services.accounts.operations.trails import (
    audit_connection,
    audit_repository,
    audit_share_link,
    audit_transfer,
)
from services.accounts.store.audit import page_of_entries
from services.repositories.models import Rules
from services.repositories.operations import moving, purging, repositories, states, transfers
from services.repositories.operations.owners import follow_owner
from services.repositories.operations.resources import Resources
from services.repositories.store.layout import SCHEMA
from shared.cloudevents import Event, envelop
from shared.contracts.accounts import Account, AuditEntry, ListAuditEntries, Role
from shared.contracts.base import Actor, Quota, now
from shared.contracts.repositories import (
    AcceptTransfer,
    ActivateRepository,
    Connection,
    ConnectionCreated,
    ConnectionRemoved,
    CreateRepository,
    DeactivateRepository,
    DeclineTransfer,
    DeleteRepository,
    EditRepository,
    OfferTransfer,
    RenameRepository,
    Repository,
    RepositoryCreated,
    RepositoryDeleted,
    RepositoryEvent,
    RepositoryPurged,
    RepositoryRenamed,
    RepositoryUpdated,
    SetRepositoryQuota,
    ShareLink,
    ShareLinkCreated,
    ShareLinkEvent,
    ShareLinkRevoked,
    TransferDeclined,
    TransferOffered,
    UndeleteRepository,
    Visibility,
)
from shared.identifiers import new_uid
from shared.log import correlated
from shared.outbox import Outbox
from shared.settings import Settings
from shared.tables import open_table
from tests.people import grant, organization, person, repository_of
from tests.publishers import ADMIN
from tests.unit.accounts.test_auditing import trail

REPOSITORY_EVENTS = (
    RepositoryCreated,
    RepositoryUpdated,
    RepositoryRenamed,
    RepositoryDeleted,
    RepositoryPurged,
)
HEARD: dict[str, tuple[Any, Callable[[Outbox, Any], Awaitable[None]]]] = {
    **{one.event: (one, audit_repository) for one in REPOSITORY_EVENTS},
    **{one.event: (one, audit_transfer) for one in (TransferOffered, TransferDeclined)},
}


class Desk:
    """Where ada, an owner of two organizations, does things to repositories, with a reason."""

    def __init__(self, outbox: Outbox, ada: Account, noaa: Account, usgs: Account) -> None:
        self.now = datetime.now(UTC)
        self.resources = Resources(outbox, Rules(clock=lambda: self.now))
        self.ada, self.noaa, self.usgs = ada, noaa, usgs
        actor = Actor(kind="account", account_uid=ada.account_uid, access_key_id="COOPKEY")
        self.asked: dict[str, Any] = {"actor": actor, "reason": "The review."}

    async def do(
        self, operation: Any, wanted: Any, *more: Any, account: Any = None, **of: Any
    ) -> Any:
        """The operation on what is named, in the name of ada."""
        account = account or self.noaa
        asked = wanted(account_id=account.account_id, **of, **self.asked)
        return await operation(self.resources, ADMIN, account, asked, *more)

    async def make(self, name: str = "mask") -> Repository:
        """A new repository."""
        more = {"repository_id": name, "title": "Mask"}
        made: Repository = await self.do(repositories.create_repository, CreateRepository, **more)
        return made

    async def tell(self, accounts: Outbox, times: int = 1) -> list[Event[Any]]:
        """Everything that was announced, to accounts, so many times each."""
        waiting = (await self.resources.outbox.pending(limit=1000)).items
        told = []
        for row in waiting:
            model, audit = HEARD[row["event"]]
            event = Event[model].model_validate_json(row["body"])
            with correlated(event.correlationid):
                await asyncio.gather(*(audit(accounts, event) for _ in range(times)))
            told.append(event)
        return told


@pytest.fixture
async def desk(outbox: Outbox, tmp_path: Path) -> AsyncIterator[Desk]:
    ada = await person(outbox, "ada")
    noaa, usgs = [await organization(outbox, name, ada) for name in ("noaa", "usgs")]
    table = await open_table(SCHEMA, service="repositories", settings=Settings(home=tmp_path))
    yield Desk(Outbox(table), ada, noaa, usgs)
    await table.close()


async def told(outbox: Outbox, desk: Desk, account: Account) -> list[AuditEntry]:
    """The account's trail, which is whole, after that it was made."""
    entries = await trail(outbox, desk.ada, account)
    assert breaks(entries) == []
    return entries[1:]


async def through_all(desk: Desk) -> Repository:
    """What can become of a repository that stays where it is, from its making to its end."""
    made, named = await desk.make(), {"repository_id": "mask"}
    confirm = {"confirm": "noaa/mask"}
    await desk.do(repositories.edit_repository, EditRepository, title="New", **named)
    restricted = {"visibility": Visibility.RESTRICTED}
    await desk.do(repositories.edit_repository, EditRepository, **restricted, **named)
    for new in ("masks", "mask"):
        names = {"repository_id": "mask", "new_repository_id": new}
        await desk.do(moving.rename_repository, RenameRepository, **names)
    await desk.do(states.deactivate_repository, DeactivateRepository, **named, **confirm)
    await desk.do(states.activate_repository, ActivateRepository, **named)
    await desk.do(states.delete_repository, DeleteRepository, **named, **confirm)
    uid = {"repository_uid": made.repository_uid}
    await desk.do(states.undelete_repository, UndeleteRepository, **uid)
    await desk.do(states.delete_repository, DeleteRepository, **named, **confirm)
    desk.now += timedelta(days=31)
    assert await purging.purge_due(desk.resources) == 1
    return made


async def test_all_that_becomes_of_a_repository_is_told_once_and_in_order(
    outbox: Outbox, desk: Desk
) -> None:
    with correlated("01CORRELATION"):
        made = await through_all(desk)
    for _ in range(2):
        await desk.tell(outbox, times=2)
    entries = await told(outbox, desk, desk.noaa)
    assert [one.action for one in entries] == [
        "repository_created",
        "repository_visibility_changed",
        "repository_renamed",
        "repository_renamed",
        "repository_deactivated",
        "repository_activated",
        "repository_deleted",
        "repository_undeleted",
        "repository_deleted",
        "repository_purged",
    ]
    assert {one.subject for one in entries} == {made.repository_uid}
    *done, purged = entries
    assert {one.actor.account_uid for one in done} == {desk.ada.account_uid}
    assert {one.actor.access_key_id for one in done} == {"COOPKEY"}
    assert {(one.reason, one.correlation_id) for one in done} == {("The review.", "01CORRELATION")}
    assert (purged.actor.kind, purged.actor.service) == ("service", "repositories")
    _, seen, renamed, back, *_ = (one.details for one in entries)
    assert seen == {"name": "noaa/mask", "was": "public", "visibility": "restricted"}
    assert renamed == {"name": "noaa/masks", "was": "noaa/mask"}
    assert back == {"name": "noaa/mask", "was": "noaa/masks"}


async def test_what_a_repository_may_hold_is_told_with_what_it_could_before(
    outbox: Outbox, desk: Desk
) -> None:
    await desk.make()
    for quota in (Quota(size=9), Quota(size=9), Quota(size=9, objects=1), Quota()):
        wanted = {"repository_id": "mask", "quota": quota}
        await desk.do(states.set_repository_quota, SetRepositoryQuota, **wanted)
    await desk.tell(outbox)
    _, *entries = await told(outbox, desk, desk.noaa)
    assert {one.action for one in entries} == {"repository_quota_set"}
    assert {one.reason for one in entries} == {"The review."}
    assert [(one.details["was"], one.details["quota"]) for one in entries] == [
        ("usual", "size=9"),
        ("size=9", "size=9 objects=1"),
        ("size=9 objects=1", "usual"),
    ]


async def test_a_transfer_is_told_to_both_sides(outbox: Outbox, desk: Desk) -> None:
    made = await desk.make()
    uid = {"repository_uid": made.repository_uid}
    offer = {"repository_id": "mask", "to_account_id": "usgs", "confirm": "noaa/mask"}
    for ending, side in (
        (DeclineTransfer, desk.usgs),
        (DeclineTransfer, desk.noaa),
        (AcceptTransfer, desk.usgs),
    ):
        await desk.do(transfers.offer_transfer, OfferTransfer, desk.usgs, **offer)
        end = transfers.accept_transfer if ending is AcceptTransfer else transfers.decline_transfer
        await desk.do(end, ending, account=side, **uid)
    await desk.tell(outbox, times=2)
    actions = [
        "transfer_offered",
        "transfer_declined",
        "transfer_offered",
        "transfer_withdrawn",
        "transfer_offered",
        "repository_transferred",
    ]
    _, *given = await told(outbox, desk, desk.noaa)
    taken = await told(outbox, desk, desk.usgs)
    sides = {"giver": desk.noaa.account_uid, "receiver": desk.usgs.account_uid}
    for entries in (given, taken):
        assert [one.action for one in entries] == actions
        assert entries[0].details == {"name": "noaa/mask", **sides}
        assert entries[-1].details == {"name": "usgs/mask", "was": "noaa/mask", **sides}


async def test_who_was_offered_it_before_another_is_told_that_this_is_over(
    outbox: Outbox, desk: Desk
) -> None:
    await desk.make()
    esa = await organization(outbox, "esa", desk.ada)
    for receiver in (desk.usgs, esa, esa):
        named = {"repository_id": "mask", "to_account_id": receiver.account_id}
        offer = {**named, "confirm": "noaa/mask"}
        await desk.do(transfers.offer_transfer, OfferTransfer, receiver, **offer)
    events = await desk.tell(outbox)
    assert len({one.id for one in events}) == len(events)
    offered, over = "transfer_offered", "transfer_withdrawn"
    assert [one.action for one in await told(outbox, desk, desk.usgs)] == [offered, over]
    assert [one.action for one in await told(outbox, desk, esa)] == [offered, offered]
    _, *given = [one.action for one in await told(outbox, desk, desk.noaa)]
    assert given == [offered, over, offered, offered]


async def test_what_nobody_did_to_the_repository_is_not_told(outbox: Outbox, desk: Desk) -> None:
    await desk.make()
    shut = desk.noaa.model_copy(update={"disabled": True})
    await follow_owner(desk.resources, shut, desk.ada.account_uid)
    await desk.tell(outbox)
    entries = await told(outbox, desk, desk.noaa)
    assert [one.action for one in entries] == ["repository_created"]


async def test_an_event_of_the_release_before_is_taken(outbox: Outbox, desk: Desk) -> None:
    one = repository_of(desk.noaa, "mask", former_names=["noaa/old"])
    for version, kind in enumerate((RepositoryUpdated, RepositoryRenamed, RepositoryDeleted)):
        data = kind(account_id="noaa", repository_id="mask", repository=one)
        event: Event[RepositoryEvent] = envelop(
            data, aggregate=one.repository_uid, version=version + 1, actor=desk.ada.account_uid
        )
        await audit_repository(outbox, event)
    actions = [entry.action for entry in await told(outbox, desk, desk.noaa)]
    assert actions == ["repository_renamed", "repository_deleted"]


async def test_an_account_that_is_gone_meanwhile_breaks_nothing(outbox: Outbox, desk: Desk) -> None:
    desk.noaa = desk.noaa.model_copy(update={"account_uid": new_uid()})
    await through_all(desk)
    await desk.tell(outbox, times=2)
    wanted = ListAuditEntries(account_uid=desk.noaa.account_uid, oldest_first=True)
    entries, _ = await page_of_entries(outbox, wanted)
    assert len(entries) == 10
    assert breaks(entries) == []


async def test_beside_other_changes_the_chain_stays_whole(outbox: Outbox, desk: Desk) -> None:
    eve = await person(outbox, "eve")
    await desk.make()
    await asyncio.gather(desk.tell(outbox), grant(outbox, desk.ada, desk.noaa, eve, Role.READER))
    actions = {one.action for one in await told(outbox, desk, desk.noaa)}
    assert actions == {"repository_created", "membership_granted"}


async def hear_of_link(
    outbox: Outbox, event: type[ShareLinkEvent], org: Account, actor: Account, version: int
) -> None:
    """A share link of the organization was made or revoked; the event comes twice."""
    link = ShareLink(
        link_id="01LINK",
        account_uid=org.account_uid,
        repository_uid="01MASK",
        prefix="tiles/",
        name="for the reviewers",
        made_by=actor.account_uid,
        created_at=now(),
        expires_at=now(),
        revoked=event is ShareLinkRevoked,
        version=version,
    )
    data = event(
        account_id=org.account_id,
        repository_id="mask",
        share_link=link,
        reason="the review",
        access_key_id="COOPKEY",
    )
    told = envelop(data, aggregate=link.link_id, version=version, actor=actor.account_uid)
    with correlated("01CORRELATION"):
        await asyncio.gather(*(audit_share_link(outbox, told) for _ in range(2)))
        await audit_share_link(outbox, told)


async def test_data_connections_are_in_it_without_what_they_are_read_by(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    connection = Connection(
        connection_uid="01CONNECTION",
        account_uid=org.account_uid,
        account_id="noaa",
        name="archive",
        bucket="noaa-archive",
        is_anonymous=False,
        made_by=ada.account_uid,
        created_at=now(),
    )
    for version, event in enumerate((ConnectionCreated, ConnectionRemoved), 1):
        data = event(account_id="noaa", connection=connection, reason="as agreed")
        told = envelop(data, aggregate="01CONNECTION", version=version, actor=ada.account_uid)
        await asyncio.gather(*(audit_connection(outbox, told) for _ in range(2)))
    entries = await trail(outbox, ada, org)
    _, made, removed = entries
    assert [made.action, removed.action] == ["connection_created", "connection_removed"]
    assert breaks(entries) == []
    for entry in (made, removed):
        assert (entry.subject, entry.reason) == ("01CONNECTION", "as agreed")
        assert entry.details == {"name": "archive", "bucket": "noaa-archive"}


async def test_share_links_are_in_it_once_however_often_they_are_told_of(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    await hear_of_link(outbox, ShareLinkCreated, org, ada, 1)
    await hear_of_link(outbox, ShareLinkRevoked, org, ada, 2)
    entries = await trail(outbox, ada, org)
    _, made, revoked = entries
    assert [made.action, revoked.action] == ["share_link_created", "share_link_revoked"]
    assert breaks(entries) == []
    for entry in (made, revoked):
        assert entry.subject == "01LINK"
        assert (entry.actor.account_uid, entry.actor.access_key_id) == (ada.account_uid, "COOPKEY")
        assert (entry.reason, entry.correlation_id) == ("the review", "01CORRELATION")
        assert entry.details["repository"] == "01MASK"
        assert entry.details["prefix"] == "tiles/"
    assert "until" in made.details
    assert "until" not in revoked.details
