"""Names in archives: safe to unpack, and each key has its own."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.storage.archives.names import name_of, still_above

ALPHABET = "ab/.%2E~-\\:\x00\n\u0085\u00e9\U0001f30d"
KEYS = st.lists(
    st.text(st.sampled_from(ALPHABET), min_size=1, max_size=12), max_size=30, unique=True
)


def names_of(keys: list[str], *, empty: frozenset[str] = frozenset()) -> list[str]:
    """The names of all keys, in their order."""
    names, files = [], list[str]()
    for key in sorted(keys):
        still_above(files, key)
        names.append(name_of(key, files, is_empty=key in empty))
        files.append(key)
    return names


def key_of(name: str) -> str:
    return unquote(name.replace("%~/", ""))


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("a/b/caf\u00e9.csv", "a/b/caf\u00e9.csv"),
        ("100%.csv", "100%.csv"),
        ("2020-01-01T00:00:00.nc", "2020-01-01T00:00:00.nc"),
        ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd"),
        ("a/./b", "a/%2E/b"),
        ("/lead", "%2Flead"),
        ("a//b", "a%2F%2Fb"),
        ("nul\x00byte", "nul%00byte"),
        ("C:/windows", "C%3A/windows"),
        ("a\\..\\b", "a%5C..%5Cb"),
        ("percent%2Fslash", "percent%252Fslash"),
        ("trail/", "trail%2F"),
        ("/", "%2F"),
        ("x" * 256, "x" * 252 + "%~/xxxx"),
    ],
)
def test_a_name(key: str, name: str) -> None:
    assert names_of([key]) == [name]


def test_an_empty_object_with_a_slash_at_its_end_is_a_folder() -> None:
    assert names_of(["a/", "a/b"], empty=frozenset({"a/"})) == ["a/", "a/b"]


def test_what_is_below_a_file_gets_no_folder() -> None:
    keys = ["a", "a-b", "a.c/d", "a/", "a/b", "a/b/c", "b/c"]
    found = names_of(keys, empty=frozenset({"a/"}))
    assert found == ["a", "a-b", "a.c/d", "a%2F", "a%2Fb", "a%2Fb%2Fc", "b/c"]


@given(KEYS, st.booleans())
def test_any_keys(keys: list[str], all_empty: bool) -> None:
    names = names_of(keys, empty=frozenset(keys) if all_empty else frozenset())
    assert [key_of(name) for name in names] == sorted(keys)
    files = {name for name in names if not name.endswith("/")}
    for name in names:
        segments = name.removesuffix("/").split("/")
        assert not {"", ".", ".."} & set(segments)
        assert not set("\x00\n\\\u0085") & set(name)
        folders = {"/".join(segments[:depth]) for depth in range(1, len(segments))}
        assert not folders & files


@given(st.text(st.sampled_from("x\u00e9\U0001f30d%\n/"), min_size=200, max_size=1024))
def test_no_segment_is_too_long_for_a_file_system(key: str) -> None:
    (name,) = names_of([key])
    assert key_of(name) == key
    assert all(len(segment.encode()) <= 255 for segment in name.split("/"))
