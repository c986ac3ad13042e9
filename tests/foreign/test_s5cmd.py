"""s5cmd, unmodified."""

import os
from pathlib import Path

import pytest

from tests.door import ACCOUNT, Door, body_of, keys_of
from tests.foreign_clients import program, run, signing

pytestmark = pytest.mark.slow


def test_many_files_at_once(door: Door, tmp_path: Path) -> None:
    name = door.repository().repository_id
    settings = signing(door) | {"S3_ENDPOINT_URL": door.url}
    for number in range(50):
        (tmp_path / f"{number:02d}.bin").write_bytes(os.urandom(number * 100))
    (tmp_path / "big.bin").write_bytes(os.urandom(60 * 1024**2))
    place = f"s3://{ACCOUNT}/{name}/many/"
    run(program("s5cmd"), "cp", f"{tmp_path}/", place, **settings)
    assert len(keys_of(door.client(), f"{ACCOUNT}--{name}")) == 51
    assert "big.bin" in run(program("s5cmd"), "ls", place, **settings)
    big = (tmp_path / "big.bin").read_bytes()
    assert body_of(door.client(), ACCOUNT, f"{name}/many/big.bin") == big
    back = tmp_path / "back"
    run(program("s5cmd"), "cp", f"{place}*", f"{back}/", **settings)
    assert (back / "07.bin").read_bytes() == (tmp_path / "07.bin").read_bytes()
    assert (back / "big.bin").read_bytes() == big
    run(program("s5cmd"), "rm", f"{place}*", **settings)
    assert keys_of(door.client(), f"{ACCOUNT}--{name}") == []
