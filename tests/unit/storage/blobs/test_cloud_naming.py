"""Keys as names in a bucket: back again, never two alike, nothing that a back end alters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.storage.blobs.cloud.naming import (
    MAX_KEY,
    MAX_SEGMENT,
    escape,
    key_folder,
    parts_folder,
    unescape,
    upload_at,
)
from tests.blob_writes import FOLDER, ODD_KEYS

characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from("/.=\x00 +%é")
keys = st.text(characters, min_size=1, max_size=80) | st.sampled_from(ODD_KEYS)


@given(keys)
def test_a_key_comes_back(key: str) -> None:
    assert unescape(escape(key)) == key


@given(keys)
def test_nothing_is_left_that_is_altered_on_the_way(key: str) -> None:
    escaped = escape(key)
    assert escaped.isascii()
    assert escaped.isprintable()
    for segment in escaped.split("/"):
        assert segment
        assert not segment.endswith(".")
    assert unicodedata.normalize("NFC", escaped) == unicodedata.normalize("NFD", escaped)


@given(keys)
def test_a_name_is_short_enough(key: str) -> None:
    folder = key_folder(FOLDER, key)
    assert folder.startswith(f"{FOLDER.repository_uid}/")
    assert len(folder) <= len(FOLDER.repository_uid) + 1 + MAX_KEY
    assert max(map(len, folder.split("/"))) <= MAX_SEGMENT


def test_odd_keys_have_folders_of_their_own() -> None:
    folders = [key_folder(FOLDER, key) for key in ODD_KEYS]
    assert len(set(folders)) == len(ODD_KEYS)


@pytest.mark.parametrize("key", ["=parts/x", "=long/x", "=processes"])
def test_no_key_is_one_of_our_own_names(key: str) -> None:
    assert not key_folder(FOLDER, key).startswith(parts_folder(FOLDER, "x"))
    assert key_folder(FOLDER, key).split("/")[1].startswith("=3D")


def test_a_plain_key_is_its_own_name() -> None:
    assert escape("2024/sea-level_v1.2~a.nc") == "2024/sea-level_v1.2~a.nc"


def test_a_place_tells_its_upload() -> None:
    assert upload_at("01DRAFT") == ""
    assert upload_at("01DRAFT+01UPLOAD") == "01UPLOAD"
