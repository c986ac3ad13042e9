"""What clients are given while the primary fails, and what they are not."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path

import pytest

from tests.backups import rot
from tests.door import ACCOUNT, Client, Door, body_of, keys_of, plain, refusal
from tests.kept_rows import rows_with
from tests.s3_server import S3Server
from tests.waiting import until

MIRRORS = "folder", "bucket"
AWAY = ("ServiceUnavailable", 503)


@pytest.fixture
def bucket(door: Door) -> str:
    return door.bucket()


@pytest.fixture
def body(bucket: str) -> bytes:
    """Of this test alone."""
    return bucket.encode() * 100_000


def name_of(bucket: str) -> str:
    """The repository's own name."""
    return bucket.partition("--")[2]


@contextmanager
def away(door: Door, bucket: str) -> Iterator[None]:
    """All that the primary has of a repository is out of reach meanwhile, as on a lost disk."""
    places = [door.bytes_folder / part / ACCOUNT / name_of(bucket) for part in ("", ".sc")]
    moved = [place.with_name(f"{place.name}.away") for place in places]
    for place, there in zip(places, moved, strict=True):
        place.rename(there)
    try:
        yield
    finally:
        for place, there in zip(places, moved, strict=True):
            there.rename(place)


def metrics(door: Door) -> list[str]:
    """Of each process of storage."""
    ops = [one["ops"] for one in door.platform.ready["processes"] if one["service"] == "storage"]
    return [plain.get(f"{address}/metrics").text for address in ops]


def until_copied(door: Door, *bodies: bytes) -> None:
    """Both mirrors are known to have these bytes."""
    etags = [md5(body, usedforsecurity=False).hexdigest() for body in bodies]

    def is_copied() -> bool:
        rows = [rows_with(door.platform.home, f"COPIES#{name}", "storage") for name in MIRRORS]
        return all(any(etag in row for row in one) for one in rows for etag in etags)

    until(is_copied)


def test_the_same_bytes_while_the_primary_is_away(
    door: Door, s3: Client, bucket: str, body: bytes
) -> None:
    s3.put_object(Bucket=bucket, Key="deep/a", Body=body, Metadata={"station": "2091"})
    until_copied(door, body)
    before = s3.head_object(Bucket=bucket, Key="deep/a")
    with away(door, bucket):
        assert body_of(s3, bucket, "deep/a") == body
        assert body_of(s3, bucket, "deep/a", Range="bytes=1000-1999") == body[1000:2000]
        after = s3.head_object(Bucket=bucket, Key="deep/a")
        told = ("ETag", "ContentLength", "LastModified", "Metadata")
        assert [after[one] for one in told] == [before[one] for one in told]
        assert plain.get(f"{door.url}/{bucket}/deep/a").content == body
        assert refusal(s3.get_object, Bucket=bucket, Key="never was") == ("NoSuchKey", 404)
        assert keys_of(s3, bucket) == ["deep/a"]
        served = 'coop_mirror_reads_total{mirror="folder",outcome="served"}'
        assert any(served in one for one in metrics(door))
    assert body_of(s3, bucket, "deep/a") == body


def test_nothing_is_written_while_the_primary_is_away(
    door: Door, s3: Client, bucket: str, body: bytes
) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=body)
    until_copied(door, body)
    with away(door, bucket):
        assert refusal(s3.put_object, Bucket=bucket, Key="a", Body=b"two") == AWAY
        assert refusal(s3.put_object, Bucket=bucket, Key="b", Body=b"two") == AWAY
        assert refusal(s3.delete_object, Bucket=bucket, Key="a") == AWAY
        assert refusal(s3.create_multipart_upload, Bucket=bucket, Key="c") == AWAY
        assert body_of(s3, bucket, "a") == body
    s3.put_object(Bucket=bucket, Key="a", Body=b"two")
    assert (body_of(s3, bucket, "a"), keys_of(s3, bucket)) == (b"two", ["a"])


def test_what_is_deleted_leaves_both_mirrors(
    s3: Client, bucket: str, body: bytes, folder: Path, back_end: S3Server
) -> None:
    def there() -> list[Path]:
        own = [*(folder / ACCOUNT / name_of(bucket)).glob("a")]
        return own + [one for one in back_end.folder.rglob("*") if one.is_file() and mine(one)]

    def mine(path: Path) -> bool:
        return path.read_bytes() == body

    s3.put_object(Bucket=bucket, Key="a", Body=body)
    until(lambda: len(there()) == 2)
    s3.delete_object(Bucket=bucket, Key="a")
    until(lambda: not there())


def test_a_damaged_copy_is_passed_over_for_the_next(
    door: Door, s3: Client, bucket: str, body: bytes, folder: Path
) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=body)
    copy = folder / ACCOUNT / name_of(bucket) / "a"
    until_copied(door, body)
    rot(copy, b"!" + body[1:])
    with away(door, bucket):
        assert body_of(s3, bucket, "a") == body
        assert any('{mirror="folder",outcome="damaged"}' in one for one in metrics(door))
    # It is copied anew by itself.
    until(lambda: copy.read_bytes() == body)
