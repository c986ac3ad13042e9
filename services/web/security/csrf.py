"""Proof that a form came from our own page: double submit, bound to the session.

The cookie holds a random seed; the form holds `nonce.mac`, where the mac covers nonce, seed and
session. The nonce makes each token different, so a compressed page gives nothing away (BREACH), and
names one rendering of one form, so that a form sent twice can be told.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256

COOKIE = "coop_form"
FIELD = "csrf_token"
HEADER = "x-csrf-token"
NONCE_CHARACTERS = 22


def new_seed() -> str:
    """What the cookie holds."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Binding:
    """What a token is bound to; `session` is the session cookie, empty for those not signed in."""

    key: bytes
    seed: str
    session: str


def make_token(binding: Binding) -> str:
    """A token for one form of this browser in this session."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_mac(binding, nonce)}"


def is_valid(binding: Binding, token: str) -> bool:
    """Whether the token was made for this seed and session; compared in constant time."""
    nonce, _, mac = token.partition(".")
    if not binding.seed or len(nonce) != NONCE_CHARACTERS:
        return False
    return hmac.compare_digest(mac.encode(), _mac(binding, nonce).encode())


def is_same_origin(headers: dict[str, str], public_url: str) -> bool:
    """Whether the browser itself says that our own page sent it (Fetch Metadata, Origin)."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin", "") == public_url.rstrip("/")


def _mac(binding: Binding, nonce: str) -> str:
    said = f"{nonce}\0{binding.seed}\0{binding.session}".encode()
    return hmac.new(binding.key, said, sha256).hexdigest()
