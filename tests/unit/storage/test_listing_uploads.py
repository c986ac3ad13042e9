"""Uploads under way page by page, against all of them rolled up at once."""

import pytest

from services.storage.models import Upload
from services.storage.operations.listing import Wanted
from services.storage.operations.listing_uploads import list_uploads
from services.storage.operations.resources import Resources
from services.storage.store.uploads import add_upload
from tests.storage_room import ADA, REPOSITORY

KEYS = ["a/1", "a/1", "a/2", "a-b", "b", "b", "b", "c/d/e", "c/d/f", "c0"]


@pytest.fixture
async def begun(resources: Resources) -> list[tuple[str, str]]:
    """Key and id of each upload, as a list has them."""
    uploads = [(key, f"{number:02d}") for number, key in enumerate(KEYS)]
    for key, upload_id in uploads:
        upload = Upload(
            upload_id, REPOSITORY.repository_uid, "a", "b", key, 1, "t", ADA, "CRC32", "COMPOSITE"
        )
        await add_upload(resources.outbox, upload)
    return sorted(uploads)


def rolled_up(begun: list[tuple[str, str]], wanted: Wanted) -> list[tuple[str, str]]:
    """All lines there are: an upload with its id, a common prefix without one."""
    lines: list[tuple[str, str]] = []
    for key, upload_id in begun:
        if not key.startswith(wanted.prefix):
            continue
        rest = key[len(wanted.prefix) :]
        head, found, _ = rest.partition(wanted.delimiter) if wanted.delimiter else (rest, "", "")
        line = (f"{wanted.prefix}{head}{found}", "") if found else (key, upload_id)
        if line not in lines:
            lines.append(line)
    return lines


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("delimiter", ["", "/", "-", "1"])
@pytest.mark.parametrize("prefix", ["", "a", "a/", "b", "c/", "none"])
async def test_pages_together_are_all(
    resources: Resources,
    begun: list[tuple[str, str]],
    prefix: str,
    delimiter: str,
    limit: int,
) -> None:
    lines: list[tuple[str, str]] = []
    after, after_id = "", ""
    while True:
        wanted = Wanted(prefix, delimiter, after, limit)
        page = await list_uploads(
            resources.outbox, REPOSITORY.repository_uid, wanted, after_id=after_id
        )
        assert page.count <= limit
        lines += [(one.key, one.upload_id) for one in page.uploads]
        lines += [(one, "") for one in page.common_prefixes]
        if not page.is_truncated:
            break
        after, after_id = page.last
    assert sorted(lines) == sorted(rolled_up(begun, Wanted(prefix, delimiter)))


async def test_no_room_for_any(resources: Resources, begun: list[tuple[str, str]]) -> None:
    page = await list_uploads(resources.outbox, REPOSITORY.repository_uid, Wanted(limit=0))
    assert (begun != [], page.count, page.is_truncated) == (True, 0, False)
