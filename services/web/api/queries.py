"""What many operations take: pages of lists, names, the way to the bus."""

from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Path, Query, Request, Response
from pydantic import AfterValidator

from services.web.addresses import is_slug
from services.web.resources import resources_of
from services.web.session.visitor import Visitor
from shared.contracts.accounts import Account, GetAccount
from shared.contracts.accounts import RepositoryName as FullName
from shared.contracts.base import Reply
from shared.contracts.base import Request as BusRequest
from shared.errors import NotFound
from shared.identifiers import check_key

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most in one answer")]
Cursor = Annotated[
    str | None, Query(max_length=4096, description="Where the answer before says to go on")
]
AccountName = Annotated[str, Path(description="The account's name, as in its address")]
RepositoryName = Annotated[str, Path(description="The repository's name, as in its address")]
Key = Annotated[
    str, Query(description="The object's key, percent-encoded"), AfterValidator(check_key)
]


class Listing(Protocol):
    """A page of a list, as owners answer it."""

    cursor: str | None


Page = TypeVar("Page", bound=Listing)


@dataclass(frozen=True)
class Part:
    """Which part of a list is asked for."""

    request: Request
    response: Response
    limit: int
    cursor: str | None

    @property
    def asked(self) -> dict[str, Any]:
        """As requests on the bus have it."""
        return {"limit": self.limit, "cursor": self.cursor}

    def told(self, page: Page) -> Page:
        """The page, and in a `Link` where the next one is (RFC 8288)."""
        if page.cursor is not None:
            there = self.request.url.include_query_params(cursor=page.cursor)
            address = f"{resources_of(self.request).public_url}{there.path}?{there.query}"
            self.response.headers["link"] = f'<{address}>; rel="next"'
        return page


async def part(
    request: Request, response: Response, limit: Limit = 50, cursor: Cursor = None
) -> Part:
    """The part that the query asks for."""
    return Part(request, response, limit, cursor)


Paging = Annotated[Part, Depends(part)]


async def ask(request: Request, wanted: BusRequest[Reply]) -> Reply:
    """Ask the owner on the bus."""
    return await resources_of(request).bus.request(wanted)


def data_door_of(request: Request) -> str:
    """Where pictures are, as browsers know it."""
    return resources_of(request).data_door


async def find_account(request: Request, visitor: Visitor, account_id: str) -> Account:
    """The account of this name, if it exists for who asks."""
    check_names(account_id)
    return await ask(request, GetAccount(actor=visitor.actor, account_id=account_id))


def check_names(*names: str) -> None:
    """What cannot be a name names nothing."""
    if not all(is_slug(name) for name in names):
        raise NotFound


async def _full_name(account_id: AccountName, repository_id: RepositoryName) -> FullName:
    check_names(account_id, repository_id)
    return FullName(account_id=account_id, repository_id=repository_id)


RepositoryPath = Annotated[FullName, Depends(_full_name)]
"""The repository that the path names; NotFound for what is no name."""
