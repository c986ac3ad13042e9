"""Ids are matched whole, keys are any bytes S3 allows."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.identifiers import AccountId, RepositoryId, check_key, new_uid, object_uid

account_id = TypeAdapter(AccountId)
repository_id = TypeAdapter(RepositoryId)


@pytest.mark.parametrize("text", ["abc", "noaa", "a-b-c", "0x1", "a" * 40, "natural-earth"])
def test_an_id_is_words_joined_by_single_hyphens(text: str) -> None:
    assert account_id.validate_python(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ab", "must have 3 to 40 characters"),
        ("a" * 41, "must have 3 to 40 characters"),
        ("a/b", "lower-case letters"),
        ("...", "lower-case letters"),
        ("a..b", "lower-case letters"),
        ("Noaa", "lower-case letters"),
        ("a--b", "lower-case letters"),
        ("-abc", "lower-case letters"),
        ("abc-", "lower-case letters"),
        ("noaa\n", "lower-case letters"),
        ("n\u00e4aa", "lower-case letters"),
        ("admin", "is reserved"),
        ("stac", "is reserved"),
    ],
)
def test_what_is_no_account_id_is_refused_with_its_reason(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        account_id.validate_python(text)


def test_a_repository_may_have_a_name_that_an_account_may_not() -> None:
    assert repository_id.validate_python("data") == "data"


@pytest.mark.parametrize(
    "key",
    [
        "a",
        "a/b",
        "..",
        "a//b",
        "dir/",
        "/lead",
        "nul\x00",
        "cr\r\nlf",
        "e\u0301",
        "\u00e9",
        "k" * 1024,
    ],
)
def test_a_key_is_kept_exactly(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("", "1 to 1024 bytes"),
        ("k" * 1025, "has 1025"),
        ("\u00e9" * 513, "has 1026"),
        ("\ud800", "UTF-8"),
    ],
)
def test_what_is_no_key_is_refused_with_its_reason(key: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_key(key)


def test_uids_sort_by_the_time_they_were_made() -> None:
    made = [new_uid() for _ in range(3)]
    assert len(set(made)) == 3
    assert all(len(uid) == 26 for uid in made)


def test_an_object_keeps_its_aggregate_and_does_not_tell_its_key() -> None:
    uid = object_uid("01R", "secret/place.tif")
    assert uid == object_uid("01R", "secret/place.tif")
    assert uid != object_uid("01R", "secret/place.tif ")
    assert len(uid) == 32
    assert "secret" not in uid
