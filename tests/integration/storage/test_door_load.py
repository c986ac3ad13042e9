"""Many at once, slow readers, large bodies: the door stays small and tells the truth."""

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.door import Client, Door, body_of, make_client, plain, stray_files
from tests.operator_feed import Feed, listening
from tests.raw_http import connected, message
from tests.signed_requests import request_of

MIB = 1024**2
KEYS = ("a", "b", "b/c", "d//")


@pytest.fixture
def clients(door: Door) -> Iterator[list[Client]]:
    clients = [make_client(door, "owner", "", {}) for _ in range(6)]
    yield clients
    for client in clients:
        client.close()


def memory_of(door: Door) -> int:
    """Bytes held by the storage processes."""
    pids = [one["pid"] for one in door.platform.ready["processes"] if one["service"] == "storage"]
    return 4096 * sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)


def change(client: Client, bucket: str, chance: random.Random) -> None:
    """Put, delete, or put on a condition, at random."""
    place = {"Bucket": bucket, "Key": chance.choice(KEYS)}
    body = b"%d" % chance.randrange(1000)
    match chance.randrange(4):
        case 0:
            client.delete_object(**place)
        case 1:
            try:
                client.put_object(**place, Body=body, IfNoneMatch="*")
            except ClientError as error:
                if error.response["Error"]["Code"] not in {
                    "PreconditionFailed",
                    "ConditionalRequestConflict",
                }:
                    raise
        case _:
            client.put_object(**place, Body=body)


async def test_what_was_told_last_is_what_is_there(
    door: Door, clients: list[Client], bucket: str
) -> None:
    """Writers and deleters in both processes; every event follows from the one before it."""

    def work(number: int) -> None:
        chance = random.Random(number)
        for _ in range(40):
            change(clients[number], bucket, chance)

    def run() -> None:
        with ThreadPoolExecutor(len(clients)) as pool:
            list(pool.map(work, range(len(clients))))
        clients[0].put_object(Bucket=bucket, Key="~last", Body=b"")

    async with listening(door.platform.ready) as feed:
        await asyncio.to_thread(run)
        await feed.until(lambda: histories(feed, bucket).keys() >= {*KEYS, "~last"})
        await asyncio.sleep(0.3)
    for key, history in histories(feed, bucket).items():
        kinds = [kind for _, kind, _ in history]
        assert history == sorted(history), key
        assert kinds[0] == "object_created", key
        assert "object_deleted object_deleted" not in " ".join(kinds), key
        _, kind, etag = history[-1]
        assert etag_of(clients[0], bucket, key) == (etag if kind == "object_created" else ""), key


def histories(feed: Feed, bucket: str) -> dict[str, list[tuple[int, str, str]]]:
    """What was told of each key of the bucket: sequence, event and entity tag."""
    told = defaultdict(list)
    for event in feed.events:
        if (
            event["data"].get("repository_id") == bucket.partition("--")[2]
            and "object" in event["data"]
        ):
            record, kind = event["data"]["object"], event["type"].split(".")[2]
            told[record["key"]].append((int(event["sequence"]), kind, record["etag"]))
    return told


def etag_of(client: Client, bucket: str, key: str) -> str:
    """Of the object that is there now; empty where there is none."""
    try:
        return str(client.head_object(Bucket=bucket, Key=key)["ETag"].strip('"'))
    except ClientError:
        return ""


def test_readers_who_stand_still_hold_little(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="big", Body=os.urandom(64 * MIB))
    before = memory_of(door)
    with ExitStack() as stack:
        for _ in range(16):
            connection = stack.enter_context(connected(door.host))
            connection.sendall(message(request_of("GET", f"{door.url}/{bucket}/big")))
            connection.recv(1000)
        small = [plain.get(f"{door.url}/{bucket}/none").status_code for _ in range(20)]
        assert memory_of(door) - before < 96 * MIB
    assert small == [404] * 20


def test_large_bodies_are_not_held(door: Door, s3: Client, bucket: str) -> None:
    body = os.urandom(128 * MIB)
    s3.put_object(Bucket=bucket, Key="warm", Body=body[: 32 * MIB])
    before = memory_of(door)
    s3.put_object(Bucket=bucket, Key="big", Body=body)
    assert memory_of(door) - before < 64 * MIB
    assert body_of(s3, bucket, "big") == body
    assert stray_files(door) == []


def test_many_who_say_nothing_do_not_close_the_door(door: Door) -> None:
    with ExitStack() as stack:
        for number in range(200):
            connection = stack.enter_context(connected(door.host))
            connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n"[: number % 20])
        for _ in range(10):
            assert plain.get(f"{door.url}/river-lab--gauges/none").status_code == 404


def test_deleting_only_what_was_read(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "a"}
    etag = s3.put_object(**place, Body=b"x")["ETag"]
    s3.put_object(**place, Body=b"y")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.delete_object(**place, IfMatch=etag)
    assert body_of(s3, bucket, "a") == b"y"
    s3.delete_object(**place, IfMatch=s3.head_object(**place)["ETag"])
