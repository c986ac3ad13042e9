"""A process that writes to a SQLite file as fast as it can and says what was acknowledged.

Run as `python -m tests.contract.tables.hammer FILE NAME COUNT`. It prints a line for each
acknowledged write, and adds up in one counter that all such processes share.
"""

import sys
from asyncio import gather, run
from pathlib import Path

from shared.tables import Absent, ConditionFailed, Put, Schema, Table, Update
from shared.tables.sqlite import open_sqlite

SCHEMA = Schema("things")
IN_FLIGHT = 8


async def write_all(table: Table, name: str, count: int) -> None:
    """Each write makes an item, counts it, and claims a place that only one process can have."""

    async def lane(first: int) -> None:
        for n in range(first, count, IN_FLIGHT):
            item = {"pk": name, "sk": f"{n:06}", "text": "x" * 200}
            await table.write(Put(item, Absent()), Update("all", "count", add={"n": 1}))
            sys.stdout.write(f"{n}\n")
            sys.stdout.flush()
            try:
                await table.write(Put({"pk": "claims", "sk": f"{n:06}", "by": name}, Absent()))
            except ConditionFailed:
                continue
            await table.write(Update("all", "claims", add={name: 1}))

    await gather(*(lane(first) for first in range(IN_FLIGHT)))


async def main() -> None:
    """Open, write, close."""
    path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    table = await open_sqlite(SCHEMA, path)
    await write_all(table, name, count)
    await table.close()


if __name__ == "__main__":
    run(main())
