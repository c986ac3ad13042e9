"""Which passwords are refused, and what is said of them."""

import pytest

from services.web.security.passwords import GUESSED, OWN, names_in, weakness

NAMES = names_in("river.nora@example.org", "river-lab")


@pytest.mark.parametrize(
    "password",
    [
        "12345678",
        "password1",
        "Password1!",
        "P@ssw0rd2024",
        "qwertyuiop",
        "iloveyou2",
        "aaaaaaaaaa",
    ],
)
async def test_what_is_tried_first_is_refused(password: str) -> None:
    assert await weakness(password, NAMES) == GUESSED


@pytest.mark.parametrize(
    "password",
    ["river-lab", "my River-Lab is fine", "River.Nora was here", "river.nora@example.org"],
)
async def test_one_s_own_names_are_refused_however_they_are_written(password: str) -> None:
    assert await weakness(password, NAMES) == OWN


@pytest.mark.parametrize(
    "password",
    ["four quiet words more", "xK9#mL2p", "correct horse battery staple", "ø" + "x9Q." * 9],
)
async def test_others_are_taken(password: str) -> None:
    assert await weakness(password, NAMES) == ""


@pytest.mark.parametrize(
    "password",
    ["ada20242024", "Ada!2024ada", "adaADAada1", "xada!2024", "ada.li-12345", "LI2li4li6li8"],
)
async def test_beside_a_short_name_the_rest_must_be_good(password: str) -> None:
    assert await weakness(password, names_in("li@example.org", "ada")) == OWN


async def test_a_name_of_three_letters_is_in_many_words() -> None:
    names = names_in("a@example.org", "ada")
    assert await weakness("an adamant crocodile", names) == ""
    assert await weakness("ada and xK9#mL2p", names) == ""
    assert await weakness("12345678", names) == GUESSED
    assert await weakness("an adamant crocodile", names_in("", "")) == ""


async def test_what_is_too_short_is_left_to_kratos_and_what_is_long_is_measured_in_part() -> None:
    assert await weakness("short", NAMES) == ""
    assert await weakness("a" * 100_000, NAMES) == GUESSED
