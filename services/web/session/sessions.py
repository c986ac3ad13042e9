"""A cookie's visitor: Kratos says which identity it is, accounts whose account that is."""

import asyncio
from hashlib import sha256

from services.web.session.memory import Memory
from services.web.session.visitor import DISABLED, EDGE, HALFWAY, NOBODY, UNKNOWN, Identity, Visitor
from shared.bus import Bus
from shared.contracts.accounts import Account, GetAccountByIdentity
from shared.errors import NotFound, Unavailable
from shared.kratos import Kratos, SecondFactorNeeded, Session

# A revoked session may be seen as valid for this long, and no longer.
REMEMBERED_SECONDS = 1.0
MOST_IDENTITIES = 10_000


class Sessions:
    """Looks visitors up, and remembers them for a second by a hash of their cookie."""

    def __init__(self, bus: Bus, kratos: Kratos) -> None:
        self.bus = bus
        self.kratos = kratos
        self._memory: Memory[Visitor] = Memory(REMEMBERED_SECONDS)
        # Whose each session was when last looked at: their account is asked for beside Kratos.
        self._identities: dict[str, str] = {}

    async def visitor(self, cookie: str) -> Visitor:
        """Whom these cookies (as sent to Kratos) belong to; never raises."""
        if not cookie:
            return NOBODY
        key = _key(cookie)
        return await self._memory.get(key, lambda: self._find(cookie, key))

    def forget(self, cookie: str) -> None:
        """Something about this visitor has just changed."""
        self._memory.forget(_key(cookie))

    async def _find(self, cookie: str, key: str) -> Visitor:
        """That nobody can say is remembered too: a server that hangs is not asked by every page."""
        guessed = self._identities.get(key, "")
        try:
            session, account = await asyncio.gather(
                self.kratos.whoami(cookie), self._account(guessed)
            )
            if session is None:
                return NOBODY
            if session.identity_id != guessed:
                account = await self._account(session.identity_id)
                self._remember(key, session.identity_id)
            if account is not None and account.disabled:
                return DISABLED
            return Visitor(account, _identity(session))
        except SecondFactorNeeded:
            return HALFWAY
        except Unavailable:
            return UNKNOWN

    def _remember(self, key: str, identity_id: str) -> None:
        if len(self._identities) >= MOST_IDENTITIES:
            self._identities.clear()
        self._identities[key] = identity_id

    async def _account(self, identity_id: str) -> Account | None:
        if not identity_id:
            return None
        wanted = GetAccountByIdentity(actor=EDGE, identity_id=identity_id)
        try:
            return await self.bus.request(wanted)
        except NotFound:
            return None


def _identity(session: Session) -> Identity:
    name = session.traits.get("name")
    return Identity(
        session.identity_id,
        email=str(session.traits.get("email", "")),
        name=name if isinstance(name, str) else "",
        verified=session.verified,
    )


def _key(cookie: str) -> str:
    """A memory dump should hold no session."""
    return sha256(cookie.encode()).hexdigest()
