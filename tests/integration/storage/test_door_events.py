"""Every change at the door is told once, in order, to whoever has the operator's credentials."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.door import ACCOUNT, HIDDEN, Client, Door, refusal
from tests.operator_feed import Feed, listening


@pytest.fixture
async def feed(door: Door) -> AsyncIterator[Feed]:
    async with listening(door.platform.ready) as feed:
        yield feed


def of_bucket(feed: Feed, bucket: str) -> list[dict[str, Any]]:
    """The events about objects of that repository."""
    repository_id = bucket.partition("--")[2]
    return [
        event
        for event in feed.events
        if event["type"].startswith("coop.storage.object_")
        and event["data"]["repository_id"] == repository_id
    ]


async def settled(feed: Feed, s3: Client, bucket: str) -> list[dict[str, Any]]:
    """All events of the bucket, after one more object was told; without that one."""
    await asyncio.to_thread(s3.put_object, Bucket=bucket, Key="~last", Body=b"")
    await feed.until(
        lambda: [one for one in of_bucket(feed, bucket) if one["data"]["object"]["key"] == "~last"]
    )
    await asyncio.sleep(0.1)
    return [one for one in of_bucket(feed, bucket) if one["data"]["object"]["key"] != "~last"]


async def test_a_new_object(door: Door, s3: Client, feed: Feed, bucket: str) -> None:
    await asyncio.to_thread(
        s3.put_object,
        Bucket=bucket,
        Key="2026/é\r\n.csv",
        Body=b"t,level\n",
        ContentType="text/csv",
        Metadata={"station": "2091"},
    )
    await feed.until(lambda: of_bucket(feed, bucket))
    (event,) = of_bucket(feed, bucket)
    told = event["data"]["object"]
    assert event["specversion"] == "1.0"
    assert event["type"] == "coop.storage.object_created.v1"
    assert event["id"] == f"{told['object_uid']}:{told['version']}"
    assert event["sequence"] == str(told["version"])
    assert told["key"] == "2026/é\r\n.csv"
    assert told["size"] == 8
    assert told["etag"] == hashlib.md5(b"t,level\n").hexdigest()  # noqa: S324 -- S3's entity tag
    assert told["content_type"] == "text/csv"
    assert told["metadata"] == {"station": "2091"}
    assert told["created_by"] == door.people["owner"].account.account_uid
    assert "crc64nvme" in told["checksums"]
    subject = feed.subjects[feed.events.index(event)]
    repository_id = bucket.partition("--")[2]
    assert subject == f"coop.v1.storage.{ACCOUNT}.{repository_id}.object_created"


async def test_each_change_once_and_in_order(s3: Client, feed: Feed, bucket: str) -> None:
    def change() -> None:
        for body in (b"first", b"second", b"second"):
            s3.put_object(Bucket=bucket, Key="a", Body=body)
        s3.delete_object(Bucket=bucket, Key="a")
        s3.put_object(Bucket=bucket, Key="a", Body=b"again")

    await asyncio.to_thread(change)
    events = await settled(feed, s3, bucket)
    assert [event["type"].split(".")[2] for event in events] == [
        *("object_created", "object_created", "object_created"),
        *("object_deleted", "object_created"),
    ]
    versions = [int(event["sequence"]) for event in events]
    assert versions == sorted(set(versions))
    assert len({event["id"] for event in events}) == 5
    assert len({event["data"]["object"]["object_uid"] for event in events}) == 1
    assert events[3]["data"]["object"]["etag"] == events[2]["data"]["object"]["etag"]


async def test_what_changes_nothing_is_not_told(s3: Client, feed: Feed, bucket: str) -> None:
    def try_all() -> None:
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")
        upload = s3.create_multipart_upload(Bucket=bucket, Key="b")["UploadId"]
        s3.upload_part(Bucket=bucket, Key="b", UploadId=upload, PartNumber=1, Body=b"x")
        s3.abort_multipart_upload(Bucket=bucket, Key="b", UploadId=upload)
        s3.delete_object(Bucket=bucket, Key="never was")
        refusal(s3.put_object, Bucket=bucket, Key="a", Body=b"y", IfNoneMatch="*")
        refusal(s3.put_object, Bucket=bucket, Key="c", Body=b"y", ChecksumCRC32="AAAAAA==")
        s3.get_object(Bucket=bucket, Key="a")["Body"].close()

    await asyncio.to_thread(try_all)
    events = await settled(feed, s3, bucket)
    assert [event["data"]["object"]["key"] for event in events] == ["a"]


async def test_every_way_of_writing_is_told(s3: Client, feed: Feed, bucket: str) -> None:
    def write() -> None:
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")
        s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a")
        place = {"Bucket": bucket, "Key": "c"}
        place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
        part = s3.upload_part(**place, PartNumber=1, Body=b"x")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        for _ in range(2):
            s3.complete_multipart_upload(**place, MultipartUpload=parts)
        s3.put_object(Bucket=bucket, Key="d/", Body=b"")
        names = [{"Key": key} for key in ("a", "c", "none")]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": names})

    await asyncio.to_thread(write)
    told = [
        (event["type"].split(".")[2], event["data"]["object"]["key"])
        for event in await settled(feed, s3, bucket)
    ]
    # In order for each object; not from one to another.
    assert sorted(key for kind, key in told if kind == "object_created") == ["a", "b", "c", "d/"]
    assert sorted(key for kind, key in told if kind == "object_deleted") == ["a", "c"]
    assert told.index(("object_created", "a")) < told.index(("object_deleted", "a"))
    assert told.index(("object_created", "c")) < told.index(("object_deleted", "c"))


async def test_many_at_once_are_each_told_once(s3: Client, feed: Feed, bucket: str) -> None:
    keys = [f"{number:03d}" for number in range(100)]
    limit = asyncio.Semaphore(8)

    async def put(key: str) -> None:
        async with limit:
            await asyncio.to_thread(s3.put_object, Bucket=bucket, Key=key, Body=key.encode())

    await asyncio.gather(*(put(key) for key in keys))
    events = await settled(feed, s3, bucket)
    assert sorted(event["data"]["object"]["key"] for event in events) == keys


async def test_no_secret_and_no_person_is_in_any_event(door: Door, s3: Client, feed: Feed) -> None:
    person = door.people["owner"]
    fresh = await asyncio.to_thread(door.new_key, person.account)
    await asyncio.to_thread(s3.put_object, Bucket=ACCOUNT, Key=f"{HIDDEN}/new", Body=b"secret")
    await feed.until(lambda: feed.named("object_created") and feed.named("access_key_created"))
    text = repr(feed.events)
    for credentials in (person.credentials, fresh.credentials):
        assert str(credentials.secret_key) not in text
    assert "identity-ada" not in text
    assert "sealed" not in text
