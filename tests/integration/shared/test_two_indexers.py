"""Two indexers share the load that two storage processes make; one leaves and comes back."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.door import Door, keys_of, make_client, opened
from tests.indexed import SERVICES, entries_of, events_of, is_settled, items_of
from tests.waiting import until

FILES, FOLDERS, WRITERS = 300, 8, 4
TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    settings = SERVICES | {"COOP_INDEXER__PROCESSES": "2", "COOP_STORAGE__PROCESSES": "2"}
    with opened(tmp_path_factory.mktemp("pair") / "home", **settings) as door:
        yield door


def pids_of(door: Door, service: str = "indexer") -> list[int]:
    return [one["pid"] for one in door.platform.ready["processes"] if one["service"] == service]


def seconds_of(pid: int) -> float:
    """The CPU seconds of a process and of the children it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def place(number: int) -> bytes:
    """A table with one place on Earth."""
    return f"lat,lon,n\n{number % 90}.5,{number % 180}.25,{number}\n".encode()


def write(door: Door, repository_id: str, rounds: range) -> None:
    """Put every file once a round, several writers at a time."""
    clients = [make_client(door, "owner", "", {}) for _ in range(WRITERS)]

    def put(task: tuple[int, int]) -> None:
        turn, number = task
        clients[number % WRITERS].put_object(
            Bucket=f"river-lab--{repository_id}",
            Key=f"d{number % FOLDERS}/{number:04d}.csv",
            Body=place(number + turn),
        )

    with ThreadPoolExecutor(WRITERS) as pool:
        for turn in rounds:
            list(pool.map(put, ((turn, number) for number in range(FILES))))
    for client in clients:
        client.close()


def is_read(door: Door, repository_id: str, rounds: int) -> bool:
    """Whether every file is known as the last round left it."""
    longitudes = Counter(item["bbox"][0] for item in items_of(door, repository_id))
    expected = Counter(n % 180 + 0.25 for n in range(rounds - 1, FILES + rounds - 1))
    return longitudes == expected and is_settled(door, repository_id, FILES)


async def assert_whole(door: Door, repository_id: str, rounds: int) -> None:
    """Everything is there once: files, items, sums, events."""
    keys = keys_of(door.client(), f"river-lab--{repository_id}")
    folders = entries_of(door, repository_id)
    assert sum(entry.files for entry in folders) == len(keys) == FILES
    assert len(folders) == FOLDERS
    items = items_of(door, repository_id)
    assert len(items) == len({item["id"] for item in items}) == FILES
    assert is_read(door, repository_id, rounds)
    events = await events_of(door, repository_id)
    assert len({event["id"] for event in events}) == len(events)
    kinds = Counter(event["type"] for event in events)
    assert kinds["coop.storage.object_created.v1"] == FILES * rounds
    indexed = [one["data"]["file"] for one in events if "item_indexed" in one["type"]]
    newest = {one["key"]: one["version"] for one in indexed}
    versions = Counter((one["key"], one["version"]) for one in indexed)
    assert set(versions.values()) == {1}
    assert len(newest) == FILES


@pytest.mark.timeout(180)
async def test_both_work(pair: Door) -> None:
    repository_id = pair.repository().repository_id
    pids = pids_of(pair)
    assert len(set(pids)) == len(set(pids_of(pair, "storage"))) == 2
    before = [seconds_of(pid) for pid in pids]
    write(pair, repository_id, range(1))
    until(lambda: is_read(pair, repository_id, 1), seconds=60, pause=0.2)
    used = [seconds_of(pid) - start for pid, start in zip(pids, before, strict=True)]
    assert min(used) > max(used) / 5, used
    await assert_whole(pair, repository_id, 1)


@pytest.mark.parametrize(
    "how", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)]
)
@pytest.mark.timeout(180)
async def test_one_leaves_and_comes_back_under_load(pair: Door, how: signal.Signals) -> None:
    repository_id = pair.repository().repository_id
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write, pair, repository_id, range(2))
        until(lambda: keys_of(pair.client(), f"river-lab--{repository_id}")[50:])
        (first, _) = pids_of(pair)
        os.kill(first, how)
        until(lambda: len(set(pids_of(pair)) - {0, first}) == 2, seconds=20)
        writing.result()
    until(lambda: is_read(pair, repository_id, 2), seconds=60, pause=0.2)
    await assert_whole(pair, repository_id, 2)
