"""What every client is asked to do, and the line of docs/s3-compatibility.md that tells of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.door import ACCOUNT, body_of, keys_of
from tests.foreign.client import Client

MIB = 1024**2
LARGE = "large.bin"
ODD = "a b/c d.bin"
KEYS = (
    "plain.bin",
    ODD,
    "plus+and%percent%20.bin",
    "\u00e9.bin",
    "e\u0301.bin",
    "~tilde=equals&and.bin",
    "d/" * 20 + "deep.bin",
)
NONE = "–"


@dataclass
class Tour:
    """One client in a repository of its own; `seen` fills the columns of the table."""

    client: Client
    folder: Path
    seen: dict[str, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    def take(self) -> dict[str, str]:
        """All of it, in this order; an AssertionError ends it."""
        for name, step in (
            ("small", self.small),
            ("large", self.large),
            ("read", self.read),
            ("list", self.listed),
            ("range", self.part),
            ("copy", self.copy),
            ("sync", self.sync),
            ("delete", self.delete),
        ):
            self.seen[name] = self._step(step)
        return self.seen

    def _step(self, step: Callable[[], str]) -> str:
        try:
            return step()
        except NotImplementedError:
            return NONE

    def small(self) -> str:
        """Files of some kilobytes, under every name."""
        for number, key in enumerate(KEYS):
            self._put(key, 2000 + number)
        return "yes"

    def large(self) -> str:
        """One of 12 MiB; told is how it came."""
        self._put(LARGE, 12 * MIB)
        place = {"Bucket": ACCOUNT, "Key": self._key(LARGE)}
        etag = self.client.door.client().head_object(**place)["ETag"]
        _, dash, parts = etag.strip('"').partition("-")
        return f"parts: {parts}" if dash else "one request"

    def read(self) -> str:
        """Everything, by the client."""
        target = self.folder / "read"
        for key in [*KEYS, LARGE]:
            self.client.download(key, target)
            assert target.read_bytes() == self.contents[key], key
            target.unlink()
        return "yes"

    def listed(self) -> str:
        """Every key, once and exactly."""
        assert self.client.keys() == set(self.contents)
        return "yes"

    def part(self) -> str:
        """A thousand bytes from the middle, across the edge of two parts."""
        target, start = self.folder / "range", 5 * MIB - 500
        self.client.part(LARGE, start, start + 1000, target)
        assert target.read_bytes() == self.contents[LARGE][start : start + 1000]
        return "yes"

    def copy(self) -> str:
        """Each name, below another folder."""
        for key in KEYS:
            self.client.copy(key, f"copies/{key}")
            assert self._stored(f"copies/{key}") == self.contents[key], key
        return "yes"

    def sync(self) -> str:
        """A folder of all names; a second time nothing is sent."""
        source = self.folder / "source"
        for key in KEYS:
            path = source / key
            path.parent.mkdir(parents=True, exist_ok=True)
            self.client.make(path, self.contents[key])
        self.client.sync(source, "synced/")
        before = self._moments("synced/")
        assert before.keys() == {f"synced/{key}" for key in KEYS}
        for key in KEYS:
            assert self._stored(f"synced/{key}") == (source / key).read_bytes(), key
        self.client.sync(source, "synced/")
        return "yes" if self._moments("synced/") == before else "sends all anew"

    def delete(self) -> str:
        """Every object that there is."""
        keys = [key for key in self._present() if not key.endswith("/")]
        assert len(keys) > len(KEYS)
        self.client.delete(keys)
        assert [key for key in self._present() if not key.endswith("/")] == []
        return "yes"

    def _put(self, key: str, size: int) -> None:
        """By the client; or in its place when it only reads."""
        path = self.folder / "file"
        self.client.make(path, random.Random(size).randbytes(size))
        self.contents[key] = path.read_bytes()
        try:
            self.client.upload(path, key)
        except NotImplementedError:
            place = {"Bucket": ACCOUNT, "Key": self._key(key)}
            self.client.door.client().put_object(**place, Body=self.contents[key])
        assert self._stored(key) == self.contents[key], key

    def _key(self, key: str) -> str:
        return f"{self.client.repository}/{key}"

    def _stored(self, key: str) -> bytes:
        return body_of(self.client.door.client(), ACCOUNT, self._key(key))

    def _present(self) -> list[str]:
        return keys_of(self.client.door.client(), f"{ACCOUNT}--{self.client.repository}")

    def _moments(self, prefix: str) -> dict[str, object]:
        """When each object below the prefix was written."""
        bucket = f"{ACCOUNT}--{self.client.repository}"
        pages = self.client.door.client().get_paginator("list_objects_v2")
        return {
            one["Key"]: one["LastModified"]
            for page in pages.paginate(Bucket=bucket, Prefix=prefix)
            for one in page.get("Contents", [])
            if not one["Key"].endswith("/")
        }
