"""Share links: made by whom, for how long, of what; shown once, revoked, counted, forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.repositories.models import Rules
from services.repositories.operations.purging import purge_due
from services.repositories.operations.repositories import get_repository
from services.repositories.operations.resources import Resources
from services.repositories.operations.share_links import (
    create_share_link,
    get_sealed_share_link,
    list_share_links,
    note_link_use,
    revoke_share_link,
)
from services.repositories.operations.states import deactivate_repository, delete_repository
from services.repositories.store import share_links
from shared.contracts.base import Actor, KeyAction, Scope, ScopePlace, Share
from shared.contracts.repositories import (
    CreateShareLink,
    DeactivateRepository,
    DeleteRepository,
    GetRepository,
    GetSealedShareLink,
    ListShareLinks,
    NoteLinkUse,
    RevokeShareLink,
    SealedShareLink,
    ShareLinkPage,
    ShareLinkSecret,
    Visibility,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.outbox import Outbox, history_key
from shared.policy import Principal, service_principal
from tests.announced import announced_types
from tests.publishers import MAINTAINER, NOAA, OWNER, READER, STRANGER, WRITER, repository

NAMES = {"account_id": "noaa", "repository_id": "globe-land-mask"}
MAKER = Actor(kind="account", account_uid="01MAKER")
STORAGE = service_principal("storage")


class Clock:
    """What time it is, as the test wants it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def resources(outbox: Outbox, clock: Clock) -> Resources:
    return Resources(outbox, Rules(clock=clock, open_links=3))


@pytest.fixture(autouse=True)
async def hidden(outbox: Outbox) -> None:
    await repository(outbox, visibility=Visibility.RESTRICTED)


async def made(
    resources: Resources, principal: Principal = MAINTAINER, **wanted: Any
) -> ShareLinkSecret:
    """A new link."""
    asked = CreateShareLink(actor=MAKER, **NAMES, **wanted)
    return await create_share_link(resources, principal, NOAA, asked)


async def listed(resources: Resources, **more: Any) -> ShareLinkPage:
    """The links as a maintainer sees them."""
    return await list_share_links(resources, MAINTAINER, NOAA, ListShareLinks(**NAMES, **more))


async def revoke(resources: Resources, link_id: str, principal: Principal = OWNER) -> None:
    """It is to open nothing more."""
    asked = RevokeShareLink(actor=MAKER, link_id=link_id, reason="Sent to all", **NAMES)
    await revoke_share_link(resources, principal, NOAA, asked)


async def sealed(resources: Resources, link_id: str) -> SealedShareLink:
    """As storage is told of it."""
    return await get_sealed_share_link(resources, STORAGE, GetSealedShareLink(link_id=link_id))


async def test_its_token_is_told_once_and_kept_nowhere(resources: Resources) -> None:
    link = await made(resources, prefix="raw/", name="for reviewers")
    link_id, _, secret = link.token.get_secret_value().partition(".")
    assert (link_id, len(secret)) == (link.link_id, 32)
    known = await sealed(resources, link_id)
    assert known.fits(secret)
    assert not known.fits(secret[:-1])
    assert not known.fits("é")
    assert secret not in known.model_dump_json()
    rows = await resources.outbox.table.query(history_key(link_id))
    assert len(rows.items) == 2
    assert not any(secret in row["body"] for row in rows.items)
    told = {row["event"]: row["body"] for row in rows.items}
    assert known.secret_hash not in told["share_link_created"]
    assert known.secret_hash in told["share_link_sealed"]
    assert secret not in repr(link)


@pytest.mark.parametrize(
    ("principal", "problem"), [(READER, Forbidden), (WRITER, Forbidden), (STRANGER, NotFound)]
)
async def test_maintainers_make_see_and_revoke_links(
    resources: Resources, principal: Principal, problem: type[Exception]
) -> None:
    link = await made(resources)
    with pytest.raises(problem):
        await made(resources, principal)
    with pytest.raises(problem):
        await list_share_links(resources, principal, NOAA, ListShareLinks(**NAMES))
    with pytest.raises(problem):
        await revoke(resources, link.link_id, principal)


async def test_those_that_are_open_are_counted_behind_any_number_of_revoked_ones(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_links, "ROWS", 2)
    for _ in range(2):
        await made(resources)
    for _ in range(4):
        await revoke(resources, (await made(resources)).link_id)
    await made(resources)
    with pytest.raises(Conflict, match="at most 3 open"):
        await made(resources)


async def test_a_key_with_limits_shares_no_more_than_it_reaches(resources: Resources) -> None:
    place = ScopePlace(account_uid=NOAA.account_uid, prefix="", repository_uid="")
    full = frozenset(KeyAction)
    keyed = Principal("account", NOAA.account_uid, scope=Scope(actions=full, places=(place,)))
    uid = (await made(resources, keyed)).repository_uid
    narrow = place.model_copy(update={"repository_uid": uid, "prefix": "raw/"})
    for actions, prefix, is_made in (
        (full, "raw/2024/", True),
        (full, "", False),
        (full, "rest/", False),
        (full - {KeyAction.READ}, "raw/", False),
        (full - {KeyAction.MANAGE}, "raw/", False),
    ):
        scope = Scope(actions=actions, places=(narrow,))
        limited = Principal("account", NOAA.account_uid, scope=scope)
        if is_made:
            assert (await made(resources, limited, prefix=prefix)).prefix == prefix
        else:
            with pytest.raises(Forbidden):
                await made(resources, limited, prefix=prefix)


async def test_it_ends_with_its_time(resources: Resources, clock: Clock) -> None:
    link = await made(resources, expires_at=clock.now + timedelta(days=2))
    known = await sealed(resources, link.link_id)
    assert known.is_good(clock.now + timedelta(days=2, seconds=-1))
    assert not known.is_good(clock.now + timedelta(days=2))


async def test_without_an_end_it_lasts_a_week(resources: Resources, clock: Clock) -> None:
    assert (await made(resources)).expires_at == clock.now + timedelta(days=7)


@pytest.mark.parametrize("days", [-1, 0, 91])
async def test_an_end_is_to_come_and_within_the_limit(
    resources: Resources, clock: Clock, days: int
) -> None:
    with pytest.raises(Invalid) as caught:
        await made(resources, expires_at=clock.now + timedelta(days=days))
    assert caught.value.errors[0]["field"] == "expires_at"


@pytest.mark.parametrize("prefix", ["x" * 1025, "\ud800", "é" * 513])
def test_a_prefix_is_what_a_key_may_be(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        CreateShareLink(**NAMES, prefix=prefix)


async def test_so_many_are_open_and_ended_ones_do_not_count(
    resources: Resources, clock: Clock
) -> None:
    links = [await made(resources) for _ in range(3)]
    with pytest.raises(Conflict):
        await made(resources)
    await revoke(resources, links[0].link_id)
    await made(resources)
    with pytest.raises(Conflict):
        await made(resources)
    clock.now += timedelta(days=7)
    await made(resources)


async def test_revoked_it_is_checked_by_nothing_any_more(resources: Resources) -> None:
    link = await made(resources)
    await revoke(resources, link.link_id)
    await revoke(resources, link.link_id)
    known = await sealed(resources, link.link_id)
    assert (known.revoked, known.secret_hash) == (True, "")
    assert not known.is_good(datetime.now(UTC))
    (shown,) = (await listed(resources)).share_links
    assert shown.revoked
    rows = await resources.outbox.table.query(history_key(link.link_id))
    assert sorted(row["event"] for row in rows.items) == [
        "share_link_created",
        "share_link_revoked",
        "share_link_sealed",
        "share_link_sealed",
    ]
    told = next(row["body"] for row in rows.items if row["event"] == "share_link_revoked")
    assert '"reason":"Sent to all"' in told
    assert '"actor":"01MAKER"' in told


@pytest.mark.parametrize("link_id", ["", "x", "01HZZZZZZZZZZZZZZZZZZZZZZZ", "../x", "\x00"])
async def test_no_link_is_not_found(resources: Resources, link_id: str) -> None:
    with pytest.raises(NotFound):
        await revoke(resources, link_id)
    with pytest.raises(NotFound):
        await sealed(resources, link_id)


async def test_a_link_is_revoked_at_its_own_repository(
    resources: Resources, outbox: Outbox
) -> None:
    link = await made(resources)
    await repository(outbox, repository_id="other")
    asked = RevokeShareLink(account_id="noaa", repository_id="other", link_id=link.link_id)
    with pytest.raises(NotFound):
        await revoke_share_link(resources, OWNER, NOAA, asked)
    assert (await sealed(resources, link.link_id)).secret_hash


async def test_links_are_paged_newest_first(resources: Resources) -> None:
    links = [(await made(resources)).link_id for _ in range(3)]
    page = await listed(resources, limit=2)
    rest = await listed(resources, limit=2, cursor=page.cursor)
    assert {one.link_id for one in (*page.share_links, *rest.share_links)} == set(links)
    assert len(page.share_links) == 2


async def test_uses_add_up_to_the_minute(resources: Resources) -> None:
    link = await made(resources)
    moment = datetime(2030, 1, 31, 12, 30, 59, tzinfo=UTC)
    for times in (2, 3):
        used = {link.link_id: times, "01HZZZZZZZZZZZZZZZZZZZZZZZ": 1}
        await note_link_use(resources, STORAGE, NoteLinkUse(used=used, at=moment))
    (shown,) = (await listed(resources)).share_links
    assert (shown.uses, shown.last_used_at) == (5, moment.replace(second=0))


async def test_what_is_checked_and_counted_is_for_services_alone(resources: Resources) -> None:
    link = await made(resources)
    with pytest.raises(Forbidden):
        await get_sealed_share_link(resources, OWNER, GetSealedShareLink(link_id=link.link_id))
    used = NoteLinkUse(used={link.link_id: 1}, at=datetime.now(UTC))
    with pytest.raises(Forbidden):
        await note_link_use(resources, OWNER, used)


async def test_of_what_is_put_aside_no_link_is_made(resources: Resources) -> None:
    confirm = "noaa/globe-land-mask"
    aside = DeactivateRepository(**NAMES, confirm=confirm)
    link = await made(resources)
    await deactivate_repository(resources, OWNER, NOAA, aside)
    with pytest.raises(Conflict):
        await made(resources)
    await revoke(resources, link.link_id)


async def test_a_purged_repository_leaves_nothing_of_its_links(
    resources: Resources, clock: Clock
) -> None:
    link = await made(resources)
    confirmed = DeleteRepository(**NAMES, confirm="noaa/globe-land-mask")
    await delete_repository(resources, OWNER, NOAA, confirmed)
    clock.now += timedelta(days=31)
    assert await purge_due(resources) == 1
    with pytest.raises(NotFound):
        await sealed(resources, link.link_id)
    assert "share_link_sealed" in await announced_types(resources.outbox)
    waiting = await resources.outbox.pending(limit=1000)
    await resources.outbox.sent(waiting.items)
    await purge_due(resources)
    assert not (await resources.outbox.table.query(history_key(link.link_id))).items


@pytest.mark.parametrize(("prefix", "is_whole"), [("", True), ("2025/", False)])
async def test_a_link_of_a_folder_tells_nothing_of_the_rest(
    resources: Resources, prefix: str, is_whole: bool
) -> None:
    made = await repository(
        resources.outbox,
        "secret-mask",
        visibility=Visibility.RESTRICTED,
        description="Where there is land.",
    )
    share = Share(
        link_id="01LINK",
        account_uid=made.account_uid,
        repository_uid=made.repository_uid,
        prefix=prefix,
    )
    wanted = GetRepository(account_id="noaa", repository_id="secret-mask")
    for principal, knows_all in (
        (Principal(share=share), is_whole),
        (replace(READER, share=share), True),
    ):
        told = await get_repository(resources, principal, NOAA, wanted)
        assert told.title == made.title
        assert told.description == (made.description if knows_all else "")
