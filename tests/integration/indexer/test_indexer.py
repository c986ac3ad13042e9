"""The indexer as it runs: what it makes of objects, and whom it tells."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.contracts.base import Actor, KeyAction, Scope, ScopePlace
from shared.contracts.indexer import (
    FileMetadata,
    GetCollection,
    GetFile,
    GetItem,
    GetPreview,
    GetSummaries,
    ListCollections,
    ListDirectory,
    ListItems,
    SearchItems,
)
from shared.contracts.repositories import DeleteRepository, GetRepository, Visibility
from shared.errors import NotFound, Unavailable
from shared.identifiers import new_uid
from tests.control_plane import actor_of
from tests.door import ACCOUNT, HIDDEN, Door
from tests.embedded import ROOT
from tests.extraction import SAMPLE
from tests.indexed import entries_of, items_of, owner_of
from tests.waiting import until

FIJI = (SAMPLE / "noaa/globe-land-mask/fiji.tif").read_bytes()
PARQUET = (SAMPLE / "natural-earth/countries/countries.parquet").read_bytes()
PEOPLE = ("owner", "writer", "reader", "stranger")


def put(door: Door, repository_id: str, key: str, body: bytes) -> None:
    """As the owner does by S3."""
    door.client().put_object(Bucket=f"{ACCOUNT}--{repository_id}", Key=key, Body=body)


def file_of(door: Door, repository_id: str, key: str) -> FileMetadata | None:
    """What is known of an object, once it was read."""
    wanted = GetFile(actor=owner_of(door), account_id=ACCOUNT, repository_id=repository_id, key=key)
    try:
        found = door.ask(wanted)
    except NotFound:
        return None
    return None if found.status == "pending" else found


def indexed(door: Door, repository_id: str, key: str, body: bytes) -> FileMetadata:
    """The object after it was put and read."""
    put(door, repository_id, key, body)
    return until(lambda: file_of(door, repository_id, key))


@pytest.fixture
def repository_id(door: Door) -> str:
    """A repository of this test alone."""
    return door.repository().repository_id


def test_an_item_and_its_collection(door: Door, repository_id: str) -> None:
    file = indexed(door, repository_id, "a/fiji.tif", FIJI)
    assert (file.status, file.summary) == ("indexed", "COG, 720 × 1,200, EPSG:4326")
    assert file.created_by == door.people["owner"].account.account_uid
    (item,) = items_of(door, repository_id)
    assert item["id"] == file.item_id
    assert item["collection"] == f"{ACCOUNT}--{repository_id}"
    href = f"{door.url}/{ACCOUNT}/{repository_id}/a/fiji.tif"
    assert item["assets"]["data"]["href"] == href
    collection = until(lambda: collection_with(door, repository_id, start="1999-06-30T00:00:00Z"))
    assert collection["extent"]["spatial"]["bbox"][0] == pytest.approx(file.bbox)
    assert collection["providers"][0]["name"]
    (folder,) = entries_of(door, repository_id)
    assert (folder.name, folder.files, folder.size) == ("a/", 1, len(FIJI))


def collection_with(door: Door, repository_id: str, *, start: str) -> dict[str, Any] | None:
    """The collection, once its time begins so."""
    wanted = GetCollection(actor=owner_of(door), collection_id=f"{ACCOUNT}--{repository_id}")
    found = door.ask(wanted).document
    return found if found["extent"]["temporal"]["interval"][0][0] == start else None


@pytest.mark.parametrize(
    ("key", "body", "said"),
    [
        ("cut.tif", FIJI[:200], "ends too early"),
        ("xml.tif", b"<VRTDataset><SourceFilename>http://x/</SourceFilename>", "content is: XML"),
        ("footer.parquet", PARQUET[:-100] + b"\xff" * 96 + b"PAR1", ""),
        ("deep.geojson", b'{"type":"Feature","properties":' + b"[" * 100_000, "not JSON"),
        ("empty.parquet", b"PAR1PAR1", ""),
    ],
)
def test_broken_files_fail_with_a_reason(
    door: Door, repository_id: str, key: str, body: bytes, said: str
) -> None:
    file = indexed(door, repository_id, key, body)
    assert file.status == "failed"
    assert said in file.reason
    assert file.reason
    assert file.item_id == ""
    mended = f"{key}.txt"
    assert indexed(door, repository_id, mended, b"well").status == "described"


@pytest.mark.parametrize(
    "key",
    ["a/../b.tif", "a//b.tif", "//", "x\0y.tif", "é ü.tif", "a?b#c&d=e.tif", "a\r\n.tif", "%2e"],
)
def test_objects_of_any_key_are_read(door: Door, repository_id: str, key: str) -> None:
    file = indexed(door, repository_id, key, FIJI)
    assert (file.status, file.key) == ("indexed", key)


def test_an_overwritten_and_a_deleted_object(door: Door, repository_id: str) -> None:
    first = indexed(door, repository_id, "a.tif", FIJI)
    put(door, repository_id, "a.tif", b"no more")
    until(lambda: (file_of(door, repository_id, "a.tif") or first).status == "failed")
    assert items_of(door, repository_id) == []
    door.client().delete_object(Bucket=f"{ACCOUNT}--{repository_id}", Key="a.tif")
    until(lambda: file_of(door, repository_id, "a.tif") is None)
    until(lambda: entries_of(door, repository_id) == [])


def rows_of(door: Door, wanted: GetPreview) -> list[list[str]]:
    """Of what is shown; none while the object is being replaced."""
    try:
        return [row for part in door.ask(wanted).parts for row in part.rows]
    except Unavailable:
        return []


def test_what_an_object_shows_is_that_of_its_bytes_today(door: Door, repository_id: str) -> None:
    names = {"account_id": ACCOUNT, "repository_id": repository_id}
    wanted = GetPreview(actor=owner_of(door), key="a.csv", **names)
    indexed(door, repository_id, "a.csv", b"id,name\n1,fiji\n")
    (part,) = door.ask(wanted).parts
    assert (part.columns, part.rows) == (["id", "name"], [["1", "fiji"]])
    put(door, repository_id, "a.csv", b"id,name\n2,tonga\n")
    until(lambda: rows_of(door, wanted) == [["2", "tonga"]])
    door.client().delete_object(Bucket=f"{ACCOUNT}--{repository_id}", Key="a.csv")
    until(lambda: file_of(door, repository_id, "a.csv") is None)
    with pytest.raises(NotFound):
        door.ask(wanted)


def test_a_thing_of_several_files_is_one_item(door: Door, repository_id: str) -> None:
    folder = SAMPLE / "natural-earth/countries/shapefile"
    for suffix in ("prj", "shp", "dbf", "shx"):
        name = f"countries.{suffix}"
        indexed(door, repository_id, f"a/{name}", (folder / name).read_bytes())
    (item,) = until(
        lambda: [one for one in items_of(door, repository_id) if len(one["assets"]) == 4]
    )
    assert item["assets"]["data"]["table:row_count"] == 177
    part = file_of(door, repository_id, "a/countries.dbf")
    assert part is not None
    assert (part.part_of, part.item_id) == ("a/countries.shp", item["id"])
    door.client().delete_object(Bucket=f"{ACCOUNT}--{repository_id}", Key="a/countries.prj")
    until(lambda: items_of(door, repository_id) == [])
    main = file_of(door, repository_id, "a/countries.shp")
    assert main is not None
    assert (main.status, main.parts) == ("described", ["a/countries.shx", "a/countries.dbf"])


def test_files_of_a_thing_are_not_named_to_who_may_not_read_them(door: Door) -> None:
    folder = SAMPLE / "natural-earth/countries/shapefile"
    for suffix in ("shp", "dbf"):
        uid = indexed(
            door, HIDDEN, f"a/countries.{suffix}", (folder / f"countries.{suffix}").read_bytes()
        ).repository_uid
    owner = owner_of(door)
    names = {"account_id": ACCOUNT, "repository_id": HIDDEN}
    until(lambda: door.ask(GetFile(actor=owner, key="a/countries.dbf", **names)).part_of)
    account = door.ask(GetRepository(actor=owner, **names)).account_uid
    for suffix in ("shp", "dbf"):
        key = f"a/countries.{suffix}"
        place = ScopePlace(account_uid=account, repository_uid=uid, prefix=key)
        scope = Scope(actions=frozenset([KeyAction.READ]), places=(place,))
        actor = owner.model_copy(update={"scope": scope})
        file = door.ask(GetFile(actor=actor, key=key, **names))
        assert (file.key, file.parts, file.part_of, file.item_id) == (key, [], "", "")


def test_a_large_object_is_read_at_its_header_alone(door: Door, repository_id: str) -> None:
    file = indexed(door, repository_id, "large.tif", FIJI + bytes(30_000_000))
    assert file.status == "indexed"
    assert file.size == 30_000_000 + len(FIJI)


def questions(actor: Actor, item_id: str) -> list[Any]:
    """Everything that can be asked about the restricted repository."""
    names = {"account_id": ACCOUNT, "repository_id": HIDDEN}
    collection = f"{ACCOUNT}--{HIDDEN}"
    return [
        GetFile(actor=actor, key="fiji.tif", **names),
        GetPreview(actor=actor, key="fiji.tif", **names),
        ListDirectory(actor=actor, **names),
        GetCollection(actor=actor, collection_id=collection),
        ListItems(actor=actor, collection_id=collection),
        GetItem(actor=actor, collection_id=collection, item_id=item_id),
    ]


def test_what_is_restricted_does_not_exist_for_others(door: Door) -> None:
    file = indexed(door, HIDDEN, "fiji.tif", FIJI)
    actors = {who: actor_of(door.people[who].account) for who in PEOPLE}
    for who in ("owner", "writer", "reader"):
        for wanted in questions(actors[who], file.item_id):
            assert door.ask(wanted)
    for actor in (actors["stranger"], Actor()):
        for wanted in questions(actor, file.item_id):
            with pytest.raises(NotFound):
                door.ask(wanted)
        summaries = door.ask(GetSummaries(actor=actor, repository_uids=[file.repository_uid]))
        assert summaries.summaries == []
        assert f"{ACCOUNT}--{HIDDEN}" not in collections(door, actor)
        assert file.item_id not in searched(door, actor)
        assert searched(door, actor, collections=[f"{ACCOUNT}--{HIDDEN}"]) == []
        assert searched(door, actor, ids=[file.item_id]) == []
    assert f"{ACCOUNT}--{HIDDEN}" in collections(door, actors["reader"])
    assert file.item_id in searched(door, actors["reader"], ids=[file.item_id])
    assert file.item_id in searched(
        door, actors["reader"], collections=[f"{ACCOUNT}--{HIDDEN}", "none--none", "x"]
    )


def searched(door: Door, actor: Actor, **asked: Any) -> list[str]:
    """The ids of the items that an actor finds, page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = door.ask(SearchItems(actor=actor, limit=2, cursor=cursor, **asked))
        found += [document["id"] for document in page.documents]
        cursor = page.cursor
        if cursor is None:
            return found


def collections(door: Door, actor: Actor) -> list[str]:
    """The ids of all collections that an actor may list, page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = door.ask(ListCollections(actor=actor, limit=2, cursor=cursor))
        found += [document["id"] for document in page.documents]
        cursor = page.cursor
        if cursor is None:
            return found


def test_unlisted_is_found_by_name_alone(door: Door) -> None:
    made = door.repository(visibility=Visibility.UNLISTED)
    collection = f"{ACCOUNT}--{made.repository_id}"
    assert door.ask(GetCollection(collection_id=collection))
    assert collection not in collections(door, Actor())
    file = indexed(door, made.repository_id, "fiji.tif", FIJI)
    assert searched(door, Actor(), collections=[collection]) == [file.item_id]
    assert searched(door, Actor(), ids=[file.item_id]) == []


def test_a_deleted_repository_is_gone(door: Door) -> None:
    made = door.repository()
    indexed(door, made.repository_id, "a.tif", FIJI)
    confirm = f"{ACCOUNT}/{made.repository_id}"
    door.ask(
        DeleteRepository(
            actor=owner_of(door),
            account_id=ACCOUNT,
            repository_id=made.repository_id,
            confirm=confirm,
        )
    )
    collection = f"{ACCOUNT}--{made.repository_id}"
    until(lambda: collection not in collections(door, owner_of(door)))
    with pytest.raises(NotFound):
        door.ask(ListItems(actor=owner_of(door), collection_id=collection))
    assert searched(door, owner_of(door), collections=[collection]) == []


@pytest.mark.parametrize("collection", ["", "a", "--", "a--b", f"{ACCOUNT}--", "x--y--z", "a/b"])
def test_collections_that_are_none(door: Door, collection: str) -> None:
    with pytest.raises(NotFound):
        door.ask(GetCollection(collection_id=collection))


def test_summaries(door: Door) -> None:
    made = door.repository()
    indexed(door, made.repository_id, "a/fiji.tif", FIJI)
    indexed(door, made.repository_id, "README.md", b"# Here\n")
    wanted = GetSummaries(repository_uids=[made.repository_uid, new_uid()])
    (summary,) = until(
        lambda: [one for one in door.ask(wanted).summaries if one.files == 2], seconds=5
    )
    assert summary.size == len(FIJI) + 7
    assert (summary.items, summary.formats) == (1, {"COG": 1, "Markdown": 1})
    assert summary.footprints == [summary.bbox]
    assert summary.start == summary.end
    assert summary.changed_at is not None


def test_figures_of_the_whole_are_not_for_keys_of_a_part(door: Door) -> None:
    uid = indexed(door, HIDDEN, "elsewhere/fiji.tif", FIJI).repository_uid
    reader = actor_of(door.people["reader"].account)
    named = GetRepository(actor=reader, account_id=ACCOUNT, repository_id=HIDDEN)
    uids = {"account_uid": door.ask(named).account_uid, "repository_uid": uid}
    for prefix, action, is_told in (
        ("", KeyAction.LIST, True),
        ("", KeyAction.WRITE, False),
        ("raw/", KeyAction.LIST, False),
    ):
        place = ScopePlace(**uids, prefix=prefix)
        scope = Scope(actions=frozenset([action]), places=(place,))
        actor = reader.model_copy(update={"scope": scope})
        found = door.ask(GetSummaries(actor=actor, repository_uids=[uid]))
        assert bool(found.summaries) is is_told


def rebuild(door: Door) -> str:
    """As an operator does; what it said."""
    ready = door.platform.ready
    addresses = {
        "COOP_HOME": str(door.platform.home),
        "COOP_NATS__URL": ready["nats"],
        "COOP_STORAGE__URL": ready["s3"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "services.indexer", "rebuild"],
        cwd=ROOT,
        env={**os.environ, **addresses},  # noqa: TID251 -- a child's
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def with_five_files(door: Door) -> str:
    """A repository, all of it read."""
    repository_id = door.repository().repository_id
    for number in range(5):
        put(door, repository_id, f"d{number % 2}/{number}.tif", FIJI)
    until(lambda: len(items_of(door, repository_id)) == 5)
    until(lambda: files_in(door, repository_id) == 5)
    return repository_id


def files_in(door: Door, repository_id: str) -> int:
    """Of all folders."""
    return sum(one.files for one in entries_of(door, repository_id))


def test_a_rebuild_makes_the_same(door: Door) -> None:
    repository_id = with_five_files(door)
    items, entries = items_of(door, repository_id), entries_of(door, repository_id)
    assert f"{ACCOUNT}/{repository_id}: 5 objects" in rebuild(door)
    assert items_of(door, repository_id) == items
    assert entries_of(door, repository_id) == entries
    indexed(door, repository_id, "after.tif", FIJI)
    until(lambda: len(entries_of(door, repository_id)) == 3)


@pytest.mark.slow
def test_rebuild_while_serving(door: Door) -> None:
    """Whatever is read meanwhile is whole, and what is written meanwhile is there afterwards."""
    repository_id = with_five_files(door)
    items, written = items_of(door, repository_id), 0
    with ThreadPoolExecutor(1) as pool:
        rebuilding = pool.submit(rebuild, door)
        while not rebuilding.done():
            put(door, repository_id, f"new/{written}.csv", b"lat,lon\n%d.5,2.0\n" % (written % 90))
            written += 1
            seen = items_of(door, repository_id)
            assert all(item in seen for item in items)
            assert files_in(door, repository_id) >= 5
            time.sleep(0.05)
        assert f"{ACCOUNT}/{repository_id}: " in rebuilding.result()
    assert written > 3
    until(lambda: len(items_of(door, repository_id)) == 5 + written)
    until(lambda: files_in(door, repository_id) == 5 + written)


def test_the_command_says_how_it_is_used() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.indexer", "rebuilt"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")
