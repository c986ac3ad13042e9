"""Versions of a few keys as S3 has them, in lists, and the same done at a door."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.deaths import is_up, kill_one, writes_are_mended
from tests.door import Client, Door, body_of, keys_of, make_client, refusal
from tests.waiting import until

KEYS = ("a", "a/b", "b//", "ü" * 20)
PAGE = 3


@dataclass(frozen=True)
class Line:
    """One version: what is in it, None for a marker; the id is not known before it is there."""

    content: bytes | None
    version_id: str = ""


Lines = list[Line]


@dataclass
class Change:
    """What is asked, and what the key has afterwards, newest first."""

    key: str
    after: Lines
    call: Callable[[], Any]

    def done(self, version_id: str) -> Lines:
        """With the id of what came new."""
        return [
            one if one.version_id else replace(one, version_id=version_id) for one in self.after
        ]


@dataclass
class VersionModel:
    """One repository, which nobody else writes to."""

    door: Door
    bucket: str
    clients: list[Client]
    random: random.Random
    status: str = ""
    lines: dict[str, Lines] = field(default_factory=lambda: {key: [] for key in KEYS})

    @property
    def client(self) -> Client:
        """Any of them: their connections lead to one process or the other."""
        return self.random.choice(self.clients)

    def turn(self, status: str) -> None:
        """Enabled or Suspended, known to every process."""
        configuration = {"Status": status}
        self.client.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration=configuration)
        # Each process remembers repositories for half a second.
        time.sleep(0.6)
        self.status = status

    def kept(self, key: str) -> Lines:
        """What stays under something new."""
        return [
            one for one in self.lines[key] if self.status == "Enabled" or one.version_id != "null"
        ]

    def step(self) -> None:
        """Something is done and compared."""
        change = self.change()
        answer = change.call()
        self.lines[change.key] = change.done(answer.get("VersionId", "null"))

    def die(self) -> None:
        """Something is done while a process is killed: it happened as a whole, or not at all."""
        change = self.change()
        choose = random.Random(self.random.random())
        killer = threading.Timer(choose.uniform(0, 0.02), kill_one, (self.door, choose))
        killer.start()
        answer: dict[str, Any] | None = None
        with suppress(BotoCoreError, ClientError):
            answer = change.call()
        killer.join()
        until(lambda: is_up(self.door), seconds=30)
        until(lambda: writes_are_mended(self.door), seconds=30)
        before = self.lines[change.key]
        until(lambda: self.settled(change, before, answer), seconds=40)

    def settled(self, change: Change, before: Lines, answer: dict[str, Any] | None) -> bool:
        """Whether it happened, or did not where nobody was told; recovering may take its time."""
        key, newest = change.key, self.newest_id(change.key)
        is_new = any(not one.version_id for one in change.after)
        if answer is not None:
            self.lines[key] = change.done(answer.get("VersionId", "null"))
        elif is_new and newest and newest not in {one.version_id for one in before}:
            self.lines[key] = change.done(newest)
        else:
            is_done = not is_new and len(self.listed()[key]) == len(change.after)
            self.lines[key] = change.after if is_done else before
        return self.is_so()

    def newest_id(self, key: str) -> str:
        """That of the latest in the list."""
        return next((one[0] for one in self.listed()[key] if one[1]), "")

    def is_so(self) -> bool:
        """Whether all is as it ought to be; recovering may take its time."""
        try:
            self.check()
        except (AssertionError, ClientError):
            return False
        return True

    def change(self) -> Change:
        """Something that is not asked yet."""
        makes = (self.put, self.put, self.delete, self.delete_version, self.restore, self.tag)
        return self.random.choice(makes)(self.random.choice(KEYS))

    def put(self, key: str) -> Change:
        """PutObject."""
        content, client = self.random.randbytes(self.random.choice((0, 1, 70_000))), self.client
        return Change(
            key,
            [Line(content), *self.kept(key)],
            lambda: client.put_object(Bucket=self.bucket, Key=key, Body=content),
        )

    def delete(self, key: str) -> Change:
        """DeleteObject, also of what is not there."""
        client = self.client
        return Change(
            key,
            [Line(None), *self.kept(key)],
            lambda: client.delete_object(Bucket=self.bucket, Key=key),
        )

    def delete_version(self, key: str) -> Change:
        """DeleteObject of one version, which may not be there."""
        lines, client = self.lines[key], self.client
        gone = self.random.choice(lines or [Line(None, "00064f0000000000")])
        wanted = {"Bucket": self.bucket, "Key": key, "VersionId": gone.version_id}
        rest = [one for one in lines if one != gone]
        return Change(key, rest, lambda: client.delete_object(**wanted))

    def restore(self, key: str) -> Change:
        """CopyObject of an old version over what there is."""
        olds = [one for one in self.lines[key][1:] if one.content is not None]
        if not olds:
            return self.put(key)
        old, client = self.random.choice(olds), self.client
        source = {"Bucket": self.bucket, "Key": key, "VersionId": old.version_id}
        return Change(
            key,
            [replace(old, version_id=""), *self.kept(key)],
            lambda: client.copy_object(Bucket=self.bucket, Key=key, CopySource=source),
        )

    def tag(self, key: str) -> Change:
        """PutObjectTagging of a version, which changes no list."""
        there = [one for one in self.lines[key] if one.content is not None]
        if not there:
            return self.put(key)
        wanted = {"Key": key, "VersionId": self.random.choice(there).version_id}
        tagging, client = {"TagSet": [{"Key": "k", "Value": "v"}]}, self.client
        return Change(
            key,
            self.lines[key],
            lambda: client.put_object_tagging(Bucket=self.bucket, **wanted, Tagging=tagging),
        )

    def listed(self) -> dict[str, list[tuple[str, bool, bool]]]:
        """Id, whether it is the latest and whether it is a marker, of each key."""
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, PaginationConfig={"PageSize": PAGE}
        )
        found: dict[str, list[tuple[Any, str, bool, bool]]] = {key: [] for key in KEYS}
        for page in pages:
            lines = [(one, False) for one in page.get("Versions", [])]
            lines += [(one, True) for one in page.get("DeleteMarkers", [])]
            assert len(lines) <= PAGE
            for one, is_marker in lines:
                place = one["LastModified"], one["VersionId"], one["IsLatest"], is_marker
                found[one["Key"]].append(place)
        return {key: [one[1:] for one in lines] for key, lines in found.items()}

    def check(self) -> None:
        """Lists tell of everything and nothing else, and all of it is read."""
        self.check_lists()
        for key, lines in self.lines.items():
            assert self.contents(key, [one.version_id for one in lines]) == [
                one.content for one in lines
            ]
            now = lines[0].content if lines else None
            if now is None:
                assert refusal(self.client.get_object, Bucket=self.bucket, Key=key)[1] == 404
            else:
                assert body_of(self.client, self.bucket, key) == now

    def check_lists(self) -> None:
        """Lists tell of everything and nothing else."""
        told = {key: sorted(lines) for key, lines in self.listed().items()}
        assert told == {
            key: sorted(
                (one.version_id, not place, one.content is None) for place, one in enumerate(lines)
            )
            for key, lines in self.lines.items()
        }
        there = [key for key in KEYS if self.lines[key] and self.lines[key][0].content is not None]
        assert keys_of(self.client, self.bucket) == sorted(there)

    def contents(self, key: str, version_ids: list[str]) -> list[bytes | None]:
        """What is in these versions; a marker has nothing."""
        return [self._content(key, version_id) for version_id in version_ids]

    def _content(self, key: str, version_id: str) -> bytes | None:
        wanted = {"Bucket": self.bucket, "Key": key, "VersionId": version_id}
        if refusal(self.client.head_object, **wanted)[1] == 405:
            return None
        return body_of(self.client, self.bucket, key, VersionId=version_id)


def version_model(door: Door, seed: int) -> VersionModel:
    """A model of a repository of its own, and clients whose connections are spread."""
    clients = [make_client(door, "owner", "", {}) for _ in range(4)]
    return VersionModel(door, door.bucket(), clients, random.Random(seed))
