"""A Bearer credential's visitor: `<access key id>.<secret>`, checked against the sealed secret."""

import hmac
from datetime import UTC, datetime

from services.web.session.memory import Memory
from services.web.session.visitor import EDGE, Visitor
from shared.bus import Bus
from shared.contracts.accounts import GetAccount, GetSealedAccessKey
from shared.errors import NotFound, Unauthenticated
from shared.sealing import SealError, unseal
from shared.uses import Uses

REMEMBERED_SECONDS = 1.0
LONGEST = 200
REFUSED = "The access key is not known, is revoked, or its secret is another."


class AccessKeys:
    """Looks access keys up, and remembers what was found for a second, secrets unsealed."""

    def __init__(self, bus: Bus, sealing_key: bytes, uses: Uses) -> None:
        self.bus = bus
        self.uses = uses
        self.sealing_key = sealing_key
        self._secrets: Memory[tuple[str, Visitor]] = Memory(REMEMBERED_SECONDS)

    async def visitor(self, credential: str) -> Visitor:
        """Who holds this key. Unauthenticated where it is not right, without saying why."""
        access_key_id, _, secret = credential.partition(".")
        if not secret or len(credential) > LONGEST:
            raise Unauthenticated("A Bearer credential is <access key id>.<secret>.")
        try:
            known, visitor = await self._secrets.get(
                access_key_id, lambda: self._find(access_key_id)
            )
        except (NotFound, SealError):
            raise Unauthenticated(REFUSED) from None
        if not known or not hmac.compare_digest(known.encode(), secret.encode()):
            raise Unauthenticated(REFUSED)
        self.uses.note(access_key_id)
        return visitor

    async def _find(self, access_key_id: str) -> tuple[str, Visitor]:
        key = await self.bus.request(GetSealedAccessKey(actor=EDGE, access_key_id=access_key_id))
        if not key.is_good(datetime.now(UTC)):
            raise NotFound
        account = await self.bus.request(GetAccount(actor=EDGE, account_uid=key.account_uid))
        if account.disabled:
            raise NotFound
        secret = unseal(self.sealing_key, key.sealed_secret, name=access_key_id)
        return secret, Visitor(account, access_key_id=access_key_id, scope=key.scope)
