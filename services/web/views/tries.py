"""One try at a secret, or one mail with a code: counted by who tries and by whose it would be."""

from dataclasses import dataclass

from starlette.requests import Request

from services.web.resources import resources_of
from services.web.security.callers import counted_as
from services.web.security.cookies import SESSION
from shared.errors import TooManyRequests


@dataclass(frozen=True, slots=True)
class Tries:
    """`name` is the e-mail address; without one the session counts, if there is one."""

    request: Request
    name: str = ""

    def enter(self) -> None:
        """Before the try; TooManyRequests."""
        edge = resources_of(self.request)
        edge.tries_by_address.enter(self._address)
        if not self._account:
            return
        try:
            edge.tries_by_account.enter(self._account)
        except TooManyRequests:
            edge.tries_by_address.undo(self._address)
            raise

    def succeed(self) -> None:
        """The account's secret was known; this try was none."""
        edge = resources_of(self.request)
        edge.tries_by_address.undo(self._address)
        edge.tries_by_account.succeed(self._account)

    def enter_mail(self, to: str) -> None:
        """Before a mail to an address, whoever has it sent; TooManyRequests."""
        resources_of(self.request).tries_by_account.enter(to)

    def undo_all(self, tries: int) -> None:
        """So many tries were none, and the others stay: what is known now proves no more."""
        edge = resources_of(self.request)
        edge.tries_by_address.undo(self._address, tries)
        edge.tries_by_account.undo(self._account, tries)

    def undo(self, tries: int = 1) -> None:
        """So many were no guesses by this address; of an account that it only names they were."""
        resources_of(self.request).tries_by_address.undo(self._address, tries)

    @property
    def _address(self) -> str:
        trusted = resources_of(self.request).settings.web.trusted_proxies
        return counted_as(self.request, trusted)

    @property
    def _account(self) -> str:
        return self.name or self.request.cookies.get(SESSION, "")
