"""A cookie's visitor: Kratos says which identity it is, accounts whose account that is."""

from hashlib import sha256

from services.web.session.memory import Memory
from services.web.session.visitor import DISABLED, EDGE, HALFWAY, NOBODY, UNKNOWN, Identity, Visitor
from shared.bus import Bus
from shared.contracts.accounts import Account, GetAccountByIdentity
from shared.errors import NotFound, Unavailable
from shared.kratos import Kratos, SecondFactorNeeded, Session

# A revoked session may be seen as valid for this long, and no longer.
REMEMBERED_SECONDS = 1.0


class Sessions:
    """Looks visitors up, and remembers them for a second by a hash of their cookie."""

    def __init__(self, bus: Bus, kratos: Kratos) -> None:
        self.bus = bus
        self.kratos = kratos
        self._memory: Memory[Visitor] = Memory(REMEMBERED_SECONDS)

    async def visitor(self, cookie: str) -> Visitor:
        """Whom these cookies (as sent to Kratos) belong to; never raises."""
        if not cookie:
            return NOBODY
        return await self._memory.get(_key(cookie), lambda: self._find(cookie))

    def forget(self, cookie: str) -> None:
        """Something about this visitor has just changed."""
        self._memory.forget(_key(cookie))

    async def _find(self, cookie: str) -> Visitor:
        """That nobody can say is remembered too: a server that hangs is not asked by every page."""
        try:
            session = await self.kratos.whoami(cookie)
            if session is None:
                return NOBODY
            account = await self._account(session)
            if account is not None and account.disabled:
                return DISABLED
            return Visitor(account, _identity(session))
        except SecondFactorNeeded:
            return HALFWAY
        except Unavailable:
            return UNKNOWN

    async def _account(self, session: Session) -> Account | None:
        wanted = GetAccountByIdentity(actor=EDGE, identity_id=session.identity_id)
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
