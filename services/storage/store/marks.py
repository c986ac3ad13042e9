"""Marks of repositories that are being written to, for whoever comes after a crash."""

from dataclasses import asdict

from services.storage.models import DirtyMark
from shared.outbox import Outbox
from shared.paging import stretches
from shared.tables import Delete, Put

DIRTY = "DIRTY"


async def mark_dirty(outbox: Outbox, mark: DirtyMark) -> None:
    """Durable before the first file gets its name."""
    await outbox.table.write(Put({"pk": DIRTY, "sk": mark.burst, **asdict(mark)}))


async def clear_mark(outbox: Outbox, burst: str) -> None:
    """Every file of this burst has its record."""
    await outbox.table.write(Delete(DIRTY, burst))


async def dirty_marks(outbox: Outbox) -> list[DirtyMark]:
    """All marks, of processes dead and alive."""
    names, marks = DirtyMark.__dataclass_fields__, list[DirtyMark]()
    async for rows in stretches(
        lambda cursor: outbox.table.query(DIRTY, limit=1000, cursor=cursor)
    ):
        marks += [DirtyMark(**{name: row[name] for name in names}) for row in rows]
    return marks
