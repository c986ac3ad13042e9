"""Stored bytes that were found not to be what was stored, until they are again or are gone."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict

from services.storage.models import Fault
from services.storage.store.layout import RECORD_VERSION
from shared.identifiers import object_uid
from shared.outbox import Outbox
from shared.paging import stretches
from shared.tables import Absent, ConditionFailed, Delete, Item, Present, Put, Update

FAULTS = "FAULTS"
PAGE = 100


def fault_name(repository_uid: str, key: str, bytes_id: str) -> str:
    """The same as long as it is about the same bytes; those of a repository stand together."""
    return f"{repository_uid}#{object_uid(repository_uid, key)}#{bytes_id}"


async def note_fault(outbox: Outbox, fault: Fault) -> bool:
    """Whether it is news. Of one that is known, when it was found first stays."""
    row = {"pk": FAULTS, "sk": _name(fault), "schema": RECORD_VERSION, **asdict(fault)}
    try:
        await outbox.table.write(Put(row, when=Absent()))
    except ConditionFailed:
        told = {"kind": fault.kind, "version_id": fault.version_id}
        with suppress(ConditionFailed):  # It was dropped meanwhile.
            await outbox.table.write(Update(FAULTS, _name(fault), set=told, when=Present()))
        return False
    return True


async def drop_fault(outbox: Outbox, fault: Fault) -> None:
    """It is none any more."""
    await outbox.table.write(Delete(FAULTS, _name(fault)))


async def all_faults(outbox: Outbox, repository_uid: str = "") -> AsyncIterator[Fault]:
    """Every one, or those of a repository."""
    prefix = f"{repository_uid}#" if repository_uid else None
    async for rows in stretches(
        lambda cursor: outbox.table.query(FAULTS, prefix=prefix, limit=PAGE, cursor=cursor)
    ):
        for row in rows:
            yield _fault_of(row)


def _name(fault: Fault) -> str:
    return fault_name(fault.repository_uid, fault.key, fault.bytes_id)


def _fault_of(row: Item) -> Fault:
    return Fault(**{name: row[name] for name in Fault.__dataclass_fields__})
