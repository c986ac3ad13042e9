"""Storage processes that are killed, and what is waited for afterwards."""

import fcntl
import os
import random
import signal
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from tests.door import ACCOUNT, PUBLIC, Door, stray_files
from tests.embedded import alive
from tests.kept_rows import rows_with
from tests.waiting import until

BUCKET = f"{ACCOUNT}--{PUBLIC}"


def pids_of(door: Door) -> list[int]:
    """Those of storage; 0 for one that is being started again."""
    return [one["pid"] for one in door.platform.ready["processes"] if one["service"] == "storage"]


def kill_one(door: Door, choose: random.Random) -> bool:
    """A storage process dies, and is dead when this returns; whether one lived at the moment."""
    pid = choose.choice([pid for pid in pids_of(door) if pid] or [2**22])
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    # Until it is, the kernel goes on giving it connections, which nobody will answer.
    until(lambda: not alive({pid}), seconds=10)
    return True


def is_up(door: Door) -> bool:
    """Whether all storage processes run and are ready again."""
    pids = set(pids_of(door))
    if alive(pids) != pids:
        # Dead, and nobody has noticed yet.
        return False
    try:
        door.client("anonymous").list_objects_v2(Bucket=BUCKET)
    except (BotoCoreError, ClientError):
        return False
    return True


def drafts_are_gone(door: Door) -> bool:
    """Whether nothing is left of the writes that died: neither drafts nor what they replaced."""
    return not [name for name in stray_files(door) if "tmp" in name.split("/")]


def writes_are_mended(door: Door) -> bool:
    """Whether each repository that a dead process wrote to was looked at anew."""
    presences = (door.bytes_folder / ".sc" / "processes").glob("*")
    living = [path.name for path in presences if _is_locked(path)]
    marks = rows_with(door.platform.home, "DIRTY", "storage")
    return all(any(name in mark for name in living) for mark in marks)


def _is_locked(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
