"""What SQLite must do beyond the port: many processes, kill -9, a full disk, a held lock."""

import signal
import sqlite3
import subprocess
import sys
from asyncio import create_task, gather, sleep
from itertools import pairwise
from pathlib import Path
from time import time

import pytest

from shared.errors import Unavailable
from shared.tables import Absent, ConditionFailed, Delete, Index, Put, Range, Schema, Update
from shared.tables.sqlite import SqliteTable, open_sqlite
from tests.contract.tables.hammer import SCHEMA

ROOT = Path(__file__).parents[3]


def hammer(path: Path, name: str, count: int) -> "subprocess.Popen[str]":
    """A process that writes."""
    command = [sys.executable, "-m", "tests.contract.tables.hammer", str(path), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def count_items(table: SqliteTable, pk: str) -> list[str]:
    """All sort keys of a partition."""
    keys: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await table.query(pk, limit=1000, cursor=cursor or None)
        keys += [item["sk"] for item in page.items]
        cursor = page.cursor
    return keys


async def test_several_processes_write_one_file(tmp_path: Path) -> None:
    path, names, count = tmp_path / "things.db", ["one", "two", "three"], 150
    writers = [hammer(path, name, count) for name in names]
    for writer in writers:
        output, _ = writer.communicate(timeout=60)
        assert (writer.returncode, len(output.split())) == (0, count)
    table = await open_sqlite(SCHEMA, path)
    total, claims = await table.get_many([("all", "count"), ("all", "claims")])
    assert (total or {})["n"] == 3 * count
    assert sum((claims or {}).get(name, 0) for name in names) == count
    for name in names:
        assert len(await count_items(table, name)) == count
    await table.close()


async def test_kill_9_loses_no_acknowledged_write(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    for round_ in range(4):
        name = f"round{round_}"
        writer = hammer(path, name, 100_000)
        assert writer.stdout
        acknowledged = [int(writer.stdout.readline()) for _ in range(50 + 37 * round_)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
        writer.stdout.close()
        writer.wait()
        table = await open_sqlite(SCHEMA, path)
        kept = {int(sk) for sk in await count_items(table, name)}
        assert set(acknowledged) <= kept
        before = await count_before(table, round_)
        counted = (await table.get("all", "count") or {})["n"]
        assert counted == before + len(kept), "a transaction was done by halves"
        await table.close()
        check = sqlite3.connect(path)
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        check.close()


async def count_before(table: SqliteTable, rounds: int) -> int:
    """The items of earlier rounds."""
    return sum([len(await count_items(table, f"round{n}")) for n in range(rounds)])


async def test_a_failed_write_leaves_the_others_of_its_commit(tmp_path: Path) -> None:
    table = await open_sqlite(SCHEMA, tmp_path / "things.db")
    await table.write(Put({"pk": "p", "sk": "005"}))
    writes = [
        table.write(Put({"pk": "p", "sk": f"{n:03}"}, Absent()), Update("p", "count", add={"n": 1}))
        for n in range(10)
    ]
    outcomes = await gather(*writes, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(ConditionFailed) == 1
    assert (await table.get("p", "count") or {})["n"] == 9
    await table.close()


async def test_writes_of_one_task_see_each_other(tmp_path: Path) -> None:
    table = await open_sqlite(SCHEMA, tmp_path / "things.db")
    put = table.write(Put({"pk": "p", "sk": "a", "n": 1}, Absent()))
    again = table.write(Update("p", "a", add={"n": 1}))
    gone = table.write(Delete("p", "a"))
    anew = table.write(Update("p", "a", add={"n": 7}, when=Absent()))
    await gather(put, again, gone, anew)
    assert await table.get("p", "a") == {"pk": "p", "sk": "a", "n": 7}
    await table.close()


async def test_a_held_lock_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    table = await open_sqlite(SCHEMA, path, busy_seconds=0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="Another process"):
        await table.write(Put({"pk": "p", "sk": "a"}))
    assert await table.get("p", "a") is None
    other.execute("ROLLBACK")
    other.close()
    await table.write(Put({"pk": "p", "sk": "a"}))
    await table.close()


async def test_a_full_disk_is_unavailable_and_leaves_nothing(tmp_path: Path) -> None:
    table = await open_sqlite(SCHEMA, tmp_path / "things.db")
    # SQLite answers at this size as it does when the disk is full.
    table.writer.connection.execute("PRAGMA max_page_count = 40")
    big = [Put({"pk": "p", "sk": f"{n}", "text": "x" * 30_000}) for n in range(20)]
    with pytest.raises(Unavailable, match="disk is full"):
        await table.write(Put({"pk": "p", "sk": "small"}), *big)
    assert await count_items(table, "p") == []
    await table.write(Put({"pk": "p", "sk": "small"}))
    assert await count_items(table, "p") == ["small"]
    await table.close()


async def test_a_damaged_file_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(Unavailable, match="damaged"):
        await open_sqlite(SCHEMA, path, busy_seconds=0.1)


async def test_a_closed_table_is_unavailable(tmp_path: Path) -> None:
    table = await open_sqlite(SCHEMA, tmp_path / "things.db")
    await table.close()
    await table.close()
    with pytest.raises(Unavailable):
        await table.write(Put({"pk": "p", "sk": "a"}))
    with pytest.raises(Unavailable):
        await table.get("p", "a")


async def test_closing_finishes_what_was_accepted(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    table = await open_sqlite(SCHEMA, path)
    puts = [Put({"pk": "p", "sk": f"{n:03}"}) for n in range(200)]
    tasks = [create_task(table.write(put)) for put in puts]
    await sleep(0)
    await table.close()
    await gather(*tasks)
    table = await open_sqlite(SCHEMA, path)
    assert len(await count_items(table, "p")) == 200
    await table.close()


async def test_a_cancelled_writer_harms_no_other(tmp_path: Path) -> None:
    table = await open_sqlite(SCHEMA, tmp_path / "things.db")
    tasks = [create_task(table.write(Put({"pk": "p", "sk": f"{n}"}))) for n in range(10)]
    await sleep(0)
    tasks[3].cancel()
    outcomes = await gather(*tasks, return_exceptions=True)
    assert [outcome for outcome in outcomes if outcome is None] == [None] * 9
    await table.close()


async def test_an_index_new_to_an_old_file_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    table = await open_sqlite(Schema("things"), path)
    await table.write(
        Put({"pk": "p", "sk": "a\0", "ob": "x\0y", "obsk": "2"}),
        Put({"pk": "p", "sk": "b", "ob": "x\0y", "obsk": "1"}),
        Put({"pk": "p", "sk": "c", "ob": "x\0y"}),
    )
    await table.close()
    table = await open_sqlite(Schema("things", (Index("outbox", "ob", "obsk"),)), path)
    page = await table.query("x\0y", index="outbox")
    assert [item["sk"] for item in page.items] == ["b", "a\0"]
    await table.close()


async def test_what_expired_is_swept_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    table = await open_sqlite(SCHEMA, path, sweep_seconds=0.05)
    await table.write(*(Put({"pk": "p", "sk": f"{n}", "expires_at": time() - 1}) for n in range(9)))
    await table.write(Put({"pk": "p", "sk": "kept", "expires_at": time() + 60}))
    await sleep(0.5)
    await table.close()
    file = sqlite3.connect(path)
    assert file.execute("SELECT sk FROM items").fetchall() == [(b"kept",)]
    file.close()


async def test_a_late_page_costs_no_more_than_the_first(tmp_path: Path) -> None:
    """Neither a delete nor a page may read the rows before it."""
    table = await open_sqlite(SCHEMA, tmp_path / "things.db")
    for first in range(0, 3000, 100):
        await table.write(*(Put({"pk": "p", "sk": f"{n:06}"}) for n in range(first, first + 100)))
    steps: list[int] = []
    counted = [0]

    def count() -> None:
        counted[0] += 1

    table.reader.set_progress_handler(count, 10)
    cursor: str | None = ""
    while cursor is not None:
        page = await table.query("p", limit=100, cursor=cursor or None, start="0")
        cursor = page.cursor
        steps.append(counted[0])
    costs = [after - before for before, after in pairwise([0, *steps])]
    assert max(costs) < 1.5 * min(costs)
    await table.close()


async def test_merging_reads_no_more_than_it_tells(tmp_path: Path) -> None:
    """However much the partitions hold."""
    table = await open_sqlite(SCHEMA, tmp_path / "things.db")
    sizes = {"few": 20, "many": 1000}
    for name, size in sizes.items():
        for first in range(0, size, 20):
            keys = [(f"{name}{n}", f"{sk:06}") for n in range(5) for sk in range(first, first + 20)]
            await table.write(*(Put({"pk": pk, "sk": sk}) for pk, sk in keys))
    await table.get("few0", "000000")  # SQLite has read its schema
    steps = [0]

    def count() -> None:
        steps[0] += 1

    table.reader.set_progress_handler(count, 1)
    for forward in (True, False):
        costs = dict[str, int]()
        for name in sizes:
            before, ranges = steps[0], [Range(f"{name}{n}") for n in range(5)]
            assert (await table.merge(ranges, forward=forward, limit=7)).rest
            costs[name] = steps[0] - before
        assert costs["many"] == costs["few"]
    await table.close()
