"""Share links: read-only addresses of a repository, a folder or an object, for whoever has one."""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, SecretStr, field_serializer

from shared.cloudevents import PRIVATE_ROOT, EventData
from shared.contracts.accounts import Reason
from shared.contracts.base import Creation, Done, Listed, Moment, Share, Snapshot
from shared.contracts.repositories.repositories import RepositoriesRequest
from shared.identifiers import check_key

# How a link travels: a field of the query, at the pages and at the data door alike.
SHARE_FIELD = "share"


def check_prefix(text: str) -> str:
    """Empty, or what a key may be."""
    return check_key(text) if text else text


Prefix = Annotated[
    str,
    AfterValidator(check_prefix),
    Field(description="Empty: all; ends in `/`: all below it; else this one object"),
]


class ShareLink(Snapshot):
    """A share link without its secret. `account_uid` had the repository when it was made."""

    link_id: str
    account_uid: str
    repository_uid: str
    prefix: str = ""
    name: str = ""
    made_by: str
    created_at: datetime
    expires_at: datetime
    revoked: bool = False
    uses: int = Field(default=0, description="about how often it was used, and late")
    last_used_at: datetime | None = Field(default=None, description="to the minute, and late")

    def sealed(self) -> "SealedShareLink":
        """As storage and web check it; nothing to check it by where no secret is kept in it."""
        return SealedShareLink(**self.model_dump(include=set(SealedShareLink.model_fields)))


class ShareLinkPage(BaseModel):
    """The share links of a repository, newest first; what has ended is forgotten after a while."""

    share_links: list[ShareLink]
    cursor: str | None = None


class ShareLinkSecret(ShareLink):
    """A new share link: the only time its token is told. It goes into `?share=`."""

    token: SecretStr

    @field_serializer("token", when_used="json")
    def reveal(self, token: SecretStr) -> str:
        """The bus must carry it once; logs and `repr` still hide it."""
        return token.get_secret_value()


class SealedShareLink(Snapshot):
    """A share link as it is checked: by the SHA-256 of its secret, which is gone once revoked."""

    link_id: str
    account_uid: str
    repository_uid: str
    prefix: str = ""
    made_by: str
    expires_at: datetime
    secret_hash: str = ""
    revoked: bool = False

    def is_good(self, moment: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return bool(self.secret_hash) and not self.revoked and moment < self.expires_at

    def fits(self, secret: str) -> bool:
        """Whether this is its secret."""
        return hmac.compare_digest(self.secret_hash, hash_of(self.link_id, secret))

    def share(self) -> Share:
        """What it opens."""
        return Share(**self.model_dump(include=set(Share.model_fields)))


def hash_of(link_id: str, secret: str) -> str:
    """The secret has 190 random bits, so nothing slower than SHA-256 is needed to hide it."""
    return sha256(f"{link_id}.{secret}".encode()).hexdigest()


class CreateShareLink(RepositoriesRequest[ShareLinkSecret], Creation):
    """A new link, of what its maker may read. Invalid beyond the limits; without an end, a week."""

    account_id: str
    repository_id: str
    prefix: Prefix = ""
    name: str = Field(default="", max_length=128)
    expires_at: Moment | None = None
    reason: Reason = ""


class ListShareLinks(RepositoriesRequest[ShareLinkPage], Listed):
    """A repository's links, without secrets."""

    account_id: str
    repository_id: str


class RevokeShareLink(RepositoriesRequest[Done]):
    """It opens nothing more, anywhere, within a second while the bus is up."""

    account_id: str
    repository_id: str
    link_id: str
    reason: Reason = ""


class GetSealedShareLink(RepositoriesRequest[SealedShareLink]):
    """For storage and web, when they do not know a link yet."""

    link_id: str


class NoteLinkUse(RepositoriesRequest[Done]):
    """How often links were used since last told, by their ids: for services, now and then."""

    used: dict[str, Annotated[int, Field(ge=1)]] = Field(max_length=1000)
    at: AwareDatetime


class ShareLinkEvent(EventData):
    """What became of a share link; no secret is told here.

    `access_key_id`: which key of the actor's it was done with, where it was one.
    """

    owner: ClassVar[str] = "repositories"

    account_id: str
    repository_id: str
    share_link: ShareLink
    reason: str = ""
    access_key_id: str = ""


class ShareLinkCreated(ShareLinkEvent):
    """A new share link."""

    event: ClassVar[str] = "share_link_created"


class ShareLinkRevoked(ShareLinkEvent):
    """A share link that opens nothing more."""

    event: ClassVar[str] = "share_link_revoked"


class ShareLinkSealed(EventData):
    """By what a link is checked, for storage and web alone; of a revoked one nothing is left.

    Its subject is the link's own and the stream keeps one message a subject.
    """

    owner: ClassVar[str] = "repositories"
    root: ClassVar[str] = PRIVATE_ROOT
    event: ClassVar[str] = "share_link_sealed"

    account_id: str
    repository_id: str = Field(description="the link id, so that each link has its own subject")
    share_link: SealedShareLink
