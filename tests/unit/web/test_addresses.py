"""Names and keys come back from their addresses exactly as they went in."""

import pytest

from services.web.addresses import (
    Place,
    avatar_url,
    check_query,
    directory_page,
    is_slug,
    object_page,
    own_address,
    place_of,
    survives,
)
from shared.contracts.accounts import Account
from shared.contracts.base import now
from shared.errors import Invalid, NotFound

KEYS = [
    "europe.tif",
    "a b+c%2F=~*.tif",
    "settings",
    "-/keys",
    "ünïcødé/日本.tif",
    "e\u0301.txt",
    "\u00e9.txt",
    "a?b#c&d.txt",
    "a/.../b",
    ".hidden",
    "..a/b..",
]
FRAGILE = ["../up", "a/../b", "./a", "a//b", "/a", "a/", "nul\0", "cr\rlf\n", "back\\slash", "."]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_travels_as_a_path(key: str) -> None:
    address = object_page("noaa", "mask", key)
    assert "?" not in address
    assert place_of(address.encode()) == Place("noaa", "mask", key)


@pytest.mark.parametrize("key", FRAGILE)
def test_a_key_that_would_be_changed_on_the_way_goes_into_the_query(key: str) -> None:
    assert not survives(key)
    assert object_page("noaa", "mask", key).startswith("/noaa/mask?key=")


@pytest.mark.parametrize(
    ("prefix", "address"),
    [
        ("", "/noaa/mask"),
        ("2024/", "/noaa/mask/2024/"),
        ("a b/", "/noaa/mask/a%20b/"),
        ("a//", "/noaa/mask?prefix=a//"),
        ("../", "/noaa/mask?prefix=../"),
        ("/", "/noaa/mask?prefix=/"),
    ],
)
def test_a_directory_ends_in_a_slash(prefix: str, address: str) -> None:
    assert directory_page("noaa", "mask", prefix) == address


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"/noaa", Place("noaa")),
        (b"/noaa/", Place("noaa")),
        (b"/noaa/mask", Place("noaa", "mask")),
        (b"/noaa/mask/", Place("noaa", "mask")),
        (b"/noaa/mask/a%2Fb//c", Place("noaa", "mask", "a/b//c")),
        (b"/noaa/mask/%2525", Place("noaa", "mask", "%25")),
        (b"/noaa/mask/a+b", Place("noaa", "mask", "a+b")),
    ],
)
def test_a_path_is_decoded_once_and_never_normalised(raw: bytes, place: Place) -> None:
    assert place_of(raw) == place


@pytest.mark.parametrize(
    "raw",
    [
        b"/",
        b"//x",
        b"/NOAA",
        b"/no%2Faa",
        b"/noaa%0a",
        b"/..",
        b"/a--b",
        b"/noaa/Mask/x",
        b"/noaa/mask/%ff%fe",
        b"/-/x",
        b"/" + b"a" * 41,
    ],
)
def test_what_cannot_be_a_name_names_nothing(raw: bytes) -> None:
    with pytest.raises(NotFound):
        place_of(raw)


def test_directories_and_files_are_told_apart() -> None:
    assert Place("noaa", "mask").is_directory
    assert Place("noaa", "mask", "2024/").is_directory
    assert not Place("noaa", "mask", "2024").is_directory


def test_a_slug_may_be_no_longer_than_an_id() -> None:
    assert is_slug("a" * 40)
    assert not is_slug("a" * 41)


@pytest.mark.parametrize("address", ["/", "/-/new?account_id=noaa", "/noaa/mask/a%20b"])
def test_own_addresses_are_kept(address: str) -> None:
    assert own_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/a\\..\\b",
        "javascript:alert(1)",
        "/a\nLocation: x",
        "/\x00",
        "evil",
        " /x",
    ],
)
def test_addresses_elsewhere_lead_home(address: str) -> None:
    assert own_address(address) == "/"


@pytest.mark.parametrize("path", ["/noaa//mask", "/noaa//a/b", "//noaa", "/"])
def test_a_key_without_a_repository_names_nothing(path: str) -> None:
    with pytest.raises(NotFound):
        place_of(path.encode())


@pytest.mark.parametrize("query", [b"key=%ff", b"key=\xff", b"%ff", b"key=%ED%A0%80", b"a=1&b=%C3"])
def test_a_query_that_is_not_utf_8_is_refused(query: bytes) -> None:
    with pytest.raises(Invalid):
        check_query(query)


def test_a_query_may_hold_any_utf_8() -> None:
    check_query(b"key=a%00b%EF%BF%BD%c3%a9+%&x=%zz")


def test_a_picture_is_at_the_data_door_while_its_account_is_seen() -> None:
    ada = Account(
        account_uid="01ADA", account_id="ada", kind="individual", name="Ada", created_at=now()
    )
    assert avatar_url("https://data.example.org/", ada) == ""
    pictured = ada.model_copy(update={"avatar": "01FACE"})
    address = "https://data.example.org/-/avatars/01ADA/01FACE.webp"
    assert avatar_url("https://data.example.org/", pictured) == address
    shut = pictured.model_copy(update={"disabled": True})
    assert avatar_url("https://data.example.org/", shut) == ""
