"""One request at the door and its answer, as the views see them."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from services.storage.issuers.keys import IssuerKeys
from services.storage.issuers.sessions import Sessions
from services.storage.operations.downloads import Downloads
from services.storage.operations.presigning import SigningDoor
from services.storage.operations.quotas import Quotas
from services.storage.operations.resources import Resources
from services.storage.pictures.redrawing import Redrawing
from services.storage.s3.addressing import Target
from services.storage.s3.request import Request
from services.storage.s3.sigv4 import Verified
from services.storage.views.holders import Holders
from shared.contracts.repositories import Repository
from shared.policy import ANONYMOUS_PRINCIPAL, Principal
from shared.projection import Projection
from shared.proxies import Network
from shared.uses import Uses

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

XML = (b"content-type", b"application/xml")
SEND_FILE = "http.response.zerocopysend"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: entitled to what, under which opaque uid, and how that was proved if it was."""

    principal: Principal = ANONYMOUS_PRINCIPAL
    uid: str = ""
    verified: Verified | None = None


ANONYMOUS = Caller()


@dataclass(slots=True)
class ArchiveLimits:
    """How many objects an archive holds at most, and how many more may be laid out now."""

    objects: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the door holds open."""

    resources: Resources
    projection: Projection
    door: SigningDoor
    quotas: Quotas
    holders: Holders
    stale_after: float
    web_url: str
    region: str
    uses: Uses
    sessions: Sessions
    issuers: IssuerKeys
    link_uses: Uses
    redrawing: Redrawing
    avatar_bytes: int
    manages_buckets: bool = False
    archives: ArchiveLimits
    downloads: Downloads
    trusted_proxies: tuple[Network, ...] = ()


@dataclass(slots=True)
class Exchange:
    """A request under way. `repository` is set once who asks may do to it what was asked."""

    held: Held
    request: Request
    target: Target
    request_id: str
    receive: Receive
    send: Send
    sends_files: bool = False
    caller: Caller = ANONYMOUS
    repository: Repository | None = None
    extra: list[Header] = field(default_factory=list)
    status: int = 0
    is_body_asked: bool = False
    is_body_over: bool = False

    @property
    def place(self) -> Repository:
        """The repository; only for views that are not about an account."""
        assert self.repository is not None  # noqa: S101 - the door looked it up
        return self.repository

    @property
    def has_body_left(self) -> bool:
        """Whether some of the request may still be on its way."""
        headers = self.request.headers
        announced = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        return announced and not self.is_body_over

    @property
    def is_signed(self) -> bool:
        """Whether who asks has proved who they are."""
        return self.caller.verified is not None

    @property
    def is_download(self) -> bool:
        """Whether what is read counts as a download: not by ourselves, nor to show it on a page."""
        is_shown = "prefetch" in self.request.headers.get("sec-purpose", "")
        return self.caller.principal.kind != "service" and not is_shown

    @property
    def must_close(self) -> bool:
        """Whether the connection is of no use afterwards.

        What is left of a body would be taken for the next request; and botocore misreads the next
        answer where it waited for a 100 Continue that never came.
        """
        is_unasked = "expect" in self.request.headers and not self.is_body_asked
        return is_unasked or self.has_body_left

    async def start(self, status: int, headers: list[Header]) -> None:
        """Send status and headers; the body follows."""
        self.status = status
        if self.must_close:
            headers.append((b"connection", b"close"))
        headers.append((b"x-amz-request-id", self.request_id.encode()))
        headers += self.extra
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def answer(
        self, status: int, headers: Iterable[Header] = (), body: bytes | bytearray = b""
    ) -> None:
        """Send a whole answer. HEAD gets none of the body, 204 and 304 have none."""
        sent = list(headers)
        if status not in {204, 304}:
            sent.append((b"content-length", b"%d" % len(body)))
        await self.start(status, sent)
        is_head = self.request.method == "HEAD"
        await self.send({"type": "http.response.body", "body": b"" if is_head else body})

    async def answer_xml(self, document: bytes, status: int = 200) -> None:
        """Send a whole XML document."""
        await self.answer(status, [XML], document)
