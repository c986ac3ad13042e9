"""Share links: read-only addresses of a repository or a part of it, for whoever has one."""

from typing import Annotated

from fastapi import Path, Request
from pydantic import Field

from services.web.addresses import shared_at
from services.web.api.idempotency import IdempotencyKey
from services.web.api.members import WhyQuery
from services.web.api.models import Body
from services.web.api.queries import Paging, RepositoryPath, ask
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from services.web.resources import resources_of
from shared.contracts.accounts import Reason
from shared.contracts.base import Moment
from shared.contracts.repositories import (
    CreateShareLink,
    ListShareLinks,
    Prefix,
    RevokeShareLink,
    ShareLink,
    ShareLinkPage,
)

router = routing("share links")
LINKS = "/repositories/{account_id}/{repository_id}/share-links"


class NewShareLink(Body):
    """What a link opens, and until when; a week where no end is given."""

    prefix: Prefix = ""
    name: Annotated[str, Field(max_length=128)] = ""
    expires_at: Moment | None = None
    reason: Reason = ""


class MadeShareLink(ShareLink):
    """A new share link with its token, and where it opens: as a page, and as data."""

    token: str
    page: str
    data: str


@router.get(LINKS, summary="The share links of a repository")
async def list_share_links(
    request: Request,
    visitor: SignedIn,
    repository: RepositoryPath,
    paging: Paging,
) -> ShareLinkPage:
    """For its owners and maintainers; newest first, without what they are checked by."""
    asked = {**repository.model_dump(), **paging.asked}
    return paging.told(await ask(request, ListShareLinks(actor=visitor.actor, **asked)))


@router.post(LINKS, status_code=201, summary="Share a repository or a part of it")
async def create_share_link(
    request: Request,
    visitor: SignedIn,
    repository: RepositoryPath,
    wanted: NewShareLink,
    key: IdempotencyKey,
) -> MadeShareLink:
    """`token` is told this once: `?share=` and it opens pages and data, until it ends."""
    asked = {**repository.model_dump(), **wanted.model_dump(), "idempotency_key": key}
    made = await ask(request, CreateShareLink(actor=visitor.actor, **asked))
    edge, names = resources_of(request), (repository.account_id, repository.repository_id)
    token = made.token.get_secret_value()
    page, data = shared_at(edge.public_url, edge.data_door, names, made.prefix, token)
    told = {**made.model_dump(), "token": token}
    return MadeShareLink(**told, page=page, data=data)


@router.delete(LINKS + "/{link_id}", status_code=204, summary="Revoke a share link")
async def revoke_share_link(
    request: Request,
    visitor: SignedIn,
    repository: RepositoryPath,
    link_id: Annotated[str, Path(max_length=64)],
    reason: WhyQuery = "",
) -> None:
    """It opens nothing more within a second."""
    asked = {**repository.model_dump(), "link_id": link_id, "reason": reason}
    await ask(request, RevokeShareLink(actor=visitor.actor, **asked))
