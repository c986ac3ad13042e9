"""Which keys can be paths, and where the others go."""

from hashlib import sha256

import pytest

from services.storage.blobs.local.naming import HASHED, PLAIN, folder_path, is_plain, path_at
from services.storage.blobs.port import Folder
from tests.blob_writes import FOLDER


@pytest.mark.parametrize(
    "key",
    [
        "a",
        "a/b",
        ".hidden",
        "...",
        "..a",
        "a..",
        "a/...",
        "caf\u00e9",
        "x" * 255,
        "a b+%=~*",
        ".sc",
    ],
)
def test_plain(key: str) -> None:
    assert is_plain(key.encode())
    assert path_at(FOLDER, key, PLAIN) == b"noaa/globe-land-mask/" + key.encode()


@pytest.mark.parametrize(
    "key",
    ["", "/", "a/", "/a", "a//b", ".", "..", "./a", "../a", "a/..", "a/../b", "a/./b"],
)
def test_not_plain(key: str) -> None:
    assert not is_plain(key.encode())


@pytest.mark.parametrize(
    "key", ["a\x00b", "a\nb", "a\x7f", "a\n", "x" * 256, "a/" + "\u00fc" * 128 + "/b"]
)
def test_control_bytes_and_long_segments_are_not_plain(key: str) -> None:
    assert not is_plain(key.encode())


def test_a_hashed_path_tells_nothing_and_can_escape_nothing() -> None:
    name = sha256(b"../../etc/passwd").hexdigest()
    path = f".sc/noaa/globe-land-mask/keys/{name[:2]}/{name}".encode()
    assert path_at(FOLDER, "../../etc/passwd", HASHED) == path


@pytest.mark.parametrize("account_id", ["", "..", ".sc", "a/b", "A", "a\n", "-a", "a\x00"])
def test_only_ids_name_a_folder(account_id: str) -> None:
    with pytest.raises(ValueError, match="cannot name a folder"):
        folder_path(Folder(account_id, "mask", "01R"))
    with pytest.raises(ValueError, match="cannot name a folder"):
        folder_path(Folder("noaa", account_id, "01R"))
