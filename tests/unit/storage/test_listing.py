"""Listings against a model that sorts a list, on a table of real rows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.storage.models import ObjectRecord
from services.storage.operations.listing import (
    Found,
    Wanted,
    account_reader,
    list_keys,
    list_repositories,
    repository_reader,
)
from services.storage.operations.resources import Resources
from services.storage.store.layout import SCHEMA
from services.storage.store.objects import object_row
from shared.outbox import Outbox
from shared.settings import Settings
from shared.tables import Put, open_table
from tests.storage_room import REPOSITORY

ALPHABET = "ab/-\u00e9\uffff\U0001f30d\x00"
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=6)
KEYS = st.lists(
    st.text(st.sampled_from(ALPHABET), min_size=1, max_size=8), max_size=60, unique=True
)
UID = REPOSITORY.repository_uid


def row(key: str, uid: str = UID) -> Put:
    return Put(object_row(ObjectRecord(uid, key, 1, len(key), "e", 1, "", "plain", "m")))


async def write(outbox: Outbox, keys: list[str], uid: str = UID) -> None:
    for start in range(0, len(keys), 100):
        await outbox.table.write(*(row(key, uid) for key in keys[start : start + 100]))


def model(keys: list[str], wanted: Wanted) -> tuple[list[str], list[str]]:
    """Keys and common prefixes of the whole list."""
    found: list[str] = []
    prefixes: dict[str, None] = {}
    for key in sorted(keys, key=str.encode):
        if key.startswith(wanted.prefix) and key.encode() > wanted.after.encode():
            head, cut, _ = key[len(wanted.prefix) :].partition(wanted.delimiter or "\udfff")
            if cut:
                prefixes[wanted.prefix + head + cut] = None
            else:
                found.append(key)
    return found, list(prefixes)


async def whole(outbox: Outbox, wanted: Wanted) -> tuple[list[str], list[str]]:
    """The list, page by page."""
    keys: list[str] = []
    prefixes: list[str] = []
    reader = repository_reader(outbox, UID, wanted.prefix)
    while True:
        found = await list_keys(reader, wanted)
        assert found.count <= wanted.limit
        keys += [entry.key for entry in found.entries]
        prefixes += found.common_prefixes
        if found.last is None:
            return keys, prefixes
        assert found.count == wanted.limit
        wanted = Wanted(wanted.prefix, wanted.delimiter, found.last, wanted.limit)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    keys=KEYS,
    prefix=TEXTS,
    delimiter=st.sampled_from(["", "/", "a", "/b", "\u00e9"]),
    limit=st.integers(1, 9),
)
async def test_pages_of_any_keys(
    tmp_path_factory: pytest.TempPathFactory,
    keys: list[str],
    prefix: str,
    delimiter: str,
    limit: int,
) -> None:
    home = tmp_path_factory.mktemp("listing")
    table = await open_table(SCHEMA, service="storage", settings=Settings(home=home))
    outbox = Outbox(table)
    await write(outbox, keys)
    wanted = Wanted(prefix, delimiter, "", limit)
    assert await whole(outbox, wanted) == model(keys, wanted)
    await table.close()


async def test_many_directories_of_many_files(resources: Resources) -> None:
    keys = [f"{folder:03d}/{file:03d}" for folder in range(120) for file in range(20)] + ["zz"]
    await write(resources.outbox, keys)
    for limit in (1, 7, 119, 120, 121, 1000):
        wanted = Wanted("", "/", "", limit)
        assert await whole(resources.outbox, wanted) == model(keys, wanted)
    assert await whole(resources.outbox, Wanted("", "", "", 999)) == model(keys, Wanted())


@pytest.mark.parametrize("after", ["a", "a/", "a/b", "b", "zzz"])
async def test_after(resources: Resources, after: str) -> None:
    keys = ["a", "a/a", "a/b", "a/c", "b"]
    await write(resources.outbox, keys)
    assert await whole(resources.outbox, Wanted("", "", after)) == model(
        keys, Wanted("", "", after)
    )


async def test_after_a_common_prefix_is_behind_all_of_it(resources: Resources) -> None:
    await write(resources.outbox, ["a", "a/a", "a/b", "b"])
    assert await whole(resources.outbox, Wanted("", "/", "a/")) == (["b"], [])


async def test_no_room_for_anything(resources: Resources) -> None:
    await write(resources.outbox, ["a"])
    found = await list_keys(repository_reader(resources.outbox, UID, ""), Wanted(limit=0))
    assert found == Found()


async def test_an_account_is_its_repositories_one_after_another(resources: Resources) -> None:
    places = {
        "a-b": REPOSITORY.model_copy(update={"repository_id": "a-b", "repository_uid": "1"}),
        "a": REPOSITORY.model_copy(update={"repository_id": "a", "repository_uid": "2"}),
        "c": REPOSITORY.model_copy(update={"repository_id": "c", "repository_uid": "3"}),
    }
    for name in ("a-b", "a"):
        await write(resources.outbox, [f"k{n}" for n in range(5)], places[name].repository_uid)
    expected = [f"{name}/k{n}" for name in ("a-b", "a") for n in range(5)]
    for prefix, limit in (("", 3), ("a", 4), ("a/", 2), ("a/k3", 1), ("none", 1)):
        reader = account_reader(
            lambda one, rest: repository_reader(resources.outbox, one.repository_uid, rest),
            list(places.values()),
            prefix,
        )
        keys: list[str] = []
        wanted = Wanted(prefix, "", "", limit)
        while True:
            found = await list_keys(reader, wanted)
            keys += [entry.key for entry in found.entries]
            if found.last is None:
                break
            wanted = Wanted(prefix, "", found.last, limit)
        assert keys == [key for key in expected if key.startswith(prefix)]


def test_repositories_as_folders_also_empty_ones() -> None:
    names = ["a-b", "a", "c"]
    places = [REPOSITORY.model_copy(update={"repository_id": name}) for name in names]
    assert list_repositories(places, Wanted("", "/")).common_prefixes == ["a-b/", "a/", "c/"]
    first = list_repositories(places, Wanted("", "/", "", 2))
    assert first.last == "a/"
    assert list_repositories(places, Wanted("", "/", "a/", 2)).common_prefixes == ["c/"]
