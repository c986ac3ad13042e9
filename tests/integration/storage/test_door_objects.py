"""Objects through the door: what was sent comes back, byte for byte and header for header."""

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest

from tests.door import Client, Door, body_of, plain, refusal, stray_files


@pytest.mark.parametrize("size", [0, 1, 4096, 65_537, 1_048_576, 5_000_001])
def test_any_size_comes_back(s3: Client, bucket: str, size: int) -> None:
    body = os.urandom(size)
    stored = s3.put_object(Bucket=bucket, Key="levels.bin", Body=body)
    assert stored["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'  # noqa: S324 -- S3's entity tag

    answer = s3.get_object(Bucket=bucket, Key="levels.bin")
    assert answer["Body"].read() == body
    assert answer["ContentLength"] == size
    assert answer["ETag"] == stored["ETag"]
    assert answer["AcceptRanges"] == "bytes"
    assert abs(datetime.now(UTC) - answer["LastModified"]) < timedelta(seconds=10)
    assert "VersionId" not in answer


def test_head_says_what_get_says(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"12345", ContentType="text/csv")
    head, got = s3.head_object(Bucket=bucket, Key="a"), s3.get_object(Bucket=bucket, Key="a")
    got.pop("Body").close()
    for answer in (head, got):
        headers = answer.pop("ResponseMetadata")["HTTPHeaders"]
        assert headers["content-length"] == "5"
        assert "x-amz-version-id" not in headers
    # boto3 asks for checksums with each GET, and not with HEAD.
    assert head == {name: got[name] for name in got if not name.startswith("Checksum")}


def test_headers_and_metadata_come_back_as_sent(s3: Client, bucket: str) -> None:
    sent = {
        "ContentType": "text/csv; charset=utf-8; header=present",
        "ContentEncoding": "gzip",
        "ContentDisposition": 'attachment; filename="stage.csv"',
        "ContentLanguage": "de-CH",
        "CacheControl": "max-age=60, no-transform",
        "Metadata": {"station": "2091", "note": "a b  c", "mixed-Case": "Kept As Is", "empty": ""},
    }
    s3.put_object(Bucket=bucket, Key="stage.csv.gz", Body=b"\x1f\x8b", **sent)
    head = s3.head_object(Bucket=bucket, Key="stage.csv.gz")
    metadata = sent.pop("Metadata")
    assert {name: head[name] for name in sent} == sent
    assert head["Metadata"] == {name.lower(): value for name, value in metadata.items()}


def test_without_a_type_it_is_binary(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    assert s3.head_object(Bucket=bucket, Key="a")["ContentType"] == "binary/octet-stream"


def test_metadata_has_room_for_two_kilobytes(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"", Metadata={"a": "x" * 2047})
    assert refusal(s3.put_object, Bucket=bucket, Key="b", Body=b"", Metadata={"a": "x" * 2048}) == (
        "MetadataTooLarge",
        400,
    )


def test_the_last_put_is_what_is_there(s3: Client, bucket: str) -> None:
    for body in (b"first", b"second, longer", b"3"):
        s3.put_object(Bucket=bucket, Key="a", Body=body, Metadata={"n": str(len(body))})
    head = s3.head_object(Bucket=bucket, Key="a")
    assert body_of(s3, bucket, "a") == b"3"
    assert head["Metadata"] == {"n": "1"}
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [(entry["Key"], entry["Size"]) for entry in listed] == [("a", 1)]


def test_deleted_is_gone_and_again_is_no_error(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"x")
    for _ in range(2):
        answer = s3.delete_object(Bucket=bucket, Key="a/b")
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refusal(s3.get_object, Bucket=bucket, Key="a/b") == ("NoSuchKey", 404)
    assert refusal(s3.head_object, Bucket=bucket, Key="a/b") == ("404", 404)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_deleted_key_can_be_written_again(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"old", Metadata={"age": "old"})
    s3.delete_object(Bucket=bucket, Key="a")
    s3.put_object(Bucket=bucket, Key="a", Body=b"new")
    assert body_of(s3, bucket, "a") == b"new"
    assert s3.head_object(Bucket=bucket, Key="a")["Metadata"] == {}


def test_a_reader_may_ask_for_other_headers(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a.csv", Body=b"n\n1\n")
    answer = s3.get_object(
        Bucket=bucket,
        Key="a.csv",
        ResponseContentType="text/csv",
        ResponseContentDisposition="attachment",
        ResponseCacheControl="no-store",
    )
    answer["Body"].close()
    assert answer["ContentType"] == "text/csv"
    assert answer["ContentDisposition"] == "attachment"
    assert answer["CacheControl"] == "no-store"


def test_an_anonymous_reader_may_not(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a.csv", Body=b"n\n1\n")
    url = f"{door.url}/{bucket}/a.csv?response-content-type=text/html"
    assert "InvalidRequest" in plain.get(url).text


def test_the_plain_layout_can_be_read_by_people(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="2026/stage.csv", Body=b"t,level\n")
    account, _, repository = bucket.partition("--")
    path = door.bytes_folder / account / repository / "2026" / "stage.csv"
    assert path.read_bytes() == b"t,level\n"
    assert stray_files(door) == []


def test_the_object_attributes(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"12345", ChecksumAlgorithm="SHA256")
    answer = s3.get_object_attributes(
        Bucket=bucket, Key="a", ObjectAttributes=["ETag", "ObjectSize", "Checksum"]
    )
    assert answer["ObjectSize"] == 5
    assert answer["ETag"] == hashlib.md5(b"12345").hexdigest()  # noqa: S324 -- S3's entity tag
    assert "ChecksumSHA256" in answer["Checksum"]


def test_the_parts_of_an_object(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "big"}
    told = s3.create_multipart_upload(**place, ChecksumAlgorithm="SHA256")
    upload, sizes, parts, sums = told["UploadId"], [5 * 1024**2, 5 * 1024**2, 7], [], []
    for number, size in enumerate(sizes, 1):
        part = {"PartNumber": number, "Body": bytes([number]) * size, "ChecksumAlgorithm": "SHA256"}
        sent = s3.upload_part(**place, UploadId=upload, **part)
        parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        sums.append(sent["ChecksumSHA256"])
    s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})

    wanted = {**place, "ObjectAttributes": ["ObjectParts"]}
    whole = s3.get_object_attributes(**wanted)["ObjectParts"]
    assert whole["TotalPartsCount"] == 3
    assert not whole["IsTruncated"]
    assert [part["Size"] for part in whole["Parts"]] == sizes
    assert [part["ChecksumSHA256"] for part in whole["Parts"]] == sums
    page = s3.get_object_attributes(**wanted, MaxParts=1, PartNumberMarker=1)["ObjectParts"]
    assert page["Parts"] == [{"PartNumber": 2, "Size": sizes[1], "ChecksumSHA256": sums[1]}]
    assert (page["IsTruncated"], page["NextPartNumberMarker"], page["MaxParts"]) == (True, 2, 1)
