"""Rot behind the back of a running platform: found within a round, told, gone with its bytes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.storage.commands import command
from services.storage.models import Scrub
from services.storage.settings import ServiceSettings
from services.storage.store.layout import SCHEMA
from services.storage.store.scrubs import find_scrub
from shared.outbox import Outbox
from shared.tables import open_table
from tests.backups import rot
from tests.deaths import BUCKET, is_up, pids_of
from tests.door import ACCOUNT, PUBLIC, Door, body_of, opened, plain
from tests.waiting import eventually, until

MEGABYTE = 1_000_000


@pytest.fixture
def door(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Door]:
    """Two processes of storage with this pause between rounds, which have this rate."""
    pause, rate = request.param
    settings = {
        "COOP_STORAGE__PROCESSES": "2",
        "COOP_STORAGE__SCRUB_PAUSE_SECONDS": str(pause),
        "COOP_STORAGE__SCRUB_RATE": str(rate),
    }
    with opened(tmp_path / "home", **settings) as door:
        yield door


async def listed(door: Door) -> str:
    """What an operator is told beside the running platform."""
    code, told = await command(["scrub", "--list"], ServiceSettings(home=door.platform.home))
    assert code == 0
    return told


def metrics(door: Door) -> list[str]:
    """Of each process of storage."""
    ops = [one["ops"] for one in door.platform.ready["processes"] if one["service"] == "storage"]
    return [plain.get(f"{address}/metrics").text for address in ops]


@pytest.mark.parametrize("door", [(0.3, 100 * MEGABYTE)], indirect=True)
async def test_rot_is_found_and_goes(door: Door) -> None:
    client = door.client()
    client.put_object(Bucket=BUCKET, Key="a", Body=b"one")
    rot(door.bytes_folder / ACCOUNT / PUBLIC / "a", b"onf")

    async def is_found() -> bool:
        return f"{BUCKET.replace('--', '/')}/a: damaged" in await listed(door)

    await eventually(is_found)
    until(lambda: all('coop_scrub_faults{kind="damaged"} 1.0' in one for one in metrics(door)))
    # It is read as ever: nobody but an operator knows better bytes.
    assert body_of(client, BUCKET, "a") == b"onf"

    client.put_object(Bucket=BUCKET, Key="a", Body=b"new")
    until(lambda: all('coop_scrub_faults{kind="damaged"} 0.0' in one for one in metrics(door)))
    assert not await is_found()


async def far(door: Door) -> Scrub:
    """How far it is."""
    table = await open_table(
        SCHEMA, service="storage", settings=ServiceSettings(home=door.platform.home)
    )
    try:
        return await find_scrub(Outbox(table))
    finally:
        await table.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("door", [(5, MEGABYTE)], indirect=True)
async def test_a_round_goes_on_after_a_kill(door: Door) -> None:
    for number in range(12):
        door.client().put_object(Bucket=BUCKET, Key=f"{number:02}", Body=b"x" * MEGABYTE)

    async def is_in_the_middle() -> bool:
        return 3 < (await far(door)).objects < 9

    await eventually(is_in_the_middle, seconds=60)
    for pid in pids_of(door):
        os.kill(pid, signal.SIGKILL)
    begun = await far(door)
    assert begun.is_under_way
    until(lambda: is_up(door), seconds=20)

    async def is_over() -> bool:
        return not (await far(door)).is_under_way

    await eventually(is_over, seconds=60)
    done = await far(door)
    # These and the one of the other repository, each once.
    assert (done.began_ms, done.objects) == (begun.began_ms, 13)
