"""One try at a secret, or one mail with a code: counted by who tries and by whose it would be."""

from dataclasses import dataclass

from starlette.requests import Request

from services.web.resources import resources_of
from services.web.security.callers import counted_as
from services.web.security.cookies import SESSION
from services.web.security.guesses import Guesses


@dataclass(frozen=True, slots=True)
class Tries:
    """`name` is the e-mail address; without one the session counts, if there is one."""

    request: Request
    name: str = ""

    async def enter(self) -> None:
        """Before the try; TooManyRequests, Unavailable."""
        account = {"account": self._account} if self._account else {}
        await self._guesses.enter(address=self._address, **account)

    async def succeed(self) -> None:
        """The account's secret was known; this try was none."""
        await self._guesses.undo(address=self._address)
        await self._guesses.succeed(account=self._account)

    async def know(self, session: str) -> None:
        """Whoever goes on with this session goes on trying this account."""
        if self.name:
            await self._guesses.join(session, account=self.name)

    async def enter_mail(self, to: str) -> None:
        """Before a mail to an address, whoever has it sent; TooManyRequests, Unavailable."""
        await self._guesses.enter(account=to)

    async def undo_all(self, tries: int) -> None:
        """So many tries were none, and the others stay: what is known now proves no more."""
        await self._guesses.undo(tries, address=self._address, account=self._account)

    async def undo(self, tries: int = 1) -> None:
        """So many were no guesses by this address; of an account that it only names they were."""
        await self._guesses.undo(tries, address=self._address)

    @property
    def _guesses(self) -> Guesses:
        return resources_of(self.request).guesses

    @property
    def _address(self) -> str:
        trusted = resources_of(self.request).settings.web.trusted_proxies
        return counted_as(self.request, trusted)

    @property
    def _account(self) -> str:
        return self.name or self.request.cookies.get(SESSION, "")
