"""The key file: 32 random bytes made at the first start, from which every other secret is derived.

Whoever may read `$COOP_HOME/key` may read every sealed credential, so it is kept at mode 600 and
never printed. What is derived needs no storing: each process derives its own share by a label.
"""

import base64
import os
import secrets
from pathlib import Path

import nkeys  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SERVICE_KEY_PREFIX = "COOPSERVICE"
HOOK_HEADER = "x-coop-hook"


class KeyFileError(Exception):
    """The key file cannot be used; the text says why in one sentence."""


def load_key_file(home: Path) -> bytes:
    """The 32 bytes of `home/key`, made at mode 600 if there is no such file.

    Several processes may call it at once: one makes the file, all read the same bytes.
    Raises KeyFileError when the file is there and does not hold 32 bytes, or others may read it.
    """
    path = home / "key"
    if not path.exists():
        make_key(path)
    return read_key(path)


def read_key(path: Path) -> bytes:
    """The 32 bytes of a key file. Raises KeyFileError; OSError where there is none."""
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"The key file {path} must hold {KEY_BYTES} bytes; it has {len(key)}.")
    if path.stat().st_mode & 0o077:
        raise KeyFileError(f"The key file {path} can be read by others; run: chmod 600 {path}")
    return key


def derive(key: bytes, label: str, length: int = KEY_BYTES) -> bytes:
    """`length` bytes that follow from the key and the label (HKDF-SHA256, RFC 5869), no others."""
    return HKDF(algorithm=SHA256(), length=length, salt=b"coop", info=label.encode()).derive(key)


def derive_text(key: bytes, label: str, length: int = KEY_BYTES) -> str:
    """Derived bytes as text without `+`, `/` or padding: safe in URLs, YAML and passwords."""
    return base64.urlsafe_b64encode(derive(key, label, length)).rstrip(b"=").decode()


def nats_seed(key: bytes, name: str) -> str:
    """The nkey seed by which the NATS client called `name` proves itself."""
    seed: bytes = nkeys.encode_seed(derive(key, f"nats/{name}"), nkeys.PREFIX_BYTE_USER)
    return seed.decode()


def nats_public_key(key: bytes, name: str) -> str:
    """The public half of that seed, the only half the server is told."""
    pair = nkeys.from_seed(bytearray(nats_seed(key, name).encode()))
    public: bytes = pair.public_key
    return public.decode()


def service_access_key(key: bytes, service: str) -> tuple[str, str]:
    """Access key id and secret by which a service of ours is known at the data door."""
    return f"{SERVICE_KEY_PREFIX}{service.upper()}", derive_text(key, f"access-key/{service}", 30)


def hook_secret(key: bytes) -> str:
    """By which web knows that Kratos is calling; it comes in the header HOOK_HEADER."""
    return derive_text(key, "kratos/hook")


def make_key(path: Path) -> None:
    """A new key file at mode 600; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
        # A link fails where a rename would replace the key that another process just made.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        os.close(descriptor)
        draft.unlink()
