"""How much storage keeps of a repository and for an account."""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from services.web.api.queries import AccountName, RepositoryPath, ask, check_names
from services.web.api.routing import routing
from services.web.api.visitors import Calling, SignedIn
from shared.contracts.base import Quota
from shared.contracts.storage import GetAccountFigures, GetRepositoryFigures, StoredFigures

router = routing("storage")


class FiguresView(BaseModel):
    """Objects and bytes, as counters have it; a second or two late at most."""

    objects: int
    size: int
    downloads: Annotated[int, Field(description="Of a repository's objects, in 30 days")]
    quota: Annotated[Quota, Field(description="How much may be kept; null is without limit")]

    @classmethod
    def of(cls, figures: StoredFigures) -> "FiguresView":
        """As storage tells it."""
        return cls(**figures.model_dump())


@router.get("/repositories/{account_id}/{repository_id}/storage", summary="What a repository keeps")
async def get_repository_figures(
    request: Request, visitor: Calling, name: RepositoryPath
) -> FiguresView:
    """For whoever may list all of its files."""
    wanted = GetRepositoryFigures(actor=visitor.actor, **name.model_dump())
    return FiguresView.of(await ask(request, wanted))


@router.get("/accounts/{account_id}/storage", summary="What an account keeps")
async def get_account_figures(
    request: Request, visitor: SignedIn, account_id: AccountName
) -> FiguresView:
    """All its repositories together, hidden ones too: for owners and maintainers."""
    check_names(account_id)
    wanted = GetAccountFigures(actor=visitor.actor, account_id=account_id)
    return FiguresView.of(await ask(request, wanted))
