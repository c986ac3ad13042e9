"""What overlaps, case by case: nobody ever sees half of a write, and the last to end stays."""

from collections.abc import Callable, Iterator

import pytest

from tests.door import Client, body_of, keys_of, plain, refusal

MIB = 1024**2
OLD, NEW, OTHER = b"A", b"B", b"C"

sizes = pytest.mark.parametrize("size", [MIB, 4 * MIB, 8 * MIB])


def halves(body: bytes, meanwhile: Callable[[], None]) -> Iterator[bytes]:
    """A body that something happens in the middle of."""
    yield body[: len(body) // 2]
    meanwhile()
    yield body[len(body) // 2 :]


def send(url: str, body: bytes, meanwhile: Callable[[], None]) -> str:
    """PUT it so; the entity tag."""
    length = {"content-length": str(len(body))}
    answer = plain.put(url, content=halves(body, meanwhile), headers=length)
    assert answer.status_code == 200
    return str(answer.headers["etag"])


def put_url(s3: Client, bucket: str) -> str:
    return str(s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "a"}))


@sizes
def test_a_read_ends_as_it_began(s3: Client, bucket: str, size: int) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=OLD * size)
    with s3.get_object(Bucket=bucket, Key="a")["Body"] as body:
        begun = body.read(1000)
        s3.put_object(Bucket=bucket, Key="a", Body=NEW * size)
        assert begun + body.read() == OLD * size
    assert body_of(s3, bucket, "a") == NEW * size


@sizes
def test_a_write_is_seen_when_it_has_ended(s3: Client, bucket: str, size: int) -> None:
    seen: list[bytes] = []
    s3.put_object(Bucket=bucket, Key="a", Body=OLD * size)
    send(put_url(s3, bucket), NEW * size, lambda: seen.append(body_of(s3, bucket, "a")))
    assert seen == [OLD * size]
    assert body_of(s3, bucket, "a") == NEW * size


@sizes
def test_of_two_writes_the_last_to_end_stays(s3: Client, bucket: str, size: int) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    within = {"Bucket": bucket, "Key": "a", "Body": OTHER * size}
    send(put_url(s3, bucket), NEW * size, lambda: s3.put_object(**within))
    assert body_of(s3, bucket, "a") == NEW * size


def test_an_upload_under_way_changes_nothing(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "a"}
    s3.put_object(**place, Body=OLD)
    upload = s3.create_multipart_upload(**place)["UploadId"]
    s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=NEW)
    assert body_of(s3, bucket, "a") == OLD
    s3.abort_multipart_upload(**place, UploadId=upload)
    assert body_of(s3, bucket, "a") == OLD


def test_of_two_sendings_of_a_part_the_last_to_end_is_it(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "a"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    part = {**place, "PartNumber": 1}
    url = s3.generate_presigned_url("upload_part", part)
    etags: list[str] = []
    later = send(url, NEW * 8, lambda: etags.append(s3.upload_part(**part, Body=OLD)["ETag"]))
    listed = [{"PartNumber": 1, "ETag": etag} for etag in (*etags, later)]
    # Both under one number are no list of parts.
    both = {**place, "MultipartUpload": {"Parts": listed}}
    assert refusal(s3.complete_multipart_upload, **both) == ("InvalidPartOrder", 400)
    s3.complete_multipart_upload(**place, MultipartUpload={"Parts": listed[1:]})
    assert keys_of(s3, bucket) == ["a"]
    assert body_of(s3, bucket, "a") == NEW * 8
