"""Tables of items in parts: the one that is told, that before it, and the one being written.

Who reads goes on with the one that was told when they began, until another two have come. What a
writer that died left behind is taken away by the next.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence

from services.indexer.models.mirror import Mirror
from services.indexer.store.layout import ONLY
from shared.purged import not_purged
from shared.tables import Check, Delete, Equals, Item, Put, Table, Update

# As base64 it fits into an item of a table, and into a message.
PART_BYTES = 256 * 1024
DIGITS = 8
# So many parts are read at once, only to be taken away.
SOME = 8


async def find_mirror(table: Table, repository_uid: str) -> Mirror | None:
    """The one that is told."""
    return _mirror(await table.get(*_place(repository_uid)))


async def find_many_mirrors(table: Table, repository_uids: Sequence[str]) -> list[Mirror | None]:
    """Of several repositories, in their order."""
    return [_mirror(row) for row in await table.get_many([_place(uid) for uid in repository_uids])]


async def begin_mirror(table: Table, repository_uid: str, generation: str) -> None:
    """Parts of this one may be written from now on. Raises ConditionFailed where it is purged."""
    place = _place(repository_uid)
    row = await table.get(*place)
    if row and "writing" in row:
        await _remove_parts(table, repository_uid, row["writing"])
    begun = Update(*place, set={"writing": generation})
    await table.write(begun, not_purged(repository_uid))


async def put_part(
    table: Table, repository_uid: str, generation: str, number: int, data: bytes
) -> None:
    """Raises ConditionFailed where another has begun since."""
    unchanged = Check(*_place(repository_uid), when=Equals("writing", generation))
    pk, sk = _part(repository_uid, generation, number)
    await table.write(Put({"pk": pk, "sk": sk, "data": b64encode(data).decode()}), unchanged)


async def finish_mirror(table: Table, repository_uid: str, mirror: Mirror) -> None:
    """From now on this one is told. Raises ConditionFailed where another has begun since."""
    pk, sk = _place(repository_uid)
    row = await table.get(pk, sk) or {}
    if "before" in row:
        await _remove_parts(table, repository_uid, row["before"])
    told = _mirror(row)
    before = {"before": told.generation} if told else {}
    now = {"pk": pk, "sk": sk, "body": mirror.model_dump_json(), **before}
    await table.write(Put(now, when=Equals("writing", mirror.generation)))


async def find_part(
    table: Table, repository_uid: str, generation: str, number: int
) -> bytes | None:
    """None where it is none of it, or no more."""
    row = await table.get(*_part(repository_uid, generation, number))
    return b64decode(row["data"]) if row else None


async def forget_mirror(table: Table, repository_uid: str) -> None:
    """As if there had never been any. It is removed last, by which its parts are found.

    Who is writing one is stopped first.
    """
    place = _place(repository_uid)
    row = await table.get(*place)
    if row is None:
        return
    if "writing" in row:
        await table.write(Update(*place, set={"left": row["writing"]}, remove=("writing",)))
    told = _mirror(row)
    others = [row[name] for name in ("before", "left", "writing") if name in row]
    for generation in [*([told.generation] if told else []), *others]:
        await _remove_parts(table, repository_uid, generation)
    await table.write(Delete(*place))


async def _remove_parts(table: Table, repository_uid: str, generation: str) -> None:
    pk, _ = _part(repository_uid, generation, 0)
    while rows := (await table.query(pk, limit=SOME)).items:
        await table.write(*(Delete(pk, row["sk"]) for row in rows))


def _place(repository_uid: str) -> tuple[str, str]:
    return f"MIRROR#{repository_uid}", ONLY


def _part(repository_uid: str, generation: str, number: int) -> tuple[str, str]:
    return f"MIRROR#{repository_uid}#{generation}", f"{number:0{DIGITS}d}"


def _mirror(row: Item | None) -> Mirror | None:
    return Mirror.model_validate_json(row["body"]) if row and "body" in row else None
