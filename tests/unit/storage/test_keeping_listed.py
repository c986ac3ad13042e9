"""Listings as jobs: whatever a bucket answers is told, its lease let go, and others go on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from services.storage.blobs.connected import Bucket, Far
from services.storage.models import Relisting
from services.storage.operations import keeping_listed
from services.storage.operations.connections import Connections
from services.storage.operations.keeping_listed import UNEXPECTED, Relistings
from services.storage.operations.relisting import TooManyError, relist
from services.storage.operations.resources import Resources
from services.storage.store.relistings import (
    drop_relisting,
    due_relistings,
    find_relisting,
    keep_relisting,
    now_ms,
)
from shared.contracts.repositories import Repository
from shared.errors import Unavailable
from shared.outbox import Outbox
from shared.tables import Table
from tests.backups import know
from tests.shown import SHOWN, UID, Connected, Fixed, far

EVERY, MOST, LONGEST = 3600.0, 100, 60.0


class Hanging(Fixed):
    """It answers nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def pages(self, prefix: str) -> AsyncIterator[list[Far]]:
        """None."""
        self.asked.set()
        await asyncio.Event().wait()
        yield [far(prefix)]


class Broken(Fixed):
    """What it answers is not what such servers answer."""

    async def pages(self, prefix: str) -> AsyncIterator[list[Far]]:
        """None."""
        raise KeyError("LastModified")
        yield [far(prefix)]


class Endless(Fixed):
    """It goes on and on with the same page."""

    def __init__(self, *page: Far) -> None:
        super().__init__()
        self.page = list(page)

    async def pages(self, prefix: str) -> AsyncIterator[list[Far]]:
        """The same."""
        while prefix:
            yield self.page


def relistings_in(resources: Resources, bucket: Bucket, longest: float = LONGEST) -> Relistings:
    """As a process holds them."""
    resources = replace(resources, connections=Connected(bucket))
    return Relistings(resources, EVERY, MOST, longest)


async def attempted(relistings: Relistings) -> Relisting:
    """How it stands once it was tried."""
    await know(relistings.resources, SHOWN)
    await relistings.order(SHOWN)
    one = await find_relisting(relistings.resources.outbox, UID)
    assert one is not None
    await relistings.list_one(one)
    ended = await find_relisting(relistings.resources.outbox, UID)
    assert ended is not None
    return ended


def is_soon(one: Relisting) -> bool:
    """Whether it is tried again before it would be listed again."""
    return one.due < now_ms() + EVERY * 500


async def test_what_nobody_expected_is_told_and_its_lease_let_go(resources: Resources) -> None:
    ended = await attempted(relistings_in(resources, Broken()))
    assert (ended.error, ended.holder, ended.until) == (UNEXPECTED, "", 0)
    assert is_soon(ended)


async def test_of_too_many_is_not_asked_soon_again(resources: Resources) -> None:
    many = Fixed(*(far(f"{n}") for n in range(MOST + 1)))
    ended = await attempted(relistings_in(resources, many))
    assert (ended.error, ended.holder) == ("It holds more than 100 objects.", "")
    assert not is_soon(ended)


async def test_what_takes_too_long_is_given_up(resources: Resources) -> None:
    ended = await attempted(relistings_in(resources, Hanging(), longest=0.01))
    assert (ended.error, ended.holder) == ("It took more than 0.01 seconds.", "")
    assert not is_soon(ended)


async def test_what_goes_well_is_listed_again_as_often_as_is_said(resources: Resources) -> None:
    ended = await attempted(relistings_in(resources, Fixed(far("a"))))
    assert (ended.error, ended.holder, ended.objects) == ("", "", 1)
    assert not is_soon(ended)


async def test_what_another_process_listed_meanwhile_is_not_listed_again(
    resources: Resources,
) -> None:
    relistings = relistings_in(resources, Fixed(far("a")))
    await know(resources, SHOWN)
    await relistings.order(SHOWN)
    (waiting,) = await due_relistings(resources.outbox)
    ended = await attempted(relistings)
    await relistings.list_one(waiting)
    assert await find_relisting(resources.outbox, UID) == ended


async def test_a_bucket_that_lists_nothing_for_ever(resources: Resources) -> None:
    ended = await attempted(relistings_in(resources, Endless()))
    assert "over and over" in ended.error
    with pytest.raises(Unavailable):
        await relist(relistings_in(resources, Endless()).resources, SHOWN, most=MOST)


@pytest.mark.parametrize("key", ["", "k" * 1025])
async def test_a_bucket_that_lists_for_ever_what_is_not_taken(
    resources: Resources, key: str
) -> None:
    endless = relistings_in(resources, Endless(far(key), far(key)))
    with pytest.raises(TooManyError):
        await relist(endless.resources, SHOWN, most=MOST)


async def test_a_lease_is_kept_while_a_bucket_does_not_answer(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, keep = asyncio.Event(), keep_relisting

    async def keeping(outbox: Outbox, uid: str, holder: str) -> bool:
        is_kept = await keep(outbox, uid, holder)
        kept.set()
        return is_kept

    monkeypatch.setattr(keeping_listed, "LEASE_MS", 40)
    monkeypatch.setattr(keeping_listed, "keep_relisting", keeping)
    bucket = Hanging()
    going = asyncio.create_task(attempted(relistings_in(resources, bucket)))
    await bucket.asked.wait()
    first = await find_relisting(resources.outbox, UID)
    await kept.wait()
    now = await find_relisting(resources.outbox, UID)
    assert first is not None
    assert now is not None
    assert now.until > first.until
    await drop_relisting(resources.outbox, UID)
    with pytest.raises(AssertionError):
        await going


class Several(Connections):
    """A bucket for each account; the others' answers nothing."""

    def __init__(self, answering: str) -> None:
        super().__init__()
        self.answering = answering
        self.answered = asyncio.Event()

    async def bucket(self, table: Table, repository: Repository) -> Bucket:  # noqa: ARG002 -- made up
        """That of its account."""
        if repository.account_uid != self.answering:
            return Hanging()
        self.answered.set()
        return Fixed(far("a"))


async def test_buckets_of_one_account_hold_up_no_other(resources: Resources) -> None:
    buckets = Several("01OTHER")
    resources = replace(resources, connections=buckets)
    relistings = Relistings(resources, EVERY, MOST, LONGEST)
    hanging = [
        SHOWN.model_copy(
            update={"repository_uid": f"01HANGING{n}", "repository_id": f"hanging-{n}"}
        )
        for n in range(keeping_listed.AT_ONCE + 1)
    ]
    last = SHOWN.model_copy(
        update={"repository_uid": "01ZLAST", "repository_id": "last", "account_uid": "01OTHER"}
    )
    for one in (*hanging, last):
        await know(resources, one)
        await relistings.order(one)
    going = asyncio.create_task(relistings.keep_listing())
    async with asyncio.timeout(10):
        await buckets.answered.wait()
    going.cancel()
