"""The certificate by which the data door speaks TLS, read from the files that an operator names."""

import ssl
from pathlib import Path

from shared.settings import StorageSettings

CERTIFICATE, KEY = "COOP_STORAGE__TLS_CERT", "COOP_STORAGE__TLS_KEY"


class CertificateError(Exception):
    """One sentence: which setting, which file, and what is the matter with it."""


def door_tls(settings: StorageSettings) -> ssl.SSLContext | None:
    """What the data door speaks TLS with; None without a certificate. Raises CertificateError."""
    certificate, key = settings.tls_cert, settings.tls_key
    if not certificate:
        if key:
            raise CertificateError(f"{KEY} is set, but {CERTIFICATE} is not.")
        return None
    _check_readable(CERTIFICATE, certificate)
    _check_readable(KEY, key or certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key or None, password=_refuse_encrypted)
    except ssl.SSLError as error:
        raise CertificateError(_reason(error, certificate, key or certificate)) from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def _check_readable(setting: str, path: str) -> None:
    """OpenSSL says of a file that it cannot read neither which one it is nor why."""
    try:
        with Path(path).open("rb"):
            pass
    except OSError as error:
        raise CertificateError(f"{setting}={path} cannot be read: {error.strerror}.") from error


def _refuse_encrypted() -> str:
    """Without this, OpenSSL asks for the password at the terminal, and waits."""
    raise CertificateError(f"The key of {KEY} is encrypted; it must be in PEM without a password.")


def _reason(error: ssl.SSLError, certificate: str, key: str) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{KEY}={key} is not the key of {CERTIFICATE}={certificate}."
    return f"{CERTIFICATE}={certificate} and its key, {key}, are not what PEM looks like."
