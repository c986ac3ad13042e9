"""A bucket that is lost for good, and processes that die while they copy."""

import json
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.storage.commands import command
from services.storage.settings import MirrorSettings, ServiceSettings, StorageSettings
from tests import embedded, s3_server
from tests.asking import asking
from tests.deaths import BUCKET, is_up, kill_one, pids_of
from tests.door import ACCOUNT, PUBLIC, SETTINGS, Client, Door, body_of, opened, refusal
from tests.kept_rows import rows_with
from tests.waiting import until

BODY = bytes(range(256)) * 4096


@contextmanager
def reopened(door: Door, **settings: str) -> Iterator[Door]:
    """The same platform started once more, with the same people."""
    home = door.platform.home
    with (
        embedded.running(home, **{**SETTINGS, **settings}) as platform,
        asking(platform) as admin,
    ):
        again = Door(platform, admin, people=door.people)
        try:
            yield again
        finally:
            again.close()


def is_copied(home: Path, count: int) -> bool:
    """Whether the mirror has so many of these objects, and nothing waits."""
    copies = rows_with(home, "COPIES#second", "storage")
    return sum("series/" in row for row in copies) == count and not waiting(home)


def waiting(home: Path) -> list[str]:
    """What the mirror has yet to look at."""
    return rows_with(home, "UNCOPIED#second", "storage")


@pytest.mark.slow
@pytest.mark.timeout(s3_server.BUILD_SECONDS)
async def test_a_bucket_is_lost_and_its_mirror_promoted(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    second = {"second": {"blobs": str(tmp_path / "disk")}}
    (tmp_path / "buckets").mkdir()
    with s3_server.running(tmp_path / "buckets") as server:
        where = server.bucket()
        settings = {
            "COOP_STORAGE__BLOBS": where,
            "COOP_STORAGE__BLOBS_OPTIONS": json.dumps(server.options),
            "COOP_STORAGE__BLOBS_PATIENCE": "1",
            "COOP_STORAGE__MIRRORS": json.dumps(second),
            "COOP_STORAGE__MIRROR_SECONDS": "0.1",
        }
        with opened(tmp_path / "home", **settings) as door:
            s3, home = door.client(), door.platform.home
            for number in range(5):
                s3.put_object(Bucket=BUCKET, Key=f"series/{number}", Body=BODY + b"%d" % number)
            until(lambda: is_copied(home, 5))
            server.process.kill()
            server.process.wait()
            _is_read_and_not_written(s3)
            s3.close()
        storage = StorageSettings(
            blobs=where,
            blobs_options=server.options,
            blobs_patience=1,
            mirrors={"second": MirrorSettings(blobs=str(tmp_path / "disk"))},
        )
        code, told = await command(
            ["promote", "second"], ServiceSettings(home=home, storage=storage)
        )
        assert (code, told.splitlines()[-1]) == (0, "second is the primary. Start storage.")
        with reopened(door, **settings) as again:
            client = again.client()
            assert body_of(client, BUCKET, "series/3") == BODY + b"3"
            client.put_object(Bucket=BUCKET, Key="series/3", Body=b"after")
            client.delete_object(Bucket=BUCKET, Key="series/4")
            lying = tmp_path / "disk" / ACCOUNT / PUBLIC / "series"
            assert sorted(path.name for path in lying.iterdir()) == ["0", "1", "2", "3"]
            assert (lying / "3").read_bytes() == b"after"


def _is_read_and_not_written(s3: Client) -> None:
    for number in range(5):
        assert body_of(s3, BUCKET, f"series/{number}") == BODY + b"%d" % number
    ranged = body_of(s3, BUCKET, "series/1", Range="bytes=-1")
    assert ranged == b"1"
    unavailable = ("ServiceUnavailable", 503)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="series/0", Body=b"new") == unavailable
    assert body_of(s3, BUCKET, "series/0") == BODY + b"0"


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_kill_in_the_middle_of_copying_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    settings = {
        "COOP_STORAGE__MIRRORS": json.dumps({"second": {"blobs": str(tmp_path / "disk")}}),
        "COOP_STORAGE__MIRROR_SECONDS": "0.05",
        "COOP_STORAGE__PROCESSES": "2",
    }
    choose = random.Random(5)
    with opened(tmp_path / "home", **settings) as door:
        home, wanted = door.platform.home, dict[str, bytes]()
        for round_ in range(4):
            s3 = door.client("owner", connect_timeout=20 + round_)
            for number in range(30):
                key, body = f"series/{choose.randrange(40)}", b"%d" % number * 200_000
                s3.put_object(Bucket=BUCKET, Key=key, Body=body)
                wanted[key] = body
            gone = choose.choice(sorted(wanted))
            s3.delete_object(Bucket=BUCKET, Key=gone)
            del wanted[gone]
            if round_ % 2:
                kill_one(door, choose)
            else:
                for pid in pids_of(door):
                    os.kill(pid, signal.SIGKILL)
            until(lambda: is_up(door), seconds=30)
        until(lambda: is_copied(home, len(wanted)), seconds=60)
        lying = tmp_path / "disk" / ACCOUNT / PUBLIC
        assert {
            f"series/{path.name}": path.read_bytes() for path in (lying / "series").iterdir()
        } == wanted
