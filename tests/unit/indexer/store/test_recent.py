"""What is remembered is what is there, whoever writes: another process, or this one."""

from pathlib import Path

import pytest

from services.indexer.store.editions import begin_edition, finish_edition
from services.indexer.store.houses import unsettle
from services.indexer.store.layout import SCHEMA
from services.indexer.store.recent import Recent, recent_of
from shared.contracts.repositories import Visibility
from shared.tables import Table
from shared.tables.sqlite import open_sqlite
from tests.repository_rows import put_repository, repository_of

ONE = repository_of("noaa", "mask")
UIDS = [ONE.repository_uid, "none.at-all"]


@pytest.fixture
async def recent(table: Table) -> Recent:
    await put_repository(table, ONE)
    recent = recent_of(table)
    assert await recent.unsettled(table) == []
    ((repository, editions),) = await recent.repositories(table, UIDS)
    assert (repository, editions.current.number) == (ONE, 1)
    return recent


async def test_what_is_written_is_told_at_once(table: Table, recent: Recent) -> None:
    other = ONE.changed(visibility=Visibility.RESTRICTED)
    await put_repository(table, other)
    assert [one[0] for one in await recent.repositories(table, UIDS)] == [other]
    await finish_edition(table, await begin_edition(table, ONE.repository_uid))
    ((_, editions),) = await recent.repositories(table, UIDS)
    assert editions.current.number == 2
    await unsettle(table, UIDS[:1])
    assert [one.repository_uid for one in await recent.unsettled(table)] == UIDS[:1]
    await put_repository(table, repository_of("none", "at-all"))
    assert len(await recent.repositories(table, UIDS)) == 2


async def test_another_process_writes(tmp_path: Path) -> None:
    ours, theirs = [await open_sqlite(SCHEMA, tmp_path / "both.db") for _ in range(2)]
    await put_repository(ours, ONE)
    assert len(await recent_of(ours).repositories(ours, UIDS)) == 1
    other = ONE.changed(title="Another")
    await put_repository(theirs, other)
    assert [one[0] for one in await recent_of(ours).repositories(ours, UIDS)] == [other]
    await ours.close()
    await theirs.close()
