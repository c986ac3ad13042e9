"""A key that never leaves its service wraps the store's key: AWS KMS, or what speaks its API.

It is asked when a process starts and when the key is rotated, and never while bytes are read or
written: a KMS that is away keeps what runs from nothing.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from services.storage.blobs.sealed.keeping import SealingError
from services.storage.blobs.sealed.keys import BY_KMS, Keep, KeyFile
from shared.errors import Unavailable

# A ciphertext of ours opens as nothing else, and nothing else as ours.
CONTEXT = {"coop": "store key v1"}
CONFIG = AioConfig(
    connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2}
)
# As a bucket's options are called, and what the library calls them.
OPTIONS = {
    "endpoint": "endpoint_url",
    "region": "region_name",
    "access_key_id": "aws_access_key_id",
    "secret_access_key": "aws_secret_access_key",
    "session_token": "aws_session_token",
}


class KmsAwayError(SealingError, Unavailable):
    """It does not answer now: a start says so, and who opens a mirror later waits for it."""


class Kms:
    """See Wrapping: a key by its id, ARN or alias. The AWS chain supplies what options leave out.

    What the key `file` wrapped is opened by that until it is rotated. Raises SealingError for
    options that there are not.
    """

    def __init__(self, key_id: str, options: Mapping[str, str], file: KeyFile) -> None:
        self._key_id = key_id
        self._file = file
        unknown = ", ".join(sorted(options.keys() - OPTIONS.keys()))
        if unknown:
            raise SealingError(f"COOP_STORAGE__SEALING_KMS_OPTIONS has no {unknown}.")
        self._options: dict[str, Any] = {OPTIONS[name]: value for name, value in options.items()}

    async def wrap(self, store_key: bytes) -> bytes:
        """See Wrapping.wrap."""
        told = await self._ask(
            "encrypt", KeyId=self._key_id, Plaintext=store_key, EncryptionContext=CONTEXT
        )
        return BY_KMS + bytes(told["CiphertextBlob"])

    async def unwrap(self, wrapped: bytes) -> bytes:
        """See Wrapping.unwrap: by whichever key of the KMS it was."""
        if not wrapped.startswith(BY_KMS):
            return await self._file.unwrap(wrapped)
        sealed = wrapped.removeprefix(BY_KMS)
        told = await self._ask("decrypt", CiphertextBlob=sealed, EncryptionContext=CONTEXT)
        return bytes(told["Plaintext"])

    def alone(self) -> AbstractContextManager[None]:
        """See Wrapping.alone: no file is changed."""
        return nullcontext()

    async def rotate(self, wrapped: bytes, keep: Keep) -> str:
        """See Wrapping.rotate: within the KMS, once what is kept comes from there."""
        if not wrapped.startswith(BY_KMS):
            await keep(await self.wrap(await self._file.unwrap(wrapped)))
            return f"The KMS key {self._key_id} wraps it now, and the key file opens nothing."
        told = await self._ask(
            "re_encrypt",
            CiphertextBlob=wrapped.removeprefix(BY_KMS),
            SourceEncryptionContext=CONTEXT,
            DestinationKeyId=self._key_id,
            DestinationEncryptionContext=CONTEXT,
        )
        await keep(BY_KMS + bytes(told["CiphertextBlob"]))
        return f"The KMS key {self._key_id} wraps it anew; the one before is not asked any more."

    async def _ask(self, verb: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- made at run time from a description
        """Raises SealingError with the KMS' own words, KmsAwayError where it has none."""
        try:
            client = get_session().create_client("kms", config=CONFIG, **self._options)
            async with client as kms:
                told: dict[str, Any] = await getattr(kms, verb)(**fields)
        except ClientError as error:
            raise SealingError(f"The KMS refuses what is sealed with it: {error}") from error
        except (BotoCoreError, ValueError) as error:
            raise KmsAwayError(f"The KMS is out of reach: {error}") from error
        return told
