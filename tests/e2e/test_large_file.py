"""A large file by multipart, by presigned URL, and read back in ranges by anyone."""

import hashlib
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from boto3.s3.transfer import TransferConfig  # type: ignore[import-untyped]

from tests.door import plain
from tests.waiting import until

Ready = dict[str, Any]
MIB = 1024**2
PLACE = "noaa/globe-land-mask/large"


def pattern(size: int) -> bytes:
    """Bytes that repeat nowhere near, cheap to make."""
    block = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(32_768))
    return b"".join(block[shift:] + block[:shift] for shift in range(size // MIB))


@pytest.fixture
def key(s3: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """A key under the sample, deleted at the end."""
    name = f"{request.node.originalname}.bin"
    yield name
    s3.delete_object(Bucket="noaa", Key=f"globe-land-mask/large/{name}")


@pytest.mark.parametrize(
    "megabytes", [64, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(300)])]
)
def test_by_multipart(ready: Ready, s3: Any, key: str, megabytes: int) -> None:
    body = pattern(megabytes * MIB)
    how = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB)
    place = {"Bucket": "noaa", "Key": f"globe-land-mask/large/{key}"}
    s3.upload_fileobj(BytesIO(body), **place, Config=how)
    head = s3.head_object(**place)
    assert head["ContentLength"] == len(body)
    assert head["ETag"].endswith(f'-{megabytes // 8}"')

    url = f"{ready['s3']}/{PLACE}/{key}"
    digest = hashlib.sha256()
    with httpx.stream("GET", url) as answer:
        for piece in answer.iter_bytes():
            digest.update(piece)
    assert digest.digest() == hashlib.sha256(body).digest()
    for start in (0, 8 * MIB - 5, len(body) - 100):
        part = plain.get(url, headers={"range": f"bytes={start}-{start + 99}"})
        assert (part.status_code, part.content) == (206, body[start : start + 100])
    until(lambda: known(ready, f"large/{key}"))


def known(ready: Ready, key: str) -> bool:
    """Whether the API describes it."""
    api = f"{ready['web']}/api/v1/repositories/noaa/globe-land-mask/object"
    answer = plain.get(api, params={"key": key})
    return answer.is_success and answer.json()["status"] == "described"


def test_by_curl_with_a_presigned_url(ready: Ready, s3: Any, key: str, tmp_path: Path) -> None:
    path = tmp_path / "levels.bin"
    path.write_bytes(pattern(20 * MIB))
    place = {"Bucket": "noaa", "Key": f"globe-land-mask/large/{key}"}
    url = s3.generate_presigned_url("put_object", Params=place)
    curl = ["curl", "--silent", "--show-error", "--fail"]
    subprocess.run([*curl, "--upload-file", str(path), url], check=True, timeout=60)
    got = tmp_path / "got.bin"
    public = f"{ready['s3']}/{PLACE}/{key}"
    subprocess.run([*curl, "--output", str(got), public], check=True, timeout=60)
    assert got.read_bytes() == path.read_bytes()


def test_a_repository_that_is_not_there(s3: Any) -> None:
    put = {"Bucket": "noaa", "Key": "never-made/a", "Body": b"x"}
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.put_object(**put)
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.put_object(**put)
