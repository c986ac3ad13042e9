"""A write is done only when its bytes and its name are on the disk."""

import os
from pathlib import Path

import pytest

from services.storage.blobs.local import LocalBlobs
from services.storage.settings import ServiceSettings
from tests.blob_writes import put

REPOSITORY = "noaa/globe-land-mask"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is synced and linked from now on, in order; all of it is done as well."""
    seen: list[tuple[str, str]] = []
    fsync, link = os.fsync, os.link

    def syncing(descriptor: int) -> None:
        seen.append(("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        fsync(descriptor)

    def linking(source: bytes, name: bytes, **more: object) -> None:
        seen.append(("link", os.fsdecode(name)))
        link(source, name, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "link", linking)
    return seen


def is_draft(call: tuple[str, str]) -> bool:
    """Whether the bytes of a draft were synced, which has its name only later."""
    return call[0] == "sync" and Path(call[1]).parent.name == "tmp"


async def test_bytes_then_name_then_folder(
    blobs: LocalBlobs, home: Path, calls: list[tuple[str, str]]
) -> None:
    await put(blobs, "new/a.tif", b"tiff")
    named = calls.index(("link", "a.tif"))
    assert any(map(is_draft, calls[:named]))
    assert ("sync", str(home / REPOSITORY)) in calls[:named], "the folder that the new one is in"
    assert ("sync", str(home / REPOSITORY / "new")) in calls[named:]


async def test_what_replaces_is_synced_like_what_is_new(
    blobs: LocalBlobs, home: Path, calls: list[tuple[str, str]]
) -> None:
    first = await put(blobs, "a.tif", b"old")
    calls.clear()
    await put(blobs, "a.tif", b"new", before=first)
    folder = calls.index(("sync", str(home / REPOSITORY)))
    assert any(map(is_draft, calls[:folder]))


def test_nothing_less_is_done_unless_it_was_asked_for() -> None:
    assert ServiceSettings(_env_file=None).storage.fsync == "always"
