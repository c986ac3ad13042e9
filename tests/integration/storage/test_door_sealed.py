"""A door whose bytes are sealed: clients see no difference, and the disk sees no word of them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.storage.blobs.sealed.ciphers import HEAD_BYTES
from tests import embedded
from tests.door import SETTINGS, Client, Door, body_of, opened, refusal
from tests.sealed_door import PART, SEALS, WORD, run, upload


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("sealed") / "home"
    with opened(home, COOP_STORAGE__PROCESSES="2", **SEALS) as door:
        yield door


@pytest.fixture
def s3(sealed: Door) -> Client:
    return sealed.client()


@pytest.fixture
def place(sealed: Door) -> str:
    """A repository of this test alone."""
    return sealed.bucket()


def files_of(door: Door, place: str) -> list[Path]:
    """Where the objects of a repository lie."""
    top = door.bytes_folder / ".sealed" / place.replace("--", "/")
    return [path for path in top.rglob("*") if path.is_file()]


def test_no_word_reaches_the_disk(sealed: Door, s3: Client, place: str) -> None:
    s3.put_object(Bucket=place, Key="one", Body=PART)
    upload(s3, place, "many", PART, WORD)
    for key in ("one", "many"):
        source = {"Bucket": place, "Key": key}
        s3.copy_object(Bucket=place, Key=f"copy of {key}", CopySource=source)
    begun = s3.create_multipart_upload(Bucket=place, Key="waits")["UploadId"]
    s3.upload_part(Bucket=place, Key="waits", UploadId=begun, PartNumber=1, Body=PART)
    assert len(files_of(sealed, place)) == 4
    for path in sealed.bytes_folder.rglob("*"):
        assert not path.is_file() or WORD not in path.read_bytes(), path
    expected = {"one": PART, "many": PART + WORD}
    for key, content in expected.items():
        for name in (key, f"copy of {key}"):
            assert body_of(s3, place, name) == content
            assert s3.head_object(Bucket=place, Key=name)["ContentLength"] == len(content)
    listed = {one["Key"]: one["Size"] for one in s3.list_objects_v2(Bucket=place)["Contents"]}
    assert listed["copy of many"] == len(PART + WORD)


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (65_535, 65_536), (5, 400_000), (6_291_000, 6_300_000)]
)
def test_ranges_cross_blocks_and_parts(s3: Client, place: str, start: int, end: int) -> None:
    first, second = os.urandom(6_291_456), os.urandom(100_000)
    upload(s3, place, "many", first, second)
    s3.put_object(Bucket=place, Key="one", Body=first + second)
    for key in ("one", "many"):
        told = s3.get_object(Bucket=place, Key=key, Range=f"bytes={start}-{end}")
        assert told["Body"].read() == (first + second)[start : end + 1]


@pytest.mark.parametrize("size", [100, 1_000_000])
def test_damage_is_told_and_not_given_out(sealed: Door, s3: Client, place: str, size: int) -> None:
    s3.put_object(Bucket=place, Key="key", Body=os.urandom(size))
    (path,) = files_of(sealed, place)
    whole = bytearray(path.read_bytes())
    whole[HEAD_BYTES + 5] ^= 1
    path.write_bytes(whole)
    for _ in range(2):
        assert refusal(s3.get_object, Bucket=place, Key="key") == ("InternalError", 500)
    assert path.read_bytes() == whole
    s3.put_object(Bucket=place, Key="key", Body=b"again")
    assert body_of(s3, place, "key") == b"again"


def test_the_key_is_changed_while_it_serves(sealed: Door, s3: Client, place: str) -> None:
    s3.put_object(Bucket=place, Key="key", Body=WORD)
    path = sealed.platform.home / "sealing-key"
    old = path.read_bytes()
    told = run(sealed.platform.home, SEALS, "rotate-sealing-key")
    assert told.returncode == 0, told
    assert path.read_bytes() != old
    assert body_of(s3, place, "key") == WORD


@pytest.mark.slow
def test_nothing_starts_without_the_key(tmp_path: Path) -> None:
    """What was written is read after a start with the key, and refused without."""
    home = tmp_path / "home"
    with opened(home, **SEALS) as door:
        place = door.bucket()
        door.client().put_object(Bucket=place, Key="key", Body=WORD)
    kept = (home / "sealing-key").rename(tmp_path / "kept")
    for settings in (SEALS, {}):
        told = run(home, settings)
        assert told.returncode == 1, told
        assert "is missing" in told.stdout + told.stderr, told
    kept.rename(home / "sealing-key")
    # Not sealed from now on; what is sealed is read.
    with embedded.running(home, **SETTINGS) as platform:
        assert platform.ready["s3"]
