from pathlib import Path

import pytest

from shared.keyfile import (
    KeyFileError,
    derive,
    derive_text,
    load_key_file,
    nats_public_key,
    nats_seed,
)

KEY = bytes(range(32))


def test_the_first_load_makes_a_private_file_and_later_ones_read_it(tmp_path: Path) -> None:
    made = load_key_file(tmp_path / "home")

    assert len(made) == 32
    assert (tmp_path / "home" / "key").stat().st_mode & 0o777 == 0o600
    assert load_key_file(tmp_path / "home") == made
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["key"]


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_key_file(tmp_path)
    (tmp_path / "key").chmod(0o644)

    with pytest.raises(KeyFileError, match="chmod 600"):
        load_key_file(tmp_path)


def test_a_key_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")

    with pytest.raises(KeyFileError, match="32 bytes; it has 5"):
        load_key_file(tmp_path)


def test_derived_bytes_depend_on_key_label_and_length() -> None:
    assert derive(KEY, "a") == derive(KEY, "a")
    assert derive(KEY, "a") != derive(KEY, "b")
    assert derive(KEY, "a") != derive(bytes(32), "a")
    assert len(derive(KEY, "a", 64)) == 64


def test_derived_text_is_safe_in_urls() -> None:
    assert set(derive_text(KEY, "a", 300)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def test_every_client_has_its_own_seed_and_the_server_its_public_half() -> None:
    assert nats_seed(KEY, "web").startswith("SU")
    assert nats_public_key(KEY, "web").startswith("U")
    assert nats_seed(KEY, "web") != nats_seed(KEY, "storage")
