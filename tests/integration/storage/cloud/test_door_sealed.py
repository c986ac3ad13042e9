"""A bucket whose bytes are sealed: clients see no difference, and its owner reads nothing."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from services.storage.blobs.sealed import KeyFile, SealingError, open_bucket_blobs
from tests.door import Client, Door, body_of, opened, refusal
from tests.s3_server import S3Server
from tests.sealed_door import PART, SEALS, WORD, run, upload


@pytest.fixture(scope="module")
def settings(back_end: S3Server) -> dict[str, str]:
    return {
        "COOP_STORAGE__BLOBS": back_end.bucket(),
        "COOP_STORAGE__BLOBS_OPTIONS": json.dumps(back_end.options),
        "COOP_STORAGE__BLOBS_PATIENCE": "3",
        **SEALS,
    }


@pytest.fixture(scope="module")
def sealed(
    tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str], back_end: S3Server
) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("sealed") / "home"
    with opened(home, COOP_STORAGE__PROCESSES="2", **settings) as door:
        door.bucket_folder = back_end.folder / settings["COOP_STORAGE__BLOBS"].split("/")[2]
        yield door


@pytest.fixture
def s3(sealed: Door) -> Client:
    return sealed.client()


@pytest.fixture
def place(sealed: Door) -> str:
    """A repository of this test alone."""
    return sealed.bucket()


def files_of(door: Door) -> list[Path]:
    """What lies in the bucket."""
    assert door.bucket_folder is not None
    return [path for path in door.bucket_folder.rglob("*") if path.is_file()]


def test_no_word_reaches_the_bucket(sealed: Door, s3: Client, place: str) -> None:
    s3.put_object(Bucket=place, Key="one", Body=PART)
    upload(s3, place, "many", PART, WORD)
    for key in ("one", "many"):
        source = {"Bucket": place, "Key": key}
        s3.copy_object(Bucket=place, Key=f"copy of {key}", CopySource=source)
    expected = {"one": PART, "many": PART + WORD}
    for key, content in expected.items():
        for name in (key, f"copy of {key}"):
            assert body_of(s3, place, name) == content
            assert s3.head_object(Bucket=place, Key=name)["ContentLength"] == len(content)
    files = files_of(sealed)
    assert sum(path.stat().st_size > len(PART) for path in files) == 4
    for path in files:
        assert WORD not in path.read_bytes(), path


@pytest.mark.parametrize(("start", "end"), [(65_535, 65_536), (5, 400_000), (6_291_000, 6_300_000)])
def test_ranges_cross_blocks_and_parts(s3: Client, place: str, start: int, end: int) -> None:
    first, second = os.urandom(6_291_456), os.urandom(100_000)
    upload(s3, place, "many", first, second)
    told = s3.get_object(Bucket=place, Key="many", Range=f"bytes={start}-{end}")
    assert told["Body"].read() == (first + second)[start : end + 1]


def test_what_is_deleted_leaves_nothing_to_read(s3: Client, place: str) -> None:
    upload(s3, place, "many", PART, WORD)
    s3.delete_object(Bucket=place, Key="many")
    assert refusal(s3.get_object, Bucket=place, Key="many") == ("NoSuchKey", 404)


def test_the_key_is_changed_while_it_serves(
    sealed: Door, s3: Client, place: str, settings: dict[str, str], tmp_path: Path
) -> None:
    s3.put_object(Bucket=place, Key="key", Body=WORD)
    path = sealed.platform.home / "sealing-key"
    old = shutil.copy(path, tmp_path / "old")
    told = run(sealed.platform.home, settings, "rotate-sealing-key")
    assert told.returncode == 0, told
    assert body_of(s3, place, "key") == WORD
    url = settings["COOP_STORAGE__BLOBS"]
    options = json.loads(settings["COOP_STORAGE__BLOBS_OPTIONS"])
    opening = partial(open_bucket_blobs, url, options, patience_seconds=3, seals=True)
    # Another host that has no key file, or the old one.
    for other, reason in ((tmp_path / "none", "is missing"), (old, "is not the one")):
        with pytest.raises(SealingError, match=reason):
            asyncio.run(opening(wrapping=KeyFile(other)))
