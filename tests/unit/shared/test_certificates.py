from pathlib import Path

import pytest

from shared.certificates import CertificateError, door_tls
from shared.settings import StorageSettings
from tests.certificate import make_certificate


def settings(certificate: Path | str, key: Path | str = "") -> StorageSettings:
    return StorageSettings(tls_cert=str(certificate), tls_key=str(key))


def refusal(certificate: Path | str, key: Path | str = "") -> str:
    with pytest.raises(CertificateError) as refused:
        door_tls(settings(certificate, key))
    return str(refused.value)


def test_without_a_certificate_there_is_no_tls() -> None:
    assert door_tls(StorageSettings()) is None


def test_a_certificate_and_its_key_in_two_files_or_in_one(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    assert door_tls(settings(certificate, key)) is not None
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    assert door_tls(settings(both)) is not None


def test_a_key_without_a_certificate() -> None:
    assert refusal("", "door.key") == (
        "COOP_STORAGE__TLS_KEY is set, but COOP_STORAGE__TLS_CERT is not."
    )


def test_files_that_are_not_there(tmp_path: Path) -> None:
    certificate, _ = make_certificate(tmp_path)
    lost = tmp_path / "lost.pem"
    told = f"={lost} cannot be read: No such file or directory."
    assert refusal(lost) == f"COOP_STORAGE__TLS_CERT{told}"
    assert refusal(certificate, lost) == f"COOP_STORAGE__TLS_KEY{told}"
    assert refusal(tmp_path).endswith("cannot be read: Is a directory.")


def test_a_key_of_another_certificate(tmp_path: Path) -> None:
    certificate, _ = make_certificate(tmp_path / "one")
    _, key = make_certificate(tmp_path / "other")
    assert refusal(certificate, key) == (
        f"COOP_STORAGE__TLS_KEY={key} is not the key of COOP_STORAGE__TLS_CERT={certificate}."
    )


@pytest.mark.parametrize("missing", ["key", "certificate"])
def test_what_is_not_pem(tmp_path: Path, missing: str) -> None:
    certificate, key = make_certificate(tmp_path)
    spoilt = key if missing == "key" else certificate
    spoilt.write_text("nothing of the kind")
    assert refusal(certificate, key) == (
        f"COOP_STORAGE__TLS_CERT={certificate} and its key, {key}, are not what PEM looks like."
    )


def test_a_key_with_a_password_is_refused_and_not_asked_for(tmp_path: Path) -> None:
    assert refusal(*make_certificate(tmp_path, b"secret")) == (
        "The key of COOP_STORAGE__TLS_KEY is encrypted; it must be in PEM without a password."
    )
