"""The sample's one person: every credential follows from the key file and is stored nowhere."""

import base64
from dataclasses import dataclass

from shared.keyfile import derive, derive_text

ACCOUNT_ID = "demo"
EMAIL = "demo@example.org"
NAME = "Demo"


@dataclass(frozen=True)
class SampleAccount:
    """An account with its credentials, as ready.json tells them."""

    account_id: str
    email: str
    password: str
    access_key_id: str
    secret_access_key: str


def sample_account(key: bytes) -> SampleAccount:
    """`demo`, the same at every start of one data folder, another in every other folder."""
    identifier = base64.b32encode(derive(key, "sample/access-key-id", 10)).decode()
    return SampleAccount(
        account_id=ACCOUNT_ID,
        email=EMAIL,
        password=derive_text(key, "sample/password", 12),
        access_key_id=f"COOP{identifier}",
        secret_access_key=derive_text(key, "sample/secret-access-key", 30),
    )
