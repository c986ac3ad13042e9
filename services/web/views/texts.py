"""READMEs edited in the browser: what is saved is a new version of the object."""

import asyncio
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import directory_page
from services.web.data_door import Content
from services.web.forms.checking import Filled, check
from services.web.forms.repositories import TextForm
from services.web.render.markdown import Beside
from services.web.render.readme import LARGEST_BYTES, Readme, is_readme, render_readme
from services.web.resources import resources_of, visitor_of
from services.web.views.contents import fetch, store
from services.web.views.names import demand, find_repository, may_of, named
from services.web.views.objects import last_name, prefix_of
from services.web.views.page import page
from services.web.views.sending import Fields, needed_account, once, see, sent_form
from shared.contracts.repositories import Repository
from shared.errors import Conflict, Invalid, NotFound

# Characters of a form are percent-encoded: three bytes each byte at most, and some fields more.
LARGEST_FORM = 3 * LARGEST_BYTES + 16 * 1024


async def edit(request: Request) -> Response:
    """The text in a field; an empty one where there is no README yet."""
    await needed_account(request)
    key = request.query_params.get("key", "README.md")
    repository = await _writable(request, key)
    try:
        text = await fetch(request, repository, key, LARGEST_BYTES)
    except NotFound:
        text = Content(b"", "")
    return await _show(request, repository, Filled(_values(key, text)))


async def send_edit(request: Request) -> Response:
    """Saved, or shown as it would look."""
    fields = await sent_form(request, largest=LARGEST_FORM)
    await needed_account(request, fields)
    form, filled = check(TextForm, fields)
    repository = await _writable(request, unquote(fields.get("key", "")))
    if form is None:
        return await _show(request, repository, filled)
    if form.preview:
        shown = await _rendered(request, repository, form)
        return await _show(request, repository, filled, shown)
    return await once(request, fields, lambda: _save(request, repository, form, fields))


async def _save(
    request: Request, repository: Repository, form: TextForm, fields: Fields
) -> Response:
    try:
        await store(request, repository, form.key, Content(_bytes_of(form), form.etag))
    except Conflict as problem:
        return await _show_conflict(request, repository, fields, problem)
    prefix = prefix_of(form.key)
    return see(
        directory_page(repository.account_id, repository.repository_id, prefix), "file-saved"
    )


async def _show_conflict(
    request: Request, repository: Repository, fields: Fields, problem: Conflict
) -> Response:
    """What was typed stays; saved again, it takes the place of what is there now."""
    key = unquote(fields["key"])
    try:
        etag = (await fetch(request, repository, key, LARGEST_BYTES)).etag
    except NotFound:
        etag = ""
    told = f"{problem.detail} Your text is below; save again to put it in place of theirs."
    return await _show(request, repository, Filled({**fields, "etag": etag}, message=told))


async def _show(
    request: Request, repository: Repository, form: Filled, shown: Readme | None = None
) -> Response:
    key = unquote(form.values["key"])
    return await page(
        request,
        "repositories/text.html",
        repository=repository,
        may=may_of((await visitor_of(request)).principal, repository),
        form=form,
        name=last_name(key),
        place=directory_page(repository.account_id, repository.repository_id, prefix_of(key)),
        shown=shown,
    )


async def _rendered(request: Request, repository: Repository, form: TextForm) -> Readme:
    names = (repository.account_id, repository.repository_id)
    beside = Beside(*names, prefix_of(form.key), resources_of(request).data_door)
    return await asyncio.to_thread(render_readme, form.key, _bytes_of(form), beside)


async def _writable(request: Request, key: str) -> Repository:
    if not is_readme(last_name(key)):
        raise NotFound
    repository = await find_repository(request, named(request))
    refusal = "Only those who may upload here may write its files."
    await demand(request, lambda who: may_of(who, repository).write, refusal)
    return repository


def _values(key: str, found: Content) -> dict[str, str]:
    try:
        text = found.content.decode()
    except UnicodeDecodeError:
        raise Invalid("This README is not UTF-8 text. Upload a new one instead.") from None
    ends = "crlf" if "\r\n" in text else ""
    text = text.replace("\r\n", "\n")
    return {"key": quote(key), "text": text, "etag": found.etag, "line_ends": ends}


def _bytes_of(form: TextForm) -> bytes:
    """With the line ends that it had: a browser sends its own."""
    text = form.text.replace("\n", "\r\n") if form.line_ends == "crlf" else form.text
    return text.encode()
