"""What is sealed opens for its own name and key, and for nothing else."""

import base64
from itertools import pairwise

import pytest

from shared.sealing import SealError, answers_key, codes_key, seal, sealing_key, unseal

KEY = sealing_key(bytes(range(32)))
NAME = "COOPABCDEFGHIJKLMNOP"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def test_a_sealed_secret_opens_again() -> None:
    assert unseal(KEY, seal(KEY, SECRET, name=NAME), name=NAME) == SECRET


def test_the_sealed_text_does_not_tell_the_secret_and_is_never_the_same_twice() -> None:
    sealed = [seal(KEY, SECRET, name=NAME) for _ in range(20)]
    assert all(SECRET.encode() not in base64.b64decode(one) for one in sealed)
    assert all(one != other for one, other in pairwise(sorted(sealed)))


def test_it_does_not_open_for_another_name() -> None:
    with pytest.raises(SealError):
        unseal(KEY, seal(KEY, SECRET, name=NAME), name="COOPOTHEROTHEROTHER1")


def test_it_does_not_open_with_another_key() -> None:
    with pytest.raises(SealError):
        unseal(sealing_key(bytes(32)), seal(KEY, SECRET, name=NAME), name=NAME)


def test_each_purpose_has_a_key_of_its_own() -> None:
    file = bytes(32)
    keys = {sealing_key(file), answers_key(file), codes_key(file)}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


@pytest.mark.parametrize("text", ["", "!", "AAAA", "é", base64.b64encode(bytes(64)).decode()])
def test_what_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        unseal(KEY, text, name=NAME)


def test_every_altered_byte_is_noticed() -> None:
    raw = base64.b64decode(seal(KEY, SECRET, name=NAME))
    for position in range(len(raw)):
        altered = bytearray(raw)
        altered[position] ^= 1
        with pytest.raises(SealError):
            unseal(KEY, base64.b64encode(bytes(altered)).decode(), name=NAME)
