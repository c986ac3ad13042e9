"""How to cite a repository, and its CITATION.cff: shown, read into the settings, written."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.data_door import Content
from services.web.render.catalogues import FORMS
from services.web.render.citations import (
    LARGEST_BYTES,
    NAME,
    citations_of,
    read_cff,
)
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_repository
from services.web.views.contents import fetch, store
from services.web.views.names import find_account, find_repository, may_of, named
from services.web.views.page import page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.repositories import Repository
from shared.errors import NotFound

MEDIA_TYPES = {"cff": "application/yaml", "bibtex": "application/x-bibtex", "text": "text/plain"}


async def cite(request: Request) -> Response:
    """The citation in every form, or one of them as a file: `?format=bibtex`."""
    repository = await find_repository(request, named(request))
    asked = request.query_params.get("format", "")
    if asked:
        return await citation_file(request, repository, asked)
    return await page(
        request,
        "repositories/cite.html",
        repository=repository,
        may=may_of((await visitor_of(request)).shared_principal, repository),
        citations=await _citations(request, repository),
        catalogues=FORMS,
    )


async def send_cite(request: Request) -> Response:
    """CITATION.cff is written into the repository."""
    fields = await sent_form(request)
    refusal = "Only those who may upload here may write its files."
    repository = await allowed_repository(request, lambda may: may.write, refusal, fields)
    return await once(request, fields, lambda: _write(request, repository, fields))


async def file_metadata(request: Request, repository: Repository) -> dict[str, object]:
    """What its CITATION.cff says. NotFound where there is none, Invalid where it is not one."""
    return read_cff((await fetch(request, repository, NAME, LARGEST_BYTES)).content)


async def citation_file(request: Request, repository: Repository, asked: str) -> Response:
    """One form as its own media type. NotFound where there is no such form."""
    if asked not in MEDIA_TYPES:
        raise NotFound
    text = (await _citations(request, repository))[asked]
    media_type = f"{MEDIA_TYPES[asked]}; charset=utf-8"
    return Response(text, media_type=media_type, headers={"cache-control": "private, no-cache"})


async def _citations(request: Request, repository: Repository) -> dict[str, str]:
    owner = await find_account(request, repository.account_id)
    return citations_of(repository, resources_of(request).public_url, owner.name)


async def _write(request: Request, repository: Repository, _: Fields) -> Response:
    text = (await _citations(request, repository))["cff"]
    try:
        etag = (await fetch(request, repository, NAME, LARGEST_BYTES)).etag
    except NotFound:
        etag = ""
    await store(request, repository, NAME, Content(text.encode(), etag))
    return see(about(repository.account_id, repository.repository_id, "cite"), "citation-written")
