"""Tags of objects: set with an object or afterwards, kept by copies, told in headers."""

from typing import Any

import pytest

from tests.door import Client, Door, body_of, plain, refusal
from tests.operator_feed import listening
from tests.waiting import until

MIB = 1024**2
RIVER = [{"Key": "river", "Value": "Rhine"}, {"Key": "two words", "Value": ""}]
HEADER = "river=Rhine&two+words"


def tags_of(s3: Client, bucket: str, key: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    return found


def tag(s3: Client, bucket: str, key: str, tags: list[dict[str, str]] = RIVER) -> None:
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": tags})


def test_set_told_and_removed(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"12345", Metadata={"n": "1"})
    before = s3.head_object(Bucket=bucket, Key="a")
    assert tags_of(s3, bucket, "a") == []
    assert "TagCount" not in before
    tag(s3, bucket, "a")
    assert tags_of(s3, bucket, "a") == RIVER
    # Each process remembers for a second what it read.
    until(lambda: s3.head_object(Bucket=bucket, Key="a").get("TagCount") == 2)
    after = s3.get_object(Bucket=bucket, Key="a")
    assert after["Body"].read() == b"12345"
    for name in ("ETag", "LastModified", "Metadata", "ContentType"):
        assert after[name] == before[name]
    s3.delete_object_tagging(Bucket=bucket, Key="a")
    assert tags_of(s3, bucket, "a") == []
    assert body_of(s3, bucket, "a") == b"12345"


def test_set_with_the_object_and_gone_with_it(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", Tagging=HEADER)
    assert tags_of(s3, bucket, "a") == RIVER
    assert s3.head_object(Bucket=bucket, Key="a")["TagCount"] == 2
    s3.put_object(Bucket=bucket, Key="a", Body=b"2")
    assert tags_of(s3, bucket, "a") == []


def test_set_with_an_upload_of_parts(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "big"}
    upload = s3.create_multipart_upload(**place, Tagging=HEADER)["UploadId"]
    part = s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"1")
    listed = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload=listed)
    assert tags_of(s3, bucket, "big") == RIVER


@pytest.mark.parametrize(
    ("how", "tags"),
    [
        ({}, RIVER),
        ({"Tagging": "other=1"}, RIVER),
        ({"TaggingDirective": "COPY"}, RIVER),
        (
            {"TaggingDirective": "REPLACE", "Tagging": "other=1"},
            [{"Key": "other", "Value": "1"}],
        ),
        ({"TaggingDirective": "REPLACE"}, []),
        ({"MetadataDirective": "REPLACE", "ContentType": "text/csv"}, RIVER),
    ],
)
def test_a_copy(s3: Client, bucket: str, how: dict[str, Any], tags: list[dict[str, str]]) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    body_of(s3, bucket, "a")
    tag(s3, bucket, "a")
    s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"}, **how)
    assert tags_of(s3, bucket, "b") == tags


def test_a_form(s3: Client, bucket: str) -> None:
    tagging = (
        "<Tagging><TagSet><Tag><Key>river</Key><Value>Rhine</Value></Tag>"
        "<Tag><Key>two words</Key><Value></Value></Tag></TagSet></Tagging>"
    )
    fields = {"tagging": tagging}
    form = s3.generate_presigned_post(bucket, "a", Fields=fields, Conditions=[fields])
    answer = plain.post(form["url"], data=form["fields"], files={"file": b"1"})
    assert answer.status_code == 204
    assert tags_of(s3, bucket, "a") == RIVER


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": f"k{number}", "Value": "v"} for number in range(11)],
        [{"Key": "k" * 129, "Value": "v"}],
        [{"Key": "k", "Value": "v" * 257}],
        [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}],
        [{"Key": "aws:k", "Value": "v"}],
        [{"Key": "k?", "Value": "v"}],
    ],
)
def test_refused_tags_change_nothing(s3: Client, bucket: str, tags: list[dict[str, str]]) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", Tagging=HEADER)
    put = {"Bucket": bucket, "Key": "a", "Tagging": {"TagSet": tags}}
    assert refusal(s3.put_object_tagging, **put) == ("InvalidTag", 400)
    assert tags_of(s3, bucket, "a") == RIVER


def test_a_refused_header_stores_nothing(s3: Client, bucket: str) -> None:
    put = {"Bucket": bucket, "Key": "a", "Body": b"1", "Tagging": "k=1&k=2"}
    assert refusal(s3.put_object, **put) == ("InvalidTag", 400)
    copy = {"Bucket": bucket, "Key": "b", "CopySource": f"{bucket}/a", "TaggingDirective": "NONE"}
    assert refusal(s3.copy_object, **copy) == ("InvalidArgument", 400)
    assert refusal(s3.head_object, Bucket=bucket, Key="a")[1] == 404


def test_nothing_to_tag(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "none"}
    assert refusal(s3.get_object_tagging, **place) == ("NoSuchKey", 404)
    assert refusal(s3.delete_object_tagging, **place) == ("NoSuchKey", 404)
    put = {**place, "Tagging": {"TagSet": RIVER}}
    assert refusal(s3.put_object_tagging, **put) == ("NoSuchKey", 404)


def test_readers_read_them_and_do_not_set_them(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", Tagging=HEADER)
    reader = door.client("reader")
    assert tags_of(reader, bucket, "a") == RIVER
    put = {"Bucket": bucket, "Key": "a", "Tagging": {"TagSet": []}}
    assert refusal(reader.put_object_tagging, **put) == ("AccessDenied", 403)
    assert refusal(reader.delete_object_tagging, Bucket=bucket, Key="a") == ("AccessDenied", 403)


async def test_it_is_told(door: Door, s3: Client, bucket: str) -> None:
    async with listening(door.platform.ready) as feed:
        s3.put_object(Bucket=bucket, Key="a", Body=b"1")
        tag(s3, bucket, "a")

        def kinds() -> list[str]:
            name = bucket.partition("--")[2]
            events = [one for one in feed.events if one["data"].get("repository_id") == name]
            return [one["type"] for one in events if "object" in one["data"]]

        await feed.until(lambda: len(kinds()) == 2)
        assert kinds() == ["coop.storage.object_created.v1", "coop.storage.object_tagged.v1"]
        told = [one for one in feed.events if one["type"].startswith("coop.storage.object_tagged")]
        assert told[-1]["data"]["object"]["tags"] == {"river": "Rhine", "two words": ""}
