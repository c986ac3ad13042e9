"""Pictures of accounts as storage keeps them: one goes as another comes, whoever dies between."""

import time
from collections.abc import Awaitable, Callable

import pytest

from services.storage.operations.avatars import read_avatar
from services.storage.operations.resources import Resources
from services.storage.store.avatars import TRIAL_SECONDS, avatars_of, find_avatar, keep_only
from services.storage.store.avatars import put_on_trial as put
from shared.contracts.accounts import Account
from shared.errors import NotFound
from shared.outbox import Outbox
from tests.pictures import ADA, ada

FIRST, SECOND = "01FIRST", "01SECOND"


@pytest.fixture
def outbox(resources: Resources) -> Outbox:
    return resources.outbox


async def names(outbox: Outbox) -> list[str]:
    page = await outbox.table.query(avatars_of(ADA))
    return [row["sk"] for row in page.items]


async def is_for_good(outbox: Outbox, name: str) -> bool:
    row = await outbox.table.get(avatars_of(ADA), name)
    assert row is not None
    return "expires_at" not in row


async def test_one_is_on_trial_until_the_account_goes_by_it(outbox: Outbox) -> None:
    await put(outbox, ADA, FIRST, b"first")
    row = await outbox.table.get(avatars_of(ADA), FIRST)
    assert row is not None
    assert 0 < row["expires_at"] - time.time() <= TRIAL_SECONDS
    await keep_only(outbox, ada(1, FIRST))
    assert await is_for_good(outbox, FIRST)
    assert await find_avatar(outbox, ADA, FIRST) == b"first"


async def test_the_one_before_goes_and_with_none_all_do(outbox: Outbox) -> None:
    await put(outbox, ADA, FIRST, b"first")
    await keep_only(outbox, ada(1, FIRST))
    await put(outbox, ADA, SECOND, b"second")
    await keep_only(outbox, ada(2, SECOND))
    assert await names(outbox) == [SECOND]
    await keep_only(outbox, ada(3, ""))
    assert await names(outbox) == []


async def test_of_two_at_once_the_one_that_won_stays(outbox: Outbox) -> None:
    """Both are there before either has its name, and the events come in either order, or twice."""
    await put(outbox, ADA, FIRST, b"first")
    await put(outbox, ADA, SECOND, b"second")
    for version, name in [(1, SECOND), (2, FIRST), (1, SECOND), (2, FIRST)]:
        await keep_only(outbox, ada(version, name))
    assert FIRST in await names(outbox)
    assert await is_for_good(outbox, FIRST)


async def test_those_that_are_never_used_do_not_pile_up(outbox: Outbox) -> None:
    await put(outbox, ADA, "00", b"in use")
    await keep_only(outbox, ada(1, "00"))
    for number in range(1, 20):
        await put(outbox, ADA, f"{number:02}", b"never")
    assert await names(outbox) == ["00", *(f"{number:02}" for number in range(10, 20))]


async def test_a_late_event_takes_nothing_from_a_newer_one(outbox: Outbox) -> None:
    await put(outbox, ADA, FIRST, b"first")
    await keep_only(outbox, ada(2, FIRST))
    await keep_only(outbox, ada(1, ""))
    assert await is_for_good(outbox, FIRST)


async def test_another_s_are_left_alone(outbox: Outbox) -> None:
    await put(outbox, "01EVE", FIRST, b"eve's")
    await keep_only(outbox, ada(1, ""))
    assert await find_avatar(outbox, "01EVE", FIRST) == b"eve's"


async def test_a_deleted_account_leaves_none_not_even_one_on_trial(outbox: Outbox) -> None:
    await put(outbox, ADA, FIRST, b"first")
    await keep_only(outbox, ada(1, FIRST))
    await put(outbox, ADA, SECOND, b"second")
    await keep_only(outbox, ada(2, "", disabled=True, deleted=True))
    assert await names(outbox) == []


def saying(account: Account | None) -> Callable[[str], Awaitable[Account | None]]:
    async def find(_: str) -> Account | None:
        return account

    return find


async def read(outbox: Outbox, known: Account | None, afresh: Account | None = None) -> bytes:
    place = (ADA, FIRST)
    return await read_avatar(outbox, place, known=saying(known), afresh=saying(afresh or known))


async def test_it_is_shown_while_its_account_goes_by_it_and_is_seen(outbox: Outbox) -> None:
    await put(outbox, ADA, FIRST, b"first")
    assert await read(outbox, ada(1, FIRST)) == b"first"
    for account in (
        None,
        ada(2, ""),
        ada(2, SECOND),
        ada(2, FIRST, disabled=True),
        ada(2, "", disabled=True, deleted=True),
    ):
        with pytest.raises(NotFound):
            await read(outbox, account)


async def test_a_name_that_was_not_heard_of_yet_is_asked_for(outbox: Outbox) -> None:
    await put(outbox, ADA, FIRST, b"first")
    assert await read(outbox, ada(1, SECOND), ada(2, FIRST)) == b"first"


async def test_nobody_is_asked_for_a_picture_that_is_not_there(outbox: Outbox) -> None:
    async def never(_: str) -> Account | None:
        raise AssertionError

    with pytest.raises(NotFound):
        await read_avatar(outbox, (ADA, FIRST), known=never, afresh=never)
