"""A bucket that is not there or lets nobody in is told at the start."""

import pytest

from services.storage.blobs.cloud import open_cloud
from shared.errors import Unavailable
from tests.s3_server import S3Server


async def test_a_wrong_secret(back_end: S3Server) -> None:
    options = back_end.options | {"secret_access_key": "of somebody else"}
    with pytest.raises(Unavailable):
        await open_cloud(back_end.bucket(), options, patience_seconds=5)


async def test_no_such_bucket(back_end: S3Server) -> None:
    with pytest.raises(Unavailable):
        await open_cloud("s3://nobody-has-this/x", back_end.options, patience_seconds=5)


async def test_an_option_that_there_is_not(back_end: S3Server) -> None:
    with pytest.raises(ValueError, match="COOP_STORAGE__BLOBS"):
        await open_cloud(back_end.bucket(), {"colour": "blue"}, patience_seconds=5)


async def test_two_processes_see_each_other_and_who_went(back_end: S3Server) -> None:
    url = back_end.bucket()
    one = await open_cloud(url, back_end.options, patience_seconds=5)
    other = await open_cloud(url, back_end.options, patience_seconds=5)
    assert await one.is_alive(other.process)
    assert await other.sweep() == 0
    await other.close()
    assert not await one.is_alive(other.process)
    await one.close()
