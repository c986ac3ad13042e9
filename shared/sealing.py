"""Secrets at rest: AES-256-GCM under a key derived from the key file, bound to whose they are.

A sealed text is base64 of nonce, ciphertext and tag. It opens only together with the name it was
sealed for, so one record's secret can't be passed off as another's.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.keyfile import derive

LABEL = "sealing/access-keys/v1"
CONNECTIONS_LABEL = "sealing/connections/v1"
CODES_LABEL = "codes/email/v1"
ANSWERS_LABEL = "sealing/answers/v1"
NONCE_BYTES = 12


class SealError(Exception):
    """The text was not sealed under this key for this name, or it was altered since."""


def sealing_key(key_file: bytes) -> bytes:
    """The 32 bytes that seal access keys, from the bytes of the key file."""
    return derive(key_file, LABEL, 32)


def connections_key(key_file: bytes) -> bytes:
    """The 32 bytes that seal what buckets of accounts are read by, from those of the key file."""
    return derive(key_file, CONNECTIONS_LABEL, 32)


def answers_key(key_file: bytes) -> bytes:
    """The 32 bytes that seal what was answered to creations, from the bytes of the key file."""
    return derive(key_file, ANSWERS_LABEL, 32)


def codes_key(key_file: bytes) -> bytes:
    """The 32 bytes that mailed codes follow from, from the bytes of the key file."""
    return derive(key_file, CODES_LABEL, 32)


def seal(key: bytes, secret: str, *, name: str) -> str:
    """The secret as text that only a holder of `key` can open, and only for `name`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, secret.encode(), name.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(key: bytes, sealed: str, *, name: str) -> str:
    """The secret that `seal` hid for `name`; raises SealError."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], name.encode()).decode()
    except (binascii.Error, InvalidTag, ValueError) as error:
        raise SealError(f"The sealed secret of {name} does not open with this key.") from error
