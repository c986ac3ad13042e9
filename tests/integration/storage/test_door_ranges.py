"""Ranges: RFC 9110 §14 as S3 answers it."""

import pytest

from tests.door import Client, Door, plain, refusal

BODY = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def url(door: Door, s3: Client) -> str:
    bucket = door.bucket()
    s3.put_object(Bucket=bucket, Key="levels.bin", Body=BODY, ContentType="image/tiff")
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    return f"{door.url}/{bucket}"


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=10000-", 10_000, 10_240),
        ("bytes=-1", 10_239, 10_240),
        ("bytes=-10240", 0, 10_240),
        ("bytes=-99999", 0, 10_240),
        ("bytes=0-52428799", 0, 10_240),
        ("bytes=10239-99999", 10_239, 10_240),
    ],
)
def test_a_range(url: str, wanted: str, start: int, end: int) -> None:
    answer = plain.get(f"{url}/levels.bin", headers={"range": wanted})
    assert answer.status_code == 206
    assert answer.content == BODY[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(BODY)}"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.headers["content-type"] == "image/tiff"

    head = plain.head(f"{url}/levels.bin", headers={"range": wanted})
    assert head.status_code == 206
    assert head.headers["content-range"] == answer.headers["content-range"]
    assert head.headers["content-length"] == answer.headers["content-length"]


@pytest.mark.parametrize("wanted", ["bytes=10240-", "bytes=10240-10250", "bytes=-0"])
def test_a_range_without_one_byte_of_it(url: str, wanted: str) -> None:
    answer = plain.get(f"{url}/levels.bin", headers={"range": wanted})
    assert answer.status_code == 416
    assert "<Code>InvalidRange</Code>" in answer.text
    assert answer.headers["content-range"] == f"bytes */{len(BODY)}"


@pytest.mark.parametrize("wanted", ["bytes=0-0", "bytes=0-", "bytes=-5"])
def test_an_empty_object_has_no_range(url: str, wanted: str) -> None:
    assert plain.get(f"{url}/empty", headers={"range": wanted}).status_code == 416
    assert plain.get(f"{url}/empty").content == b""


@pytest.mark.parametrize(
    "wanted", ["bytes=5-2", "bytes=a-b", "bytes=-", "lines=0-5", "bytes=0-1,5-6", "bytes 0-5"]
)
def test_what_is_no_single_range_gives_the_whole(url: str, wanted: str) -> None:
    answer = plain.get(f"{url}/levels.bin", headers={"range": wanted})
    assert (answer.status_code, answer.content) == (200, BODY)


def test_if_range(url: str) -> None:
    etag = plain.head(f"{url}/levels.bin").headers["etag"]
    same = plain.get(f"{url}/levels.bin", headers={"range": "bytes=0-4", "if-range": etag})
    changed = plain.get(f"{url}/levels.bin", headers={"range": "bytes=0-4", "if-range": '"other"'})
    assert (same.status_code, same.content) == (206, BODY[:5])
    assert (changed.status_code, changed.content) == (200, BODY)


def test_ranges_of_many_pieces_make_the_whole(url: str) -> None:
    ranges = [f"bytes={start}-{start + 999}" for start in range(0, len(BODY), 1000)]
    pieces = [plain.get(f"{url}/levels.bin", headers={"range": one}).content for one in ranges]
    assert b"".join(pieces) == BODY


def test_a_part_of_an_object_that_has_none(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"12345")
    answer = s3.get_object(Bucket=bucket, Key="a", PartNumber=1)
    assert answer["Body"].read() == b"12345"
    assert refusal(s3.get_object, Bucket=bucket, Key="a", PartNumber=2)[1] == 416
