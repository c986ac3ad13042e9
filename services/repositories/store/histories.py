"""Histories of purged repositories: their events are rows too, and say what they were."""

from services.repositories.store.layout import DUE, due_at
from shared.outbox import Outbox
from shared.tables import Action, Delete, Put

HISTORY = "HISTORY"
PURGED = "PURGED"
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
        if not await outbox.forget(aggregate):
            return
    await outbox.table.write(Delete(_purged(repository_uid), PURGED))


def _purged(repository_uid: str) -> str:
    return f"PURGED#{repository_uid}"
