"""What a share link's token opens: `<link id>.<secret>`, checked against what is sealed of it."""

from services.web.session.memory import Memory
from services.web.session.visitor import EDGE
from shared.bus import Bus
from shared.contracts.accounts import GetAccount
from shared.contracts.base import Share, now
from shared.contracts.repositories import GetSealedShareLink, SealedShareLink
from shared.errors import NotFound, Problem
from shared.identifiers import is_uid
from shared.uses import Uses

REMEMBERED_SECONDS = 1.0
LONGEST = 200


class ShareLinks:
    """Looks share links up, and remembers what was found for a second."""

    def __init__(self, bus: Bus, uses: Uses) -> None:
        self.bus = bus
        self.uses = uses
        self._links: Memory[SealedShareLink] = Memory(REMEMBERED_SECONDS)

    async def share(self, token: str) -> Share | None:
        """What it opens; None where it opens nothing, or nobody can say: like no link at all."""
        link = await self.link(token)
        if link is None:
            return None
        self.uses.note(link.link_id)
        return link.share()

    async def link(self, token: str) -> SealedShareLink | None:
        """The link that this is the token of, if it is good."""
        link_id, _, secret = token.partition(".")
        if len(token) > LONGEST or not is_uid(link_id):
            return None
        try:
            link = await self._links.get(link_id, lambda: self._find(link_id))
        except Problem:
            return None
        return link if link.is_good(now()) and link.fits(secret) else None

    async def _find(self, link_id: str) -> SealedShareLink:
        link = await self.bus.request(GetSealedShareLink(actor=EDGE, link_id=link_id))
        maker = await self.bus.request(GetAccount(actor=EDGE, account_uid=link.made_by))
        if maker.disabled:
            raise NotFound
        return link
