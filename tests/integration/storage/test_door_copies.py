"""Copies within the door, and many deletions at once."""

from typing import Any

import pytest

from shared.contracts.repositories import Visibility
from tests.door import ACCOUNT, HIDDEN, Client, Door, body_of, keys_of, refusal

MIB = 1024**2
SENT = {"ContentType": "text/csv", "Metadata": {"station": "2091"}}


@pytest.fixture
def source(s3: Client, bucket: str) -> str:
    s3.put_object(Bucket=bucket, Key="a b/é+%.csv", Body=b"n\n1\n", **SENT)
    return bucket


@pytest.mark.parametrize("form", ["dict", "plain", "slash", "version"])
def test_a_copy_is_the_same(s3: Client, source: str, form: str) -> None:
    named: Any = {"Bucket": source, "Key": "a b/é+%.csv"}
    text = f"{source}/a b/é+%.csv"
    named = {"dict": named, "plain": text, "slash": f"/{text}"}.get(form, f"{text}?versionId=null")
    answer = s3.copy_object(Bucket=source, Key="copy.csv", CopySource=named)
    copy = s3.get_object(Bucket=source, Key="copy.csv")
    assert copy["Body"].read() == b"n\n1\n"
    assert {name: copy[name] for name in SENT} == SENT
    assert answer["CopyObjectResult"]["ETag"] == copy["ETag"]


def test_a_copy_of_its_own_is_independent(s3: Client, source: str) -> None:
    s3.copy_object(Bucket=source, Key="copy", CopySource={"Bucket": source, "Key": "a b/é+%.csv"})
    s3.put_object(Bucket=source, Key="a b/é+%.csv", Body=b"changed")
    assert body_of(s3, source, "copy") == b"n\n1\n"
    s3.delete_object(Bucket=source, Key="a b/é+%.csv")
    assert body_of(s3, source, "copy") == b"n\n1\n"


def test_new_metadata_where_asked(s3: Client, source: str) -> None:
    place = {"Bucket": source, "Key": "a b/é+%.csv"}
    fresh = {"ContentType": "text/plain", "Metadata": {"n": "2"}}
    assert refusal(s3.copy_object, **place, CopySource=place) == ("InvalidRequest", 400)
    s3.copy_object(**place, CopySource=place, MetadataDirective="REPLACE", **fresh)
    head = s3.head_object(**place)
    assert {name: head[name] for name in fresh} == fresh
    assert body_of(s3, source, place["Key"]) == b"n\n1\n"


@pytest.mark.parametrize(
    ("named", "code", "status"),
    [
        ("{bucket}/none", "NoSuchKey", 404),
        (f"{ACCOUNT}--none/a", "NoSuchBucket", 404),
        ("a", "InvalidArgument", 400),
        ("{bucket}/a b/é+%.csv?versionId=7", "NoSuchVersion", 404),
    ],
)
def test_nothing_to_copy(s3: Client, source: str, named: str, code: str, status: int) -> None:
    copy = {"Bucket": source, "Key": "copy", "CopySource": named.format(bucket=source)}
    assert refusal(s3.copy_object, **copy) == (code, status)
    assert "copy" not in keys_of(s3, source)


def test_conditions_on_the_source(s3: Client, source: str) -> None:
    place = {"Bucket": source, "Key": "a b/é+%.csv"}
    etag = s3.head_object(**place)["ETag"]
    copy = {"Bucket": source, "Key": "copy", "CopySource": place}
    failed = ("PreconditionFailed", 412)
    assert refusal(s3.copy_object, **copy, CopySourceIfMatch='"other"') == failed
    assert refusal(s3.copy_object, **copy, CopySourceIfNoneMatch=etag) == failed
    assert refusal(s3.copy_object, **copy, CopySourceIfMatch=etag) == ("", 200)


def test_who_may_not_read_may_not_copy(door: Door, s3: Client) -> None:
    s3.put_object(Bucket=ACCOUNT, Key=f"{HIDDEN}/secret", Body=b"secret")
    own = door.client("stranger")
    hidden = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/secret"}
    target = {"Bucket": f"{ACCOUNT}--gauges", "Key": "stolen", "CopySource": hidden}
    assert refusal(own.copy_object, **target)[1] in {403, 404}
    reader = door.client("reader")
    assert refusal(reader.copy_object, **target) == ("AccessDenied", 403)


def test_parts_copied_from_objects(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="source", Body=b"x" * 6 * MIB + b"end")
    place = {"Bucket": bucket, "Key": "joined"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    source = {"Bucket": bucket, "Key": "source"}
    ranges = [f"bytes=0-{6 * MIB - 1}", f"bytes={6 * MIB}-{6 * MIB + 2}"]
    parts = []
    for number, wanted in enumerate(ranges, 1):
        copied = s3.upload_part_copy(
            **place, PartNumber=number, CopySource=source, CopySourceRange=wanted
        )
        parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
    beyond = {"CopySource": source, "CopySourceRange": f"bytes=0-{9 * MIB}", "PartNumber": 3}
    assert refusal(s3.upload_part_copy, **place, **beyond)[1] in {400, 416}
    s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    assert body_of(s3, bucket, "joined") == b"x" * 6 * MIB + b"end"


def test_many_deletions_at_once(s3: Client, bucket: str) -> None:
    keys = [f"{number:03d}" for number in range(30)] + ["a&b <c>", "é\r\n", "//"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    wanted = [{"Key": key} for key in [*keys[5:], "never was"]]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": wanted})
    assert [one["Key"] for one in answer["Deleted"]] == [one["Key"] for one in wanted]
    assert "Errors" not in answer
    assert keys_of(s3, bucket) == keys[:5]
    quiet = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
    assert "Deleted" not in s3.delete_objects(Bucket=bucket, Delete=quiet)
    assert keys_of(s3, bucket) == []


def test_deletions_in_an_account_are_allowed_one_by_one(door: Door, s3: Client) -> None:
    open_to_me = door.repository().repository_id
    for name in (open_to_me, HIDDEN):
        s3.put_object(Bucket=ACCOUNT, Key=f"{name}/kept", Body=b"")
    wanted = [{"Key": f"{open_to_me}/kept"}, {"Key": f"{HIDDEN}/kept"}, {"Key": "none/x"}]
    for who in ("stranger", "reader"):
        answer = door.client(who).delete_objects(Bucket=ACCOUNT, Delete={"Objects": wanted})
        assert {one["Key"] for one in answer["Errors"]} >= {one["Key"] for one in wanted[:2]}
    of_stranger = {
        one["Key"]: one["Code"]
        for one in door.client("stranger").delete_objects(
            Bucket=ACCOUNT, Delete={"Objects": wanted}
        )["Errors"]
    }
    assert of_stranger[wanted[0]["Key"]] == "AccessDenied"
    assert of_stranger[wanted[1]["Key"]] == of_stranger["none/x"]
    answer = door.client("writer").delete_objects(Bucket=ACCOUNT, Delete={"Objects": wanted[:2]})
    assert len(answer["Deleted"]) == 2


def test_too_many_deletions(s3: Client, bucket: str) -> None:
    wanted = {"Objects": [{"Key": str(number)} for number in range(1001)]}
    assert refusal(s3.delete_objects, Bucket=bucket, Delete=wanted) == (
        "MalformedXML",
        400,
    )


def test_a_copy_between_repositories_keeps_its_bytes_hidden(door: Door, s3: Client) -> None:
    target = door.bucket(Visibility.RESTRICTED)
    s3.put_object(Bucket=f"{ACCOUNT}--gauges", Key="open", Body=b"open")
    s3.copy_object(
        Bucket=target, Key="copy", CopySource={"Bucket": f"{ACCOUNT}--gauges", "Key": "open"}
    )
    assert body_of(s3, target, "copy") == b"open"
    anonymous = door.client("anonymous")
    assert refusal(anonymous.get_object, Bucket=target, Key="copy")[0] == "NoSuchBucket"
