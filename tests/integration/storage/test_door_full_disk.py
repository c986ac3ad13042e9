"""No room left: an error of S3, nothing half stored, and all well once there is room again."""

import os
from pathlib import Path

import pytest

from tests.door import ACCOUNT, PUBLIC, Door, body_of, keys_of, refusal, stray_files
from tests.waiting import until

MIB = 1024**2
NO_ROOM = ("InsufficientStorage", 507)
BUCKET = f"{ACCOUNT}--{PUBLIC}"


@pytest.fixture
def small(strained: Door) -> Door:
    """The door with a small disk, where one could be mounted."""
    if not strained.bytes_folder.is_mount():
        pytest.skip("no small disk can be mounted here")
    return strained


def free_bytes(folder: Path) -> int:
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def test_a_put_without_room(small: Door) -> None:
    s3 = small.client()
    s3.put_object(Bucket=BUCKET, Key="kept", Body=b"k" * MIB)
    before = free_bytes(small.bytes_folder)
    for key in ("new", "kept"):
        assert refusal(s3.put_object, Bucket=BUCKET, Key=key, Body=b"x" * 30 * MIB) == NO_ROOM
    until(lambda: stray_files(small) == [])
    assert "new" not in keys_of(s3, BUCKET)
    assert body_of(s3, BUCKET, "kept") == b"k" * MIB
    assert abs(free_bytes(small.bytes_folder) - before) < MIB


def test_a_part_and_an_assembly_without_room(small: Door) -> None:
    s3 = small.client()
    place = {"Bucket": BUCKET, "Key": "big"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    sent = s3.upload_part(**place, PartNumber=1, Body=b"x" * 6 * MIB)
    assert refusal(s3.upload_part, **place, PartNumber=2, Body=b"x" * 30 * MIB) == NO_ROOM
    parts = s3.list_parts(**place)["Parts"]
    assert [(part["PartNumber"], part["ETag"]) for part in parts] == [(1, sent["ETag"])]
    s3.abort_multipart_upload(**place)
    until(lambda: stray_files(small) == [])


def test_room_again(small: Door) -> None:
    s3 = small.client()
    s3.put_object(Bucket=BUCKET, Key="after", Body=b"x" * 8 * MIB)
    assert body_of(s3, BUCKET, "after") == b"x" * 8 * MIB
    s3.delete_object(Bucket=BUCKET, Key="after")
    until(lambda: free_bytes(small.bytes_folder) > 20 * MIB)
