"""Multipart uploads: parts in any order, limits, the second answer, the end of those given up."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.door import Client, Door, body_of, keys_of, make_client, refusal, stray_files

MIB = 1024**2
BIG = 5 * MIB


class Upload:
    """One upload under way, by the owner."""

    def __init__(self, s3: Client, bucket: str, key: str = "big.bin", **how: Any) -> None:
        self.s3 = s3
        self.place = {"Bucket": bucket, "Key": key}
        self.place["UploadId"] = s3.create_multipart_upload(**self.place, **how)["UploadId"]

    def part(self, number: int, body: bytes, **how: Any) -> dict[str, Any]:
        """Send one part; how CompleteMultipartUpload names it."""
        sent = self.s3.upload_part(**self.place, PartNumber=number, Body=body, **how)
        return {"PartNumber": number, "ETag": sent["ETag"]}

    def complete(self, *parts: dict[str, Any], **how: Any) -> dict[str, Any]:
        """Make one object of them."""
        answer: dict[str, Any] = self.s3.complete_multipart_upload(
            **self.place, MultipartUpload={"Parts": list(parts)}, **how
        )
        return answer

    def refused(self, *parts: dict[str, Any]) -> tuple[str, int]:
        """The error of completing with these."""
        return refusal(self.complete, *parts)


@pytest.fixture
def upload(s3: Client, bucket: str) -> Upload:
    return Upload(s3, bucket)


def etag_of(*bodies: bytes) -> str:
    digests = b"".join(hashlib.md5(body).digest() for body in bodies)  # noqa: S324 -- S3's
    return f'"{hashlib.md5(digests).hexdigest()}-{len(bodies)}"'  # noqa: S324 -- entity tag


def test_parts_in_any_order(s3: Client, bucket: str, upload: Upload) -> None:
    bodies = [os.urandom(BIG), os.urandom(BIG + 1), os.urandom(12_345)]
    parts = {number: upload.part(number, bodies[number - 1]) for number in (3, 1, 2)}
    answer = upload.complete(parts[1], parts[2], parts[3])
    assert answer["ETag"] == etag_of(*bodies)
    assert answer["Key"] == "big.bin"
    assert body_of(s3, bucket, "big.bin") == b"".join(bodies)
    assert s3.head_object(Bucket=bucket, Key="big.bin")["ETag"] == answer["ETag"]


def test_one_small_part_and_its_headers(s3: Client, bucket: str) -> None:
    how = {"ContentType": "text/csv", "Metadata": {"station": "2091"}}
    upload = Upload(s3, bucket, **how)
    upload.complete(upload.part(7, b"n\n1\n"))
    answer = s3.get_object(Bucket=bucket, Key="big.bin")
    assert answer["Body"].read() == b"n\n1\n"
    assert {name: answer[name] for name in how} == how
    assert answer["ETag"] == etag_of(b"n\n1\n")


def test_a_part_sent_twice_is_the_second(s3: Client, bucket: str, upload: Upload) -> None:
    first = upload.part(1, b"first")
    second = upload.part(1, b"second")
    assert upload.refused(first) == ("InvalidPart", 400)
    upload.complete(second)
    assert body_of(s3, bucket, "big.bin") == b"second"


def test_parts_left_out_are_not_in_it(s3: Client, bucket: str, upload: Upload) -> None:
    upload.part(1, b"left out")
    upload.complete(upload.part(2, b"kept"))
    assert body_of(s3, bucket, "big.bin") == b"kept"


def test_only_the_last_part_may_be_small(s3: Client, bucket: str, upload: Upload) -> None:
    parts = [upload.part(1, b"x" * (BIG - 1)), upload.part(2, b"y")]
    assert upload.refused(*parts) == ("EntityTooSmall", 400)
    assert refusal(s3.head_object, Bucket=bucket, Key="big.bin") == ("404", 404)
    upload.complete(upload.part(1, b"x" * BIG), parts[1])
    assert s3.head_object(Bucket=bucket, Key="big.bin")["ContentLength"] == BIG + 1


def test_what_cannot_be_completed(upload: Upload) -> None:
    big, last = upload.part(1, b"x" * BIG), upload.part(2, b"y")
    unknown = {"PartNumber": 3, "ETag": last["ETag"]}
    assert upload.refused(last, big) == ("InvalidPartOrder", 400)
    assert upload.refused(big, big) == ("InvalidPartOrder", 400)
    assert upload.refused(big, last, unknown) == ("InvalidPart", 400)
    assert upload.refused({"PartNumber": 1, "ETag": last["ETag"]}) == ("InvalidPart", 400)
    assert upload.refused() == ("MalformedXML", 400)
    upload.complete(big, last)


@pytest.mark.parametrize("number", [0, 10_001])
def test_a_part_number_that_is_none(upload: Upload, number: int) -> None:
    assert refusal(upload.part, number, b"x") == ("InvalidArgument", 400)


def test_completing_twice_gives_the_same_answer(upload: Upload) -> None:
    parts = upload.part(1, b"x" * BIG), upload.part(2, b"y")
    answers = [upload.complete(*parts) for _ in range(2)]
    for answer in answers:
        del answer["ResponseMetadata"]
    assert answers[0] == answers[1]


def test_completing_again_does_not_undo_what_came_after(
    s3: Client, bucket: str, upload: Upload
) -> None:
    part = upload.part(1, b"parts")
    upload.complete(part)
    s3.put_object(Bucket=bucket, Key="big.bin", Body=b"later")
    refusal(upload.complete, part)
    assert body_of(s3, bucket, "big.bin") == b"later"


def test_many_complete_at_once(door: Door, upload: Upload) -> None:
    parts = upload.part(1, b"x" * BIG), upload.part(2, b"y")
    clients = [make_client(door, "owner", "", {}) for _ in range(4)]

    def complete(client: Client) -> str:
        answer = client.complete_multipart_upload(
            **upload.place, MultipartUpload={"Parts": list(parts)}
        )
        return str(answer["ETag"])

    with ThreadPoolExecutor(4) as pool:
        etags = set(pool.map(complete, clients))
    for client in clients:
        client.close()
    assert etags == {etag_of(b"x" * BIG, b"y")}


def test_given_up(door: Door, s3: Client, bucket: str, upload: Upload) -> None:
    part = upload.part(1, b"x" * MIB)
    assert stray_files(door, upload.place["UploadId"])
    s3.abort_multipart_upload(**upload.place)
    gone = ("NoSuchUpload", 404)
    assert upload.refused(part) == gone
    assert refusal(upload.part, 2, b"y") == gone
    assert refusal(s3.list_parts, **upload.place) == gone
    assert refusal(s3.abort_multipart_upload, **upload.place) == gone
    assert keys_of(s3, bucket) == []
    assert stray_files(door, upload.place["UploadId"]) == []


@pytest.mark.parametrize("upload_id", ["none", "../../etc", "a" * 300, "%00"])
def test_an_upload_that_never_was(s3: Client, bucket: str, upload_id: str) -> None:
    place = {"Bucket": bucket, "Key": "a", "UploadId": upload_id}
    assert refusal(s3.upload_part, **place, PartNumber=1, Body=b"x")[0] == "NoSuchUpload"
    assert refusal(s3.abort_multipart_upload, **place)[0] == "NoSuchUpload"


def test_an_upload_belongs_to_its_key(s3: Client, upload: Upload) -> None:
    place = {**upload.place, "Key": "other"}
    assert refusal(s3.upload_part, **place, PartNumber=1, Body=b"x")[0] == "NoSuchUpload"


def test_listing_parts_page_by_page(s3: Client, upload: Upload) -> None:
    sent = [upload.part(number, b"x" * number) for number in range(1, 6)]
    pages = list(
        s3.get_paginator("list_parts").paginate(**upload.place, PaginationConfig={"PageSize": 2})
    )
    listed = [part for page in pages for part in page["Parts"]]
    assert len(pages) == 3
    assert [{name: part[name] for name in ("PartNumber", "ETag")} for part in listed] == sent
    assert [part["Size"] for part in listed] == [1, 2, 3, 4, 5]


def test_listing_uploads(s3: Client, bucket: str) -> None:
    uploads = [Upload(s3, bucket, key) for key in ("a/1", "a/2", "b")]
    answer = s3.list_multipart_uploads(Bucket=bucket)
    assert [(one["Key"], one["UploadId"]) for one in answer["Uploads"]] == [
        (one.place["Key"], one.place["UploadId"]) for one in uploads
    ]
    below = s3.list_multipart_uploads(Bucket=bucket, Prefix="a/")["Uploads"]
    assert [one["Key"] for one in below] == ["a/1", "a/2"]
    uploads[2].complete(uploads[2].part(1, b"x"))
    s3.abort_multipart_upload(**uploads[0].place)
    left = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [one["Key"] for one in left] == ["a/2"]


def test_an_upload_under_way_is_no_object(s3: Client, bucket: str, upload: Upload) -> None:
    upload.part(1, b"x")
    assert keys_of(s3, bucket) == []
    assert refusal(s3.get_object, Bucket=bucket, Key="big.bin") == ("NoSuchKey", 404)


def test_one_part_can_be_read_alone(s3: Client, bucket: str, upload: Upload) -> None:
    upload.complete(upload.part(1, b"x" * BIG), upload.part(2, b"yz"))
    answer = s3.get_object(Bucket=bucket, Key="big.bin", PartNumber=2)
    assert answer["Body"].read() == b"yz"
    assert answer["PartsCount"] == 2
    assert answer["ContentRange"] == f"bytes {BIG}-{BIG + 1}/{BIG + 2}"
