"""Who watches a repository is told what changed there, within limits, and lets go at the end."""

import time

import pytest

from services.web.handlers import HEARD
from services.web.live import KEYS_TOLD, REMEMBERED, Live
from shared.cloudevents import EventData, envelop
from shared.contracts.accounts import Account, AccountUpdated
from shared.contracts.base import now
from shared.contracts.indexer import FileMetadata, ItemIndexed
from shared.contracts.repositories import Repository, RepositoryUpdated
from shared.contracts.storage import ObjectCreated, StoredObject
from shared.errors import TooManyRequests, Unavailable

PLACE = ("noaa", "mask")


def anything(_: str) -> bool:
    return True


def live(connections: int = 10, per_address: int = 10) -> Live:
    return Live(connections=connections, per_address=per_address)


async def test_a_watcher_hears_of_its_own_repository_only() -> None:
    feed = live()
    with feed.watching(PLACE, "1.2.3.4", "", anything) as watcher:
        feed.tell(("noaa", "other"), "a.tif")
        assert watcher.take() is None
        feed.tell(PLACE, "b.tif")
        feed.tell(PLACE, "a.tif")
        assert watcher.woken.is_set()
        assert watcher.take() == ["a.tif", "b.tif"]
        assert watcher.take() is None
        assert not watcher.woken.is_set()


async def test_a_flood_is_told_as_one_change() -> None:
    feed = live()
    with feed.watching(PLACE, "1.2.3.4", "", anything) as watcher:
        for number in range(10_000):
            feed.tell(PLACE, f"{number}.tif")
        assert len(watcher.keys) <= KEYS_TOLD + 1
        assert watcher.take() == []


async def test_of_what_a_watcher_may_not_read_nothing_is_told_at_all() -> None:
    feed = live()
    with feed.watching(PLACE, "1.2.3.4", "", lambda key: key.startswith("raw/")) as watcher:
        feed.tell(PLACE, "secret.csv")
        assert not watcher.woken.is_set()
        assert watcher.take() is None
        feed.tell(PLACE, "raw/a.csv")
        assert watcher.take() == ["raw/a.csv"]


async def test_what_changed_since_a_page_was_made_is_told_to_who_comes_late() -> None:
    feed, made = live(), time.time()
    feed.tell(PLACE, "a.tif")
    feed.tell(PLACE, "secret.csv")
    feed.tell(("noaa", "other"), "b.tif")
    with feed.watching(PLACE, "a", "", lambda key: key != "secret.csv") as watcher:
        feed.catch_up(PLACE, watcher, made)
        assert watcher.take() == ["a.tif"]
        feed.catch_up(PLACE, watcher, time.time() + 1)
        assert watcher.take() is None


async def test_what_is_no_longer_remembered_counts_as_changed() -> None:
    feed = live()
    with feed.watching(PLACE, "a", "", anything) as watcher:
        feed.catch_up(PLACE, watcher, time.time() - 60)
        assert watcher.take() == []
        made = time.time()
        for number in range(REMEMBERED + 1):
            feed.tell(("noaa", "other"), f"{number}.tif")
        feed.catch_up(PLACE, watcher, made)
        feed.tell(PLACE, "a.tif")
        assert watcher.take() == []
        assert watcher.take() is None


def enter(feed: Live, address: str) -> None:
    with feed.watching(PLACE, address, "", anything):
        pass


async def test_there_is_room_for_so_many_and_for_so_many_of_one_address() -> None:
    feed = live(connections=3, per_address=2)
    with feed.watching(PLACE, "a", "", anything), feed.watching(PLACE, "a", "", anything):
        with pytest.raises(TooManyRequests):
            enter(feed, "a")
        enter(feed, "b")
        with feed.watching(PLACE, "b", "", anything), pytest.raises(Unavailable):
            enter(feed, "c")
    enter(feed, "a")


async def test_nothing_is_left_of_those_who_went() -> None:
    feed = live()
    enter(feed, "a")
    assert not feed.watchers
    assert not feed.addresses
    feed.tell(PLACE, "a.tif")


async def test_closing_wakes_all_and_admits_none() -> None:
    feed = live()
    with feed.watching(PLACE, "a", "", anything) as watcher:
        feed.close()
        assert watcher.woken.is_set()
    with pytest.raises(Unavailable):
        enter(feed, "a")


def stored() -> StoredObject:
    return StoredObject(
        object_uid="0",
        account_uid="01N",
        account_id="noaa",
        repository_uid="01R",
        repository_id="mask",
        key="a.tif",
        size=1,
        etag="e",
        last_modified=now(),
    )


def known() -> FileMetadata:
    shared = FileMetadata.model_fields.keys() & StoredObject.model_fields.keys()
    return FileMetadata(**stored().model_dump(include=set(shared)))


def repository() -> Repository:
    return Repository(
        repository_uid="01R",
        repository_id="mask",
        account_uid="01N",
        account_id="noaa",
        title="Mask",
        created_at=now(),
        updated_at=now(),
    )


ADA = Account(account_uid="01A", account_id="ada", kind="individual", name="Ada", created_at=now())
NAMES = {"account_id": "noaa", "repository_id": "mask"}


async def hear(feed: Live, data: EventData) -> None:
    handlers = HEARD[f"coop.v1.{data.owner}.>"]
    await handlers[type(data)](feed, envelop(data, aggregate="x", version=1))


async def test_bytes_and_knowledge_are_told_with_their_key() -> None:
    for data in (
        ObjectCreated(**NAMES, object=stored()),
        ItemIndexed(**NAMES, file=known(), collection_id="c", item_id="i"),
    ):
        feed = live()
        with feed.watching(PLACE, "a", "", anything) as watcher:
            await hear(feed, data)
            assert watcher.take() == ["a.tif"]


async def test_a_changed_repository_makes_its_watchers_ask_again() -> None:
    feed = live()
    with feed.watching(PLACE, "a", "", anything) as watcher:
        await hear(feed, RepositoryUpdated(**NAMES, repository=repository()))
        assert watcher.doubt
        assert watcher.take() is None


async def test_a_changed_account_makes_its_own_watchers_ask_again() -> None:
    feed = live()
    with (
        feed.watching(PLACE, "a", "01A", anything) as own,
        feed.watching(PLACE, "a", "01B", anything) as other,
    ):
        await hear(feed, AccountUpdated(account_id="ada", account=ADA))
        assert own.doubt
        assert not other.doubt
