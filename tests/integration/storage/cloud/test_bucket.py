"""What is in the bucket after what was asked of the door, and the door while the bucket is away."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.blob_writes import ODD_KEYS
from tests.door import Client, Door, body_of, keys_of, refusal
from tests.door_model.steps import check, model_of, step
from tests.s3_server import S3Server
from tests.waiting import until

MIB = 1024**2
UNAVAILABLE = ("ServiceUnavailable", 503)


@contextmanager
def silent(back_end: S3Server) -> Iterator[None]:
    """It takes connections and answers nothing."""
    os.kill(back_end.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(back_end.process.pid, signal.SIGCONT)


def names_in(back_end: S3Server, uid: str) -> list[str]:
    """What lies there of a repository."""
    return sorted(
        str(path.relative_to(folder))
        for folder in back_end.folder.glob(f"*/some/prefix/{uid}")
        for path in folder.rglob("*")
        if path.is_file()
    )


def test_any_key_that_s3_allows(s3: Client, bucket: str) -> None:
    # boto3 does not send these as they are.
    keys = [key for key in ODD_KEYS if "./" not in key and not key.endswith(".")]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert sorted(keys_of(s3, bucket)) == sorted(keys)
    for key in keys:
        assert body_of(s3, bucket, key) == key.encode()


def test_one_name_for_one_object(door: Door, s3: Client, back_end: S3Server) -> None:
    repository = door.repository()
    bucket = f"{repository.account_id}--{repository.repository_id}"
    s3.put_object(Bucket=bucket, Key="2024/caf\u00e9.csv", Body=b"a,b\n")
    [name] = names_in(back_end, repository.repository_uid)
    assert name.startswith("2024/caf=C3=A9.csv/")


def test_parts_are_written_once_and_stay_where_they_are(
    door: Door, s3: Client, back_end: S3Server
) -> None:
    repository = door.repository()
    place = {
        "Bucket": f"{repository.account_id}--{repository.repository_id}",
        "Key": "big.bin",
    }
    upload_id = s3.create_multipart_upload(**place)["UploadId"]
    bodies = {1: os.urandom(9 * MIB), 2: os.urandom(5 * MIB), 3: b"end", 4: b"not wanted"}
    tags = {
        number: s3.upload_part(**place, UploadId=upload_id, PartNumber=number, Body=body)["ETag"]
        for number, body in [(2, b"sent again"), *reversed(bodies.items())]
    }
    parts = [{"PartNumber": number, "ETag": tags[number]} for number in (1, 2, 3)]
    done = {**place, "UploadId": upload_id, "MultipartUpload": {"Parts": parts}}
    kept = set(names_in(back_end, repository.repository_uid))
    assert len(kept) == 5
    answer = s3.complete_multipart_upload(**done)
    assert s3.complete_multipart_upload(**done)["ETag"] == answer["ETag"]
    assert body_of(s3, bucket=place["Bucket"], key="big.bin") == b"".join(
        bodies[number] for number in (1, 2, 3)
    )
    now = set(names_in(back_end, repository.repository_uid))
    assert len(now & kept) == 3
    [listed] = now - kept
    assert listed.startswith("big.bin/")


def test_a_body_that_is_refused_leaves_nothing(door: Door, s3: Client, back_end: S3Server) -> None:
    repository = door.repository()
    bucket = f"{repository.account_id}--{repository.repository_id}"
    wrong = {"Bucket": bucket, "Key": "x", "ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
    for body in (b"small", os.urandom(20 * MIB)):
        assert refusal(s3.put_object, **wrong, Body=body) == ("BadDigest", 400)
    assert names_in(back_end, repository.repository_uid) == []
    assert keys_of(s3, bucket) == []


@pytest.mark.slow
def test_a_bucket_that_is_silent_is_unavailable_and_nothing_is_half_done(
    door: Door, s3: Client, back_end: S3Server
) -> None:
    repository = door.repository()
    bucket = f"{repository.account_id}--{repository.repository_id}"
    for key in ("small", "large"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode() * 200_000)
    with silent(back_end):
        for key in ("small", "large"):
            assert refusal(s3.get_object, Bucket=bucket, Key=key) == UNAVAILABLE
        new = {"Bucket": bucket, "Key": "small"}
        assert refusal(s3.put_object, **new, Body=b"other") == UNAVAILABLE
        assert refusal(s3.put_object, **new, Body=os.urandom(20 * MIB)) == UNAVAILABLE
        assert refusal(s3.copy_object, **new, CopySource=f"{bucket}/large") == UNAVAILABLE
        # What needs no bytes goes on.
        assert keys_of(s3, bucket) == ["large", "small"]
        assert refusal(s3.delete_object, Bucket=bucket, Key="large") == ("", 200)
    until(lambda: refusal(s3.get_object, Bucket=bucket, Key="small") == ("", 200))
    assert body_of(s3, bucket, "small") == b"small" * 200_000
    assert keys_of(s3, bucket) == ["small"]


@pytest.mark.timeout(300)
def test_any_order_of_operations(door: Door) -> None:
    with model_of(door, 20261128) as model:
        for _ in range(150):
            step(model)
        check(model)
