"""What many operations take: pages of lists, names, the way to the bus."""

from typing import Annotated

from fastapi import Path, Query, Request

from services.web.addresses import is_slug
from services.web.resources import resources_of
from shared.contracts.base import Reply
from shared.contracts.base import Request as BusRequest
from shared.errors import NotFound

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most in one answer")]
Cursor = Annotated[
    str | None, Query(max_length=4096, description="Where the answer before says to go on")
]
AccountName = Annotated[str, Path(description="The account's name, as in its address")]
RepositoryName = Annotated[str, Path(description="The repository's name, as in its address")]
Key = Annotated[
    str, Query(min_length=1, max_length=4096, description="The object's key, percent-encoded")
]


async def ask(request: Request, wanted: BusRequest[Reply]) -> Reply:
    """Ask the owner on the bus."""
    return await resources_of(request).bus.request(wanted)


def check_names(*names: str) -> None:
    """What cannot be a name names nothing."""
    if not all(is_slug(name) for name in names):
        raise NotFound
