"""Nothing outside the folder is ever opened, and no link is followed, in both ways of opening."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.storage.blobs.local import descent


@pytest.fixture(params=["open_beneath", "_open_segments"])
def open_beneath(request: pytest.FixtureRequest) -> Callable[..., int]:
    function: Callable[..., int] = getattr(descent, request.param)
    return function


@pytest.fixture
def root(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "secret").write_text("secret")
    inside = tmp_path / "inside"
    (inside / "folder").mkdir(parents=True)
    (inside / "folder" / "file").write_text("content")
    (inside / "link").symlink_to(tmp_path / "secret")
    (inside / "near").symlink_to("folder")
    (inside / "away").symlink_to(tmp_path)
    descriptor = os.open(inside, descent.FOLDER_FLAGS)
    yield descriptor
    os.close(descriptor)


def test_a_file_is_opened(open_beneath: Callable[..., int], root: int) -> None:
    descriptor = open_beneath(root, b"folder/file", os.O_RDONLY)
    assert os.read(descriptor, 100) == b"content"
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)


@pytest.mark.parametrize(
    "path", [b"link", b"near/file", b"away/secret", b"../secret", b"folder/../../secret", b"none"]
)
def test_what_leads_out_is_refused(
    open_beneath: Callable[..., int], root: int, path: bytes
) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        open_beneath(root, path, os.O_RDONLY)


def test_a_full_path_is_refused(
    open_beneath: Callable[..., int], root: int, tmp_path: Path
) -> None:
    with pytest.raises(OSError):  # noqa: PT011
        open_beneath(root, os.fsencode(tmp_path / "secret"), os.O_RDONLY)


def test_a_path_does_not_end_at_a_nul(open_beneath: Callable[..., int], root: int) -> None:
    with pytest.raises((OSError, ValueError)):
        open_beneath(root, b"folder/file\x00.txt", os.O_RDONLY)


def test_folders_are_made_and_links_are_not_entered(root: int, tmp_path: Path) -> None:
    descent.make_folders(root, b"one/two/three", is_durable=True)
    descent.make_folders(root, b"one/two/three", is_durable=True)
    assert (tmp_path / "inside/one/two/three").is_dir()
    with pytest.raises(OSError):  # noqa: PT011
        descent.make_folders(root, b"away/new", is_durable=False)
    assert not (tmp_path / "new").exists()
    with pytest.raises(NotADirectoryError):
        descent.make_folders(root, b"folder/file/below", is_durable=False)
