"""Storage is killed again and again in the middle of writes: what it acknowledged is there."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.deaths import BUCKET, drafts_are_gone, is_up, kill_one
from tests.door import (
    ACCOUNT,
    PUBLIC,
    Client,
    Door,
    body_of,
    keys_of,
    make_client,
    opened,
)
from tests.operator_feed import stored
from tests.waiting import until

# So many deaths and so many acknowledged writes there are at least, however long that takes.
KILLS, ACKNOWLEDGED = 7, 21
WRITERS = 3
# Plain, below another, odd for a file system, and one that is in another's way.
NAMES = ("{}/a", "{}/folder/deep/b", "{}//odd", "{}/a/b", "{}/c\n")


class Writer(threading.Thread):
    """Writes to keys of its own, one request after another, and remembers what may be there."""

    def __init__(self, door: Door, number: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.client: Client = make_client(door, "owner", "", {"read_timeout": 10})
        self.random = random.Random(seed)
        self.keys = [name.format(number) for name in NAMES]
        # None: no object. After an answer one is possible, after a broken request several.
        self.possible: dict[str, list[bytes | None]] = {key: [None] for key in self.keys}
        self.acknowledged = 0
        self.over = threading.Event()

    def run(self) -> None:
        """Until it is over."""
        while not self.over.is_set():
            key = self.random.choice(self.keys)
            content = None if self.random.random() < 0.2 else self._content()
            try:
                self._write(key, content)
            except (BotoCoreError, ClientError):
                self.possible[key].append(content)
                self.over.wait(0.05)
            else:
                self.possible[key] = [content]
                self.acknowledged += 1

    def _content(self) -> bytes:
        return self.random.randbytes(self.random.choice((1, 5000, 300_000, 2_000_000)))

    def _write(self, key: str, content: bytes | None) -> None:
        place = {"Bucket": BUCKET, "Key": key}
        if content is None:
            self.client.delete_object(**place)
        elif self.random.random() < 0.2:
            upload = self.client.create_multipart_upload(**place)["UploadId"]
            part = self.client.upload_part(**place, UploadId=upload, PartNumber=1, Body=content)
            parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
            self.client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload=parts)
        else:
            self.client.put_object(**place, Body=content)


@pytest.fixture(
    params=[
        pytest.param(1, id="one process", marks=pytest.mark.slow),
        pytest.param(2, id="two processes"),
    ]
)
def restless(
    request: pytest.FixtureRequest, tmp_path: Path, settings: dict[str, str]
) -> Iterator[Door]:
    processes = str(request.param)
    with opened(tmp_path / "home", COOP_STORAGE__PROCESSES=processes, **settings) as door:
        yield door


@pytest.fixture(params=["plain", pytest.param("sealed", marks=pytest.mark.slow)])
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    return {"COOP_STORAGE__SEALED": "true"} if request.param == "sealed" else {}


def content_at(client: Client, key: str) -> bytes | None:
    try:
        return body_of(client, BUCKET, key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise


@pytest.mark.timeout(180)
async def test_what_was_acknowledged_is_there(restless: Door) -> None:
    choose = random.Random(20261123)
    writers = [Writer(restless, number, seed=number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    kills = written = 0
    while kills < KILLS or written < ACKNOWLEDGED:
        await asyncio.sleep(choose.uniform(0.4, 0.9))
        before, written = written, sum(writer.acknowledged for writer in writers)
        # On a busy machine one that is killed at each start would never write a thing.
        if written > before or choose.random() < 0.2:
            kills += kill_one(restless, choose)
    for writer in writers:
        writer.over.set()
        writer.join()
    until(lambda: is_up(restless), seconds=20)
    # A restarted process looks at what its predecessor wrote to before long.
    until(lambda: drafts_are_gone(restless), seconds=40)
    until(lambda: fitting(restless, writers), seconds=40, pause=0.5)
    client = restless.client()
    contents = {key: content_at(client, key) for one in writers for key in one.keys}
    present = {key: len(content) for key, content in contents.items() if content is not None}
    await told_exactly(restless, present)


async def told_exactly(door: Door, present: dict[str, int]) -> None:
    """The stream has each event once, those of one object in order, the last as things are."""
    end = time.monotonic() + 20
    while True:
        events = [
            one
            for one in await stored(door.platform.ready, "COOP_DATA", "coop.v1.storage.>")
            if one["data"]["repository_id"] == PUBLIC and "object" in one["data"]
        ]
        last = {one["data"]["object"]["key"]: one for one in events}
        told = {
            key: one["data"]["object"]["size"]
            for key, one in last.items()
            if one["type"] == "coop.storage.object_created.v1"
        }
        if told == present:
            break
        assert time.monotonic() < end, (told, present)
        await asyncio.sleep(0.2)
    versions: dict[str, list[int]] = {}
    for one in events:
        versions.setdefault(one["data"]["object"]["key"], []).append(int(one["sequence"]))
    for key, told_versions in versions.items():
        assert told_versions == sorted(set(told_versions)), key


def fitting(door: Door, writers: list[Writer]) -> bool:
    """Each key holds what may be there; lists, bytes and files on the disk say the same."""
    client, present = door.client(), set()
    for writer in writers:
        for key in writer.keys:
            content = content_at(client, key)
            assert content in writer.possible[key], (key, content and content[:20])
            present |= {key} if content is not None else set()
    return set(keys_of(client, BUCKET)) == present and len(files(door)) == len(present)


def files(door: Door) -> list[Path]:
    """Every object's file."""
    return [
        path
        for top in (door.bytes_folder, door.bytes_folder / ".sealed")
        for folder in (top / ACCOUNT / PUBLIC, top / ".sc" / ACCOUNT / PUBLIC / "keys")
        for path in folder.rglob("*")
        if path.is_file()
    ]
