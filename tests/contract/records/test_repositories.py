"""What repositories promises holds on every engine, also where an index is late."""

import asyncio

from services.repositories.models import Rules
from services.repositories.operations.lists import list_repositories
from services.repositories.operations.resources import Resources
from services.repositories.operations.share_links import (
    create_share_link,
    list_share_links,
    note_link_use,
    revoke_share_link,
)
from shared.contracts.base import now
from shared.contracts.repositories import (
    CreateShareLink,
    ListRepositories,
    ListShareLinks,
    NoteLinkUse,
    Repository,
    RevokeShareLink,
    ShareLinkSecret,
)
from shared.errors import Conflict
from shared.outbox import Outbox, history_key
from shared.policy import ANONYMOUS_PRINCIPAL, service_principal
from tests.publishers import NOAA, OWNER, deleted, edited, repository
from tests.waiting import eventually

ALL, OWNED = ListRepositories(), ListRepositories(account_id="noaa")


async def is_listed(outbox: Outbox, wanted: ListRepositories) -> bool:
    """Whether anyone finds it."""
    account = NOAA if wanted.account_id else None
    page = await list_repositories(Resources(outbox), ANONYMOUS_PRINCIPAL, account, wanted)
    return bool(page.repositories)


async def appears(outbox: Outbox) -> None:
    """Wait until the index has it."""
    await eventually(lambda: is_listed(outbox, ALL), seconds=5)


async def test_one_name_is_given_once(repositories: Outbox) -> None:
    outcomes = await asyncio.gather(
        *(repository(repositories) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, Repository) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 7


async def test_edits_at_once_lose_nothing(repositories: Outbox) -> None:
    await repository(repositories)
    await asyncio.gather(
        edited(repositories, OWNER, description="Where land is."),
        edited(repositories, OWNER, tags=["land"]),
    )
    after = await edited(repositories, OWNER, license="CC-BY-4.0")
    assert (after.description, after.tags) == ("Where land is.", ["land"])


async def test_a_new_one_is_in_its_owners_list_at_once(repositories: Outbox) -> None:
    await repository(repositories)
    assert await is_listed(repositories, OWNED)


async def test_restricted_is_in_no_list_from_that_moment_on(repositories: Outbox) -> None:
    await repository(repositories)
    await appears(repositories)
    await edited(repositories, OWNER, visibility="restricted")
    for _ in range(20):
        assert not await is_listed(repositories, OWNED)
        assert not await is_listed(repositories, ALL)
        await asyncio.sleep(0.001)


async def test_deleted_is_in_no_list_from_that_moment_on(repositories: Outbox) -> None:
    await repository(repositories)
    await appears(repositories)
    await deleted(repositories, OWNER)
    for _ in range(20):
        assert not await is_listed(repositories, OWNED)
        assert not await is_listed(repositories, ALL)
        await asyncio.sleep(0.001)


async def test_links_made_at_once_are_no_more_than_may_be_open(repositories: Outbox) -> None:
    await repository(repositories)
    resources = Resources(repositories, Rules(open_links=2))
    wanted = CreateShareLink(account_id="noaa", repository_id="globe-land-mask")
    tries = (create_share_link(resources, OWNER, NOAA, wanted) for _ in range(5))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, ShareLinkSecret) for one in outcomes) == 2
    assert sum(isinstance(one, Conflict) for one in outcomes) == 3


async def test_a_link_is_made_counted_and_revoked_by_many_at_once(repositories: Outbox) -> None:
    """One revocation is announced, and no use is lost."""
    await repository(repositories)
    resources, names = Resources(repositories), {"account_id": "noaa"}
    names["repository_id"] = "globe-land-mask"
    link = await create_share_link(resources, OWNER, NOAA, CreateShareLink(**names))
    used = NoteLinkUse(used={link.link_id: 2}, at=now())
    revocation = RevokeShareLink(**names, link_id=link.link_id)
    await asyncio.gather(
        *(note_link_use(resources, service_principal("storage"), used) for _ in range(5)),
        *(revoke_share_link(resources, OWNER, NOAA, revocation) for _ in range(4)),
    )
    page = await list_share_links(resources, OWNER, NOAA, ListShareLinks(**names))
    assert [(one.revoked, one.uses) for one in page.share_links] == [(True, 10)]
    history = await repositories.table.query(history_key(link.link_id))
    told = [row["event"] for row in history.items]
    assert told.count("share_link_revoked") == 1
