"""Lists show what may be found, newest first, and never stop silently."""

import pytest

from services.repositories.operations.lists import list_all_repositories, list_repositories
from services.repositories.operations.resources import Resources
from shared.contracts.accounts import Account, Role
from shared.contracts.repositories import ListAllRepositories, ListRepositories, Visibility
from shared.errors import Forbidden, Invalid, NotFound
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, service_principal
from tests.publishers import (
    ADMIN,
    MAINTAINER,
    NOAA,
    OWNER,
    READER,
    STRANGER,
    WRITER,
    deactivated,
    deleted,
    holder,
    repository,
)

SERVICE = service_principal("indexer")


async def pages(
    outbox: Outbox, principal: Principal, account: Account | None = NOAA, *, limit: int = 1000
) -> list[list[str]]:
    """The names on each page."""
    found, cursor = [], None
    while True:
        wanted = ListRepositories(
            account_id=account.account_id if account else "", limit=limit, cursor=cursor
        )
        page = await list_repositories(Resources(outbox), principal, account, wanted)
        found.append([one.repository_id for one in page.repositories])
        cursor = page.cursor
        if cursor is None:
            return found


async def names(outbox: Outbox, principal: Principal, account: Account | None = NOAA) -> set[str]:
    """All names that are listed."""
    (page,) = await pages(outbox, principal, account)
    return set(page)


async def one_of_each(outbox: Outbox) -> None:
    """One repository in each state and visibility, named after it."""
    for visibility in Visibility:
        await repository(outbox, visibility, visibility=visibility)
    await deactivated(outbox, await repository(outbox, "deactivated"))
    await repository(outbox, "deleted")
    await deleted(outbox, OWNER, "deleted")


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (ANONYMOUS_PRINCIPAL, {"public"}),
        (STRANGER, {"public"}),
        (READER, {"public", "unlisted", "restricted"}),
        (WRITER, {"public", "unlisted", "restricted"}),
        (MAINTAINER, {"public", "unlisted", "restricted", "deactivated"}),
        (OWNER, {"public", "unlisted", "restricted", "deactivated"}),
        (ADMIN, {"public", "unlisted", "restricted", "deactivated"}),
    ],
)
async def test_an_accounts_list_shows_what_may_be_listed(
    outbox: Outbox, principal: Principal, expected: set[str]
) -> None:
    await one_of_each(outbox)
    assert await names(outbox, principal) == expected


async def test_the_list_of_all_shows_public_ones_only_whoever_asks(outbox: Outbox) -> None:
    await one_of_each(outbox)
    for principal in (ANONYMOUS_PRINCIPAL, OWNER, ADMIN):
        assert await names(outbox, principal, None) == {"public"}


async def test_a_role_on_one_repository_lists_that_one(outbox: Outbox) -> None:
    hidden = [
        await repository(outbox, f"hidden-{n}", visibility=Visibility.RESTRICTED) for n in range(3)
    ]
    assert await names(outbox, holder(Role.READER, hidden[1].repository_uid)) == {"hidden-1"}


async def test_pages_are_full_however_many_are_hidden_between(outbox: Outbox) -> None:
    """More hidden ones in a row than are read at once."""
    shown = {0, 1, 230, 231, 460}
    for number in range(461):
        visibility = Visibility.PUBLIC if number in shown else Visibility.RESTRICTED
        await repository(outbox, f"number-{number}", visibility=visibility)
    found = await pages(outbox, ANONYMOUS_PRINCIPAL, limit=2)
    assert [len(page) for page in found] == [2, 2, 1]
    assert {name for page in found for name in page} == {f"number-{number}" for number in shown}


async def test_pages_of_one_go_newest_first_and_end(outbox: Outbox) -> None:
    made = [await repository(outbox, f"number-{number}") for number in range(5)]
    newest_first = sorted(made, key=lambda one: one.repository_uid, reverse=True)
    expected = [[one.repository_id] for one in newest_first]
    assert await pages(outbox, ANONYMOUS_PRINCIPAL, limit=1) == expected
    assert await pages(outbox, ANONYMOUS_PRINCIPAL, None, limit=1) == expected


async def test_an_account_without_repositories_has_one_empty_page(outbox: Outbox) -> None:
    assert await pages(outbox, ANONYMOUS_PRINCIPAL) == [[]]


async def test_a_cursor_never_names_what_is_hidden(outbox: Outbox) -> None:
    await repository(outbox, "shown-one")
    await repository(outbox, "hidden", visibility=Visibility.RESTRICTED)
    await repository(outbox, "shown-two")
    wanted = ListRepositories(account_id="noaa", limit=1)
    page = await list_repositories(Resources(outbox), ANONYMOUS_PRINCIPAL, NOAA, wanted)
    (shown,) = page.repositories
    after = wanted.model_copy(update={"cursor": page.cursor})
    rest = await list_repositories(Resources(outbox), ANONYMOUS_PRINCIPAL, NOAA, after)
    assert {shown.repository_id, *(one.repository_id for one in rest.repositories)} == {
        "shown-one",
        "shown-two",
    }
    assert rest.cursor is None


@pytest.mark.parametrize("cursor", ["", "?", "AA=A"])
async def test_a_cursor_of_others_is_refused(outbox: Outbox, cursor: str) -> None:
    wanted = ListRepositories(account_id="noaa", cursor=cursor)
    with pytest.raises(Invalid):
        await list_repositories(Resources(outbox), ANONYMOUS_PRINCIPAL, NOAA, wanted)


async def test_a_disabled_accounts_list_is_not_there(outbox: Outbox) -> None:
    disabled = NOAA.model_copy(update={"disabled": True})
    for principal in (ANONYMOUS_PRINCIPAL, OWNER):
        with pytest.raises(NotFound):
            await list_repositories(
                Resources(outbox), principal, disabled, ListRepositories(account_id="noaa")
            )


async def test_all_of_them_are_for_services_alone(outbox: Outbox) -> None:
    await one_of_each(outbox)
    found, cursor = [], None
    while True:
        wanted = ListAllRepositories(limit=2, cursor=cursor)
        page = await list_all_repositories(Resources(outbox), SERVICE, wanted)
        found += [one.repository_id for one in page.repositories]
        cursor = page.cursor
        if cursor is None:
            break
    assert set(found) == {"public", "unlisted", "restricted", "deactivated", "deleted"}
    assert len(found) == 5
    for principal in (ANONYMOUS_PRINCIPAL, OWNER, ADMIN):
        with pytest.raises(Forbidden):
            await list_all_repositories(Resources(outbox), principal, ListAllRepositories())
