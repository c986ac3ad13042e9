"""A part belongs to an upload that is open, on every engine, however late it comes."""

import pytest

from services.storage.models import ObjectRecord, Upload, UploadPart
from services.storage.store.uploads import add_upload, done, parts_after, put_part, remove_upload
from shared.outbox import Outbox
from shared.tables import ConditionFailed

UPLOAD = Upload(
    "01UPLOAD", "01REPOSITORY", "noaa", "mask", "a", 0, "text/csv", "01ADA", "CRC32", "FULL_OBJECT"
)
PART = UploadPart(1, 3, "e" * 32, 0, "1-name", {"crc64nvme": "AAAAAAAAAAA="})
RECORD = ObjectRecord("01REPOSITORY", "a", 1, 3, "e" * 32, 0, "text/csv", "plain", "mark")


async def parts(storage: Outbox) -> list[str]:
    """The names of all that there are."""
    found, _ = await parts_after(storage, UPLOAD.upload_id, 0, limit=10)
    return [part.name for part in found]


async def test_a_part_of_an_open_upload_is_kept(storage: Outbox) -> None:
    await add_upload(storage, UPLOAD)
    await put_part(storage, UPLOAD.upload_id, PART)
    assert await parts(storage) == [PART.name]


@pytest.mark.parametrize("end", ["done", "aborted", "never was"])
async def test_a_part_that_comes_too_late_is_refused(storage: Outbox, end: str) -> None:
    if end != "never was":
        await add_upload(storage, UPLOAD)
    if end == "done":
        await storage.table.write(done(UPLOAD, RECORD, now=0))
    elif end == "aborted":
        await remove_upload(storage, UPLOAD.upload_id)
    with pytest.raises(ConditionFailed):
        await put_part(storage, UPLOAD.upload_id, PART)
    assert await parts(storage) == []
