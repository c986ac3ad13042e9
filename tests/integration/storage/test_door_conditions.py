"""If-Match and its kin on reading and on writing."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.door import Client, Door, body_of, make_client, refusal

OTHER = '"00000000000000000000000000000000"'
NOW = datetime.now(UTC)
BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
HELD, FAILED, NOT_MODIFIED = ("", 200), ("PreconditionFailed", 412), ("304", 304)
FAILED_HEAD = ("412", 412)


@pytest.fixture
def etag(s3: Client, bucket: str) -> str:
    return str(s3.put_object(Bucket=bucket, Key="a", Body=b"first")["ETag"])


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"IfMatch": "same"}, HELD),
        ({"IfMatch": "*"}, HELD),
        ({"IfMatch": OTHER}, FAILED),
        ({"IfNoneMatch": "same"}, NOT_MODIFIED),
        ({"IfNoneMatch": "*"}, NOT_MODIFIED),
        ({"IfNoneMatch": OTHER}, HELD),
        ({"IfModifiedSince": BEFORE}, HELD),
        ({"IfModifiedSince": AFTER}, NOT_MODIFIED),
        ({"IfUnmodifiedSince": BEFORE}, FAILED),
        ({"IfUnmodifiedSince": AFTER}, HELD),
        # RFC 9110 §13.2.2: an entity tag silences the date beside it.
        ({"IfMatch": "same", "IfUnmodifiedSince": BEFORE}, HELD),
        ({"IfNoneMatch": OTHER, "IfModifiedSince": AFTER}, HELD),
    ],
)
def test_reading(
    s3: Client, bucket: str, etag: str, conditions: dict[str, Any], expected: tuple[str, int]
) -> None:
    given = {name: etag if value == "same" else value for name, value in conditions.items()}
    assert refusal(s3.get_object, Bucket=bucket, Key="a", **given) == expected
    expected = FAILED_HEAD if expected == FAILED else expected
    assert refusal(s3.head_object, Bucket=bucket, Key="a", **given) == expected


@pytest.mark.usefixtures("etag")
def test_writing_only_what_is_not_there(s3: Client, bucket: str) -> None:
    write = {"Bucket": bucket, "Body": b"second", "IfNoneMatch": "*"}
    assert refusal(s3.put_object, Key="a", **write) == FAILED
    assert body_of(s3, bucket, "a") == b"first"
    assert refusal(s3.put_object, Key="b", **write) == HELD
    s3.delete_object(Bucket=bucket, Key="a")
    assert refusal(s3.put_object, Key="a", **write) == HELD


def test_writing_only_over_what_was_read(s3: Client, bucket: str, etag: str) -> None:
    write = {"Bucket": bucket, "Body": b"second"}
    assert refusal(s3.put_object, Key="a", IfMatch=OTHER, **write) == FAILED
    assert body_of(s3, bucket, "a") == b"first"
    assert refusal(s3.put_object, Key="a", IfMatch=etag, **write) == HELD
    assert body_of(s3, bucket, "a") == b"second"
    assert refusal(s3.put_object, Key="a", IfMatch=etag, **write) == FAILED
    assert refusal(s3.put_object, Key="none", IfMatch=etag, **write) == ("NoSuchKey", 404)


def test_completing_only_what_is_not_there(s3: Client, bucket: str, etag: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="a", UploadId=upload, PartNumber=1, Body=b"parts")
    complete = {
        "Bucket": bucket,
        "Key": "a",
        "UploadId": upload,
        "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    }
    assert refusal(s3.complete_multipart_upload, IfNoneMatch="*", **complete) == FAILED
    assert body_of(s3, bucket, "a") == b"first"
    assert refusal(s3.complete_multipart_upload, IfMatch=etag, **complete) == HELD
    assert body_of(s3, bucket, "a") == b"parts"


def test_of_many_writers_who_want_to_be_first_one_is(door: Door, s3: Client, bucket: str) -> None:
    outcomes: dict[bytes, tuple[str, int]] = {}
    clients = [make_client(door, "owner", "", {}) for _ in range(8)]

    def write(number: int) -> None:
        body = b"writer %d" % number
        outcomes[body] = refusal(
            clients[number].put_object, Bucket=bucket, Key="n", Body=body, IfNoneMatch="*"
        )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    winners = [body for body, outcome in outcomes.items() if outcome == HELD]
    assert len(winners) == 1
    assert body_of(s3, bucket, "n") == winners[0]
    lost = {outcome for outcome in outcomes.values() if outcome != HELD}
    assert lost <= {FAILED, ("ConditionalRequestConflict", 409)}
