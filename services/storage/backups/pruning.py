"""Snapshots that are to be kept no longer, and the bytes that none of the others needs."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from services.storage.backups.inventory import Inventory
from services.storage.backups.naming import BYTES, MANIFEST, SNAPSHOTS, in_snapshot
from services.storage.backups.snapshots import add_names, snapshots_of
from services.storage.backups.target import Target


async def prune(target: Target, keep: int, folder: Path, made: str) -> Sequence[str]:
    """Keep the one just `made` and the newest of the others, `keep` in all; which ones went.

    After a clock was set back the one just made is not the newest by its name. `folder` is for
    what is on the way.

    Raises Invalid, before anything is removed, where one that is to be kept is damaged.
    """
    snapshots, _ = await snapshots_of(target)
    others = [one for one in snapshots if one != made]
    gone = others[: max(len(others) - keep + 1, 0)]
    kept = [one for one in snapshots if one not in gone]
    with closing(Inventory(folder / "kept.db")) as needed:
        for snapshot in kept:
            await add_names(target, snapshot, needed, folder / "names")
        for snapshot in gone:
            await remove_snapshot(target, snapshot)
        async for page in target.pages(BYTES):
            await target.remove([name for name, _ in page if name not in needed])
    return gone


async def remove_snapshot(target: Target, snapshot: str) -> None:
    """The manifest first: from then on there is none."""
    await target.remove([in_snapshot(snapshot, MANIFEST)])
    async for page in target.pages(f"{SNAPSHOTS}/{snapshot}"):
        await target.remove([name for name, _ in page])
