"""A key's name, while others make and prune folders of that name."""

from collections.abc import Callable

import pytest

from services.storage.blobs.local import LocalBlobs, publishing
from tests.blob_writes import FOLDER, get, put


def looking_too_early(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The first looks at a name come before the folder there is made."""
    look: Callable[[int, bytes], bool] = publishing._is_folder
    early = iter(range(times))
    monkeypatch.setattr(
        publishing, "_is_folder", lambda *at: next(early, None) is None and look(*at)
    )


async def test_a_folder_made_since_the_look(
    blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(blobs, "a/b", b"below")
    looking_too_early(monkeypatch, 1)
    stored = await put(blobs, "a", b"beside")
    assert await get(blobs, "a", stored) == b"beside"
    assert {found.key async for batch in blobs.walk(FOLDER) for found in batch} == {"a", "a/b"}


async def test_what_may_not_be_replaced_is_said(
    blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(blobs, "a/b", b"below")
    looking_too_early(monkeypatch, publishing.ATTEMPTS)
    with pytest.raises(PermissionError):
        await put(blobs, "a", b"beside")
