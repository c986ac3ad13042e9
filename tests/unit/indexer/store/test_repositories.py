"""Repositories in the order of their collections' ids, whatever hyphens their accounts have."""

from random import Random

import pytest

from services.indexer.stac.names import collection_id
from services.indexer.store import repositories
from services.indexer.store.repositories import owners_after, repositories_from
from shared.tables import Table
from tests.repository_rows import put_repository, repository_of

PARTS = ("a", "a0", "b", "0", "ab")


def some_names(seed: int) -> set[tuple[str, str]]:
    """Accounts that begin with each other's names, with a hyphen after it and without."""
    chance = Random(seed)

    def slug() -> str:
        return "-".join(chance.choices(PARTS, k=chance.randint(1, 4)))

    accounts = [slug() for _ in range(12)]
    return {(chance.choice(accounts), slug()) for _ in range(30)}


@pytest.mark.parametrize("seed", range(6))
async def test_they_are_in_the_order_of_collections(
    table: Table, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repositories, "CHUNK", 2)
    names = some_names(seed)
    for name in names:
        await put_repository(table, repository_of(*name))
    ids = sorted(collection_id(*name) for name in names)
    for first in ("", *ids, "a--zz", "a-zz--a", "zz--a"):
        found = [
            collection_id(one.account_id, one.repository_id)
            async for one in repositories_from(table, first)
        ]
        assert found == [one for one in ids if one >= first]


@pytest.mark.parametrize("seed", range(3))
async def test_each_owner_is_found_once(
    table: Table, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repositories, "CHUNK", 2)
    names = some_names(seed)
    for name in names:
        await put_repository(table, repository_of(*name))
    found: list[str] = []
    after: str | None = None
    while True:
        owners, after = await owners_after(table, after)
        found += owners
        if after is None:
            break
    assert sorted(found) == sorted({account for account, _ in names})


async def test_there_may_be_none(table: Table) -> None:
    assert [one async for one in repositories_from(table, "")] == []
