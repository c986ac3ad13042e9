"""Writers that put and overwrite objects by S3, and remember what was promised to them."""

import asyncio
import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError


def s3_client(ready: dict[str, Any]) -> Any:
    """boto3 as the sample's first account, without retries: a failure is a failure."""
    person = ready["accounts"][0]
    return boto3.client(
        "s3",
        endpoint_url=ready["s3"],
        aws_access_key_id=person["access_key_id"],
        aws_secret_access_key=person["secret_access_key"],
        region_name="us-east-1",
        config=Config(
            retries={"total_max_attempts": 1},
            connect_timeout=2,
            read_timeout=10,
            s3={"addressing_style": "path"},
            # For an endpoint that is not Amazon's, boto3 would presign as of old.
            signature_version="s3v4",
        ),
    )


@dataclass
class History:
    """What was sent under one key, in order: its MD5, and whether storage said it is stored."""

    attempts: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def acknowledged(self) -> list[str]:
        """The MD5s of what was promised, in order."""
        return [md5 for md5, stored in self.attempts if stored]

    def may_hold(self) -> set[str]:
        """What may be there now: the last promised, or a later one that was not answered."""
        possible: set[str] = set()
        for md5, stored in self.attempts:
            possible = {md5} if stored else possible | {md5}
        return possible


@dataclass
class Writer:
    """One client with keys of its own, so that the order of its changes is known."""

    client: Any
    bucket: str
    prefix: str
    seed: int
    histories: dict[str, History] = field(default_factory=dict)
    stopped: bool = False

    async def write(self) -> None:
        """Put one object after another until stopped."""
        chance = random.Random(self.seed)
        while not self.stopped:
            key = f"{self.prefix}/{chance.randrange(12):02d}/table.csv"
            place = f"{chance.uniform(-90, 90):.3f},{chance.uniform(-180, 180):.3f}"
            body = f"lat,lon,n\n{place},{chance.random()}\n"
            await asyncio.to_thread(self.put, key, body.encode())

    def put(self, key: str, body: bytes) -> None:
        """Put once and remember whether it was promised."""
        history = self.histories.setdefault(key, History())
        md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
        try:
            answer = self.client.put_object(Bucket=self.bucket, Key=key, Body=body)
        except (BotoCoreError, ClientError):
            history.attempts.append((md5, False))
        else:
            assert answer["ETag"].strip('"') == md5
            history.attempts.append((md5, True))


@contextmanager
def stopping(writers: list[Writer]) -> Iterator[None]:
    """The writers stop at the end of the block."""
    try:
        yield
    finally:
        for writer in writers:
            writer.stopped = True
