"""Histories of purged repositories: their events are rows too, and say what they were."""

from services.repositories.store.layout import DUE, due_at
from shared.outbox import Outbox, history_key
from shared.tables import Action, Delete, Put

HISTORY = "HISTORY"
PURGED = "PURGED"
# A transaction takes a hundred.
STEP = 90


def history_to_drop(repository_uid: str, *, moment: int) -> Action:
    """That there is a history to remove, for whoever comes next."""
    index = {"due": HISTORY, "due_at": due_at(moment)}
    return Put({"pk": _purged(repository_uid), "sk": PURGED, "uid": repository_uid, **index})


async def next_histories(outbox: Outbox) -> list[str]:
    """Some repositories whose history is to be removed."""
    page = await outbox.table.query(HISTORY, index=DUE.name, limit=STEP)
    return [item["uid"] for item in page.items]


async def drop_history(outbox: Outbox, repository_uid: str) -> None:
    """Remove what was published; what waits still is removed another time."""
    for aggregate in (repository_uid, f"{repository_uid}.transfer"):
        if not await _drop(outbox, aggregate):
            return
    await outbox.table.write(Delete(_purged(repository_uid), PURGED))


async def _drop(outbox: Outbox, aggregate: str) -> bool:
    """Whether all of it is gone."""
    while True:
        page = await outbox.table.query(history_key(aggregate), limit=STEP)
        sent = [item for item in page.items if "ob" not in item]
        if sent:
            await outbox.table.write(*(Delete(item["pk"], item["sk"]) for item in sent))
        if len(sent) < len(page.items):
            return False
        if not page.cursor:
            return True


def _purged(repository_uid: str) -> str:
    return f"PURGED#{repository_uid}"
