"""Two storage processes behind one port are one door."""

import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from shared.contracts.accounts import RevokeAccessKey
from tests.control_plane import actor_of
from tests.door import ACCOUNT, PUBLIC, Client, Door, body_of, keys_of, make_client, plain, refusal
from tests.operator_feed import listening
from tests.raw_http import connected, message, read_answer
from tests.signed_requests import request_of
from tests.waiting import until

BUCKET = f"{ACCOUNT}--{PUBLIC}"


@pytest.fixture
def clients(door: Door) -> Iterator[list[Client]]:
    """Connections of their own, spread over both processes by the kernel."""
    clients = [make_client(door, "owner", "", {}) for _ in range(8)]
    yield clients
    for client in clients:
        client.close()


def pids_of(door: Door) -> list[int]:
    return [one["pid"] for one in door.platform.ready["processes"] if one["service"] == "storage"]


def connections_of(pid: int) -> int:
    """How many sockets a process holds."""
    links = (os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir())  # noqa: PTH115
    return sum(link.startswith("socket:") for link in links)


def connect(door: Door) -> socket.socket:
    """A kept connection on which one answer was read."""
    connection = socket.create_connection(door.host, 10)
    connection.sendall(message(request_of("GET", f"{door.url}/{BUCKET}/none")))
    assert read_answer(connection).status == 404
    return connection


def test_both_take_connections(door: Door) -> None:
    pids = pids_of(door)
    assert len(set(pids)) == 2
    before = Counter({pid: connections_of(pid) for pid in pids})
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(connect(door))
        after = Counter({pid: connections_of(pid) for pid in pids})
    assert all((after - before)[pid] >= 5 for pid in pids), (before, after)


def test_what_one_stored_the_other_serves_and_lists(clients: list[Client]) -> None:
    for number, writer in enumerate(clients):
        writer.put_object(Bucket=BUCKET, Key=f"seen/{number}", Body=b"%d" % number)
        for reader in clients:
            assert body_of(reader, BUCKET, f"seen/{number}") == b"%d" % number
            assert len(keys_of(reader, BUCKET, Prefix="seen/")) == number + 1
    clients[0].delete_object(Bucket=BUCKET, Key="seen/0")
    for reader in clients:
        assert refusal(reader.get_object, Bucket=BUCKET, Key="seen/0") == ("NoSuchKey", 404)


def test_only_one_is_first(clients: list[Client]) -> None:
    for attempt in range(10):

        def put(client: Client, key: str = f"first/{attempt}") -> tuple[str, int]:
            body = os.urandom(2000)
            return refusal(client.put_object, Bucket=BUCKET, Key=key, Body=body, IfNoneMatch="*")

        with ThreadPoolExecutor(8) as pool:
            outcomes = Counter(pool.map(put, clients))
        assert outcomes["", 200] == 1, outcomes


def test_of_those_who_write_at_once_one_wins_whole(clients: list[Client]) -> None:
    """Bytes, entity tag and metadata are always of one and the same writer."""

    def write(client: Client) -> None:
        number = clients.index(client)
        for _ in range(15):
            client.put_object(
                Bucket=BUCKET,
                Key="contested",
                Body=b"%d" % number * (1000 + number),
                Metadata={"n": str(number)},
            )
            with client.get_object(Bucket=BUCKET, Key="contested")["Body"] as body:
                seen = body.read()
            assert len(set(seen)) == 1
            assert len(seen) == 1000 + int(seen[:1])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, clients))
    ends = set()
    for client in clients:
        answer = client.get_object(Bucket=BUCKET, Key="contested")
        ends.add((answer["Body"].read()[:1].decode(), answer["Metadata"]["n"], answer["ETag"]))
    assert len(ends) == 1
    (end,) = ends
    assert end[0] == end[1]


def test_parts_sent_to_both(clients: list[Client]) -> None:
    place = {"Bucket": BUCKET, "Key": "joined"}
    place["UploadId"] = clients[0].create_multipart_upload(**place)["UploadId"]

    def send(number: int) -> dict[str, object]:
        part = clients[number].upload_part(
            **place, PartNumber=number, Body=b"%d" % number * 5 * 1024**2
        )
        return {"PartNumber": number, "ETag": part["ETag"]}

    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(send, range(1, 5)))
    clients[7].complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    joined = body_of(clients[6], BUCKET, "joined")
    assert joined == b"".join(b"%d" % number * 5 * 1024**2 for number in range(1, 5))


def test_a_revoked_key_is_refused_by_both_within_a_second(door: Door) -> None:
    owner = door.people["owner"].account
    person = door.people["revoked"] = door.new_key(owner)
    clients = [make_client(door, "revoked", "", {}) for _ in range(8)]
    for client in clients:
        assert refusal(client.head_bucket, Bucket=BUCKET) == ("", 200)
    door.ask(RevokeAccessKey(actor=actor_of(owner), access_key_id=person.access_key_id))
    until(
        lambda: {refusal(client.head_bucket, Bucket=BUCKET)[1] for client in clients} == {403},
        seconds=1,
    )
    for client in clients:
        client.close()


async def test_each_change_is_told_once(door: Door, clients: list[Client]) -> None:
    keys = [f"told/{number:02d}" for number in range(64)]
    async with listening(door.platform.ready) as feed:
        with ThreadPoolExecutor(8) as pool:
            list(
                pool.map(
                    lambda at: clients[at[0] % 8].put_object(Bucket=BUCKET, Key=at[1], Body=b"x"),
                    enumerate(keys),
                )
            )
        await feed.until(lambda: len(feed.named("object_created")) >= len(keys))
    told = [event["data"]["object"]["key"] for event in feed.named("object_created")]
    assert sorted(told) == keys


def answers(door: Door) -> bool:
    """Whether a request is answered; a connection that the dead had not taken yet is reset."""
    try:
        with connected(door.host) as connection:
            connection.sendall(message(request_of("GET", f"{door.url}/{BUCKET}/none")))
            return read_answer(connection).status == 404
    except ConnectionError:
        return False


def test_one_dies_and_the_other_goes_on(door: Door) -> None:
    pids = pids_of(door)
    os.kill(pids[0], signal.SIGKILL)
    until(lambda: not Path(f"/proc/{pids[0]}").exists(), pause=0.001)
    for number in range(20):
        with connected(door.host) as connection:
            connection.sendall(message(request_of("GET", f"{door.url}/{BUCKET}/none")))
            assert read_answer(connection).status == 404, number
    until(lambda: len(set(pids_of(door)) - {0, pids[0]}) == 2, seconds=15)
    until(lambda: all_are_ready(door), seconds=15)


def all_are_ready(door: Door) -> bool:
    """Whether every process says so."""
    try:
        answers = [plain.get(f"{one['ops']}/readyz") for one in door.platform.ready["processes"]]
    except httpx.HTTPError:
        return False
    return all(answer.is_success for answer in answers)
