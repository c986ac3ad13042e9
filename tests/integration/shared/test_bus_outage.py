"""The bus is away for a while: data flows on, and afterwards everything is indexed."""

import gc
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.door import Client, Door, body_of, keys_of, opened
from tests.embedded import descendants
from tests.indexed import SERVICES, events_of, is_settled, items_of
from tests.waiting import until


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("outage") / "home", **SERVICES) as door:
        yield door


def nats_of(door: Door) -> int:
    """The process of the bus."""
    (pid,) = (
        pid
        for pid in descendants(door.platform.process.pid)
        if b"nats-server" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    )
    return pid


def write_for(seconds: float, s3: Client, bucket: str) -> int:
    """Put, get and list for so long, each within a second; how many objects were put."""
    written, stop = 0, time.monotonic() + seconds
    while time.monotonic() < stop:
        steps = [time.monotonic()]
        key = f"during/{written:04d}.csv"
        s3.put_object(Bucket=bucket, Key=key, Body=b"lat,lon\n3.0,%d.0\n" % (written % 90))
        steps.append(time.monotonic())
        assert body_of(s3, bucket, key).startswith(b"lat")
        steps.append(time.monotonic())
        assert len(keys_of(s3, bucket, Prefix="during/")) == written + 1
        steps.append(time.monotonic())
        assert steps[-1] - steps[0] < 1, steps
        written += 1
        time.sleep(0.1)
    return written


@contextmanager
def undisturbed_by_rubbish() -> Iterator[None]:
    """What thousands of tests have left in this process is not gone through while time counts."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seconds", "end"),
    [
        pytest.param(10, signal.SIGCONT, id="10 s, silent"),
        pytest.param(10, signal.SIGKILL, id="10 s, then dead"),
        pytest.param(60, signal.SIGCONT, id="60 s, silent"),
        pytest.param(60, signal.SIGKILL, id="60 s, then dead"),
    ],
)
@pytest.mark.timeout(240)
async def test_data_flows_on(door: Door, seconds: int, end: signal.Signals) -> None:
    repository_id = door.repository().repository_id
    s3, bucket = door.client(), f"river-lab--{repository_id}"
    s3.put_object(Bucket=bucket, Key="before.csv", Body=b"lat,lon\n1.0,2.0\n")
    until(lambda: is_settled(door, repository_id, 1))
    pid = nats_of(door)
    os.kill(pid, signal.SIGSTOP)
    try:
        with undisturbed_by_rubbish():
            written = write_for(seconds, s3, bucket)
        s3.delete_object(Bucket=bucket, Key="before.csv")
    finally:
        os.kill(pid, end)

    until(lambda: is_settled_again(door, repository_id, written), seconds=60, pause=0.2)
    assert len(items_of(door, repository_id)) == written
    events = await events_of(door, repository_id)
    assert len({event["id"] for event in events}) == len(events)
    kinds = [event["type"].split(".")[2] for event in events]
    assert kinds.count("object_created") == written + 1
    assert kinds.count("object_deleted") == 1


def is_settled_again(door: Door, repository_id: str, files: int) -> bool:
    """As `is_settled`, while there may still be nobody to ask."""
    try:
        return is_settled(door, repository_id, files)
    except Exception:  # noqa: BLE001 -- any failure means not yet
        return False
