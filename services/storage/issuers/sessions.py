"""Short-lived keys: nothing of them is kept, their tokens and secrets follow from the key file.

So every process knows a new one at once, and a restart loses none.
"""

import secrets
import string
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from shared.keyfile import derive, derive_text
from shared.sealing import SealError, seal, unseal

ID_PREFIX, ID_LENGTH = "COOPSESSION", 16
MAX_SESSION_TOKEN = 2048


class Session(BaseModel):
    """What a session token says, sealed for its key's id; who it acts for is the trust's to say."""

    model_config = ConfigDict(frozen=True)

    access_key_id: str
    trust_uid: str
    expires_at: AwareDatetime


class Sessions:
    """Makes and opens session tokens; any process with the same key file does it alike."""

    def __init__(self, key_file: bytes) -> None:
        self._sealing = derive(key_file, "sealing/session-tokens/v1")
        self._secrets = derive(key_file, "session-secrets/v1")

    def make(self, trust_uid: str, expires_at: datetime) -> tuple[Session, str]:
        """A new session and its token."""
        letters = (secrets.choice(string.ascii_uppercase) for _ in range(ID_LENGTH))
        access_key_id = ID_PREFIX + "".join(letters)
        session = Session(access_key_id=access_key_id, trust_uid=trust_uid, expires_at=expires_at)
        return session, seal(self._sealing, session.model_dump_json(), name=access_key_id)

    def open(self, access_key_id: str, token: str) -> Session:
        """What the token says, also when its time is over. SealError where it is none of ours."""
        if len(token) > MAX_SESSION_TOKEN:
            raise SealError("The token is too long.")
        content = unseal(self._sealing, token, name=access_key_id)
        try:
            return Session.model_validate_json(content)
        except ValidationError as error:
            raise SealError("The token is of another release.") from error

    def secret_of(self, access_key_id: str) -> str:
        """The secret that goes with the id."""
        return derive_text(self._secrets, access_key_id, 30)
