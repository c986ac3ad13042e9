"""A repository told in the words of catalogues: as files, and to search engines in its page."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.web.render.catalogues import FORMS
from services.web.render.catalogues.dataset import Dataset
from services.web.resources import resources_of
from services.web.views.cards import summaries_of
from services.web.views.names import find_account, find_repository, named
from services.web.views.page import CACHE
from shared.contracts.accounts import Account
from shared.contracts.indexer import RepositorySummary
from shared.contracts.repositories import Repository
from shared.errors import NotFound


async def catalogue(request: Request) -> Response:
    """One form of it, under its own media type."""
    repository = await find_repository(request, named(request))
    form = FORMS.get(request.path_params["form"])
    if form is None:
        raise NotFound
    summaries = await summaries_of(request, [repository.repository_uid])
    owner = await find_account(request, repository.account_id)
    summary = summaries.get(repository.repository_uid)
    dataset = dataset_of(request, repository, owner, summary)
    # Building the XML loads a library, and takes milliseconds.
    content = await asyncio.to_thread(form.write, dataset)
    headers = {"cache-control": CACHE}
    return Response(content, media_type=form.media_type, headers=headers)


def dataset_of(
    request: Request, repository: Repository, owner: Account, summary: RepositorySummary | None
) -> Dataset:
    """What all forms are made of."""
    edge = resources_of(request)
    return Dataset(repository, owner, summary, edge.public_url, edge.data_door)
