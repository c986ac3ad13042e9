"""The rules of a repository for scripts of other origins; a row for those that have some."""

from collections.abc import Sequence
from typing import Any

from services.storage.store.layout import RECORD_VERSION
from shared.outbox import Outbox
from shared.tables import Delete, Put

SORT = "CORS"


def cors_of(repository_uid: str) -> str:
    """The partition of a repository's rules."""
    return f"CORS#{repository_uid}"


async def find_rules(outbox: Outbox, repository_uid: str) -> list[dict[str, Any]]:
    """Its rules, field by field; none where it has none of its own."""
    row = await outbox.table.get(cors_of(repository_uid), SORT)
    return row["rules"] if row is not None else []


async def put_rules(outbox: Outbox, repository_uid: str, rules: Sequence[dict[str, Any]]) -> None:
    """These in place of all others."""
    row = {
        "pk": cors_of(repository_uid),
        "sk": SORT,
        "schema": RECORD_VERSION,
        "rules": list(rules),
    }
    await outbox.table.write(Put(row))


async def drop_rules(outbox: Outbox, repository_uid: str) -> None:
    """It has none of its own any more."""
    await outbox.table.write(Delete(cors_of(repository_uid), SORT))
