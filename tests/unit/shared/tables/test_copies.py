"""Files of SQLite are copied as of one moment while others write, and items of a copy changed."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from shared.errors import Unavailable
from shared.tables import Index, Put, Schema
from shared.tables.copies import change_items, copy_file, drop_items
from shared.tables.port import Item
from shared.tables.sqlite import SqliteTable, open_sqlite

BY_COLOUR, BY_SIZE = Index("colours", "colour", "sk"), Index("sizes", "size", "sk")
SCHEMA = Schema("things", (BY_COLOUR, BY_SIZE))


async def filled(path: Path) -> SqliteTable:
    table = await open_sqlite(SCHEMA, path)
    for pk in ("A", "A#1", "A#2", "B#1"):
        await table.write(Put({"pk": pk, "sk": "x", "colour": "red", "size": "large"}))
    return table


async def test_a_copy_is_of_one_moment(tmp_path: Path) -> None:
    table = await filled(tmp_path / "things.db")
    is_over = False

    async def write() -> None:
        number = 0
        while not is_over:
            both = (Put({"pk": pk, "sk": "n", "number": number}) for pk in ("one", "other"))
            await table.write(*both)
            number += 1

    writing = asyncio.create_task(write())
    for number in range(5):
        await asyncio.sleep(0.02)
        target = tmp_path / f"{number}.db"
        await asyncio.to_thread(copy_file, tmp_path / "things.db", target)
        copy = await open_sqlite(SCHEMA, target)
        one, other = await copy.get("one", "n"), await copy.get("other", "n")
        assert one is not None
        assert other is not None
        assert one["number"] == other["number"]
        assert (await copy.query("red", index="colours")).items
        await copy.close()
    is_over = True
    await writing
    await table.close()


async def test_a_file_that_nobody_has_open_is_copied(tmp_path: Path) -> None:
    await (await filled(tmp_path / "things.db")).close()
    copy_file(tmp_path / "things.db", tmp_path / "copy.db")
    copy = await open_sqlite(SCHEMA, tmp_path / "copy.db")
    assert await copy.get("A", "x")
    await copy.close()


def test_what_is_no_file_of_sqlite_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be opened"):
        copy_file(tmp_path / "none.db", tmp_path / "copy.db")
    (tmp_path / "letter.db").write_text("Dear Ada, " * 1000)
    with pytest.raises(Unavailable, match="damaged"):
        copy_file(tmp_path / "letter.db", tmp_path / "copy.db")


async def test_items_are_dropped_and_changed_by_how_they_begin(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    await (await filled(path)).close()
    drop_items(path, "A#1", "C")

    def painted(item: Item) -> Item | None:
        return item | {"colour": "blue"} if item["pk"] == "A#2" else None

    change_items(path, "A#", painted, Schema("things", (BY_COLOUR,)))

    table = await open_sqlite(SCHEMA, path)
    colours = {
        colour: [one["pk"] for one in (await table.query(colour, index="colours")).items]
        for colour in ("red", "blue")
    }
    assert colours == {"red": ["A", "B#1"], "blue": ["A#2"]}
    assert len((await table.query("large", index="sizes")).items) == 3
    await table.close()


def test_a_copy_holds_nothing_that_was_deleted(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES ('a word that is deleted')")
        connection.commit()
        connection.execute("DELETE FROM t")
    connection.close()
    copy_file(tmp_path / "a.db", tmp_path / "copy.db")
    assert b"deleted" not in (tmp_path / "copy.db").read_bytes()
