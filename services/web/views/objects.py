"""One file's page: verdicts, where it is, what its header says, how to open it."""

import asyncio
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import (
    Place,
    about,
    collection_id,
    collection_url,
    data_url,
    directory_page,
    object_page,
)
from services.web.render.footprint import Map, around
from services.web.render.previews import Preview
from services.web.render.readme import Readme, is_prose
from services.web.render.snippets import Snippet, Target, for_object
from services.web.resources import resources_of, visitor_of
from services.web.views.events import events_of
from services.web.views.names import May, find_repository, is_open, may_of, share_of
from services.web.views.page import page
from services.web.views.previews import preview_of
from services.web.views.readmes import Text, readme_of
from services.web.views.repositories import chosen, find_directory, trail_of
from services.web.views.sending import see
from shared.contracts.accounts import GetAccount
from shared.contracts.indexer import FileMetadata, GetFile, GetItem
from shared.contracts.repositories import Repository, Versioning
from shared.contracts.storage import GetObject, ListVersions, VersionPage
from shared.errors import NotFound, Problem, Unavailable
from shared.policy import Principal

CHECKSUMS = {
    "md5": "MD5",
    "sha256": "SHA-256",
    "sha1": "SHA-1",
    "crc64nvme": "CRC-64",
    "crc32c": "CRC-32C",
    "crc32": "CRC-32",
}
SHOWN = 20


class Link(NamedTuple):
    """The page of another file, by its name."""

    name: str
    page: str


@dataclass(frozen=True, slots=True)
class ObjectView:
    """Everything the page shows."""

    repository: Repository
    file: FileMetadata
    name: str
    trail: list[tuple[str, str]]
    page: str
    url: str
    download: str
    item_url: str
    may: May
    events: str
    map: Map | None
    document: str
    snippets: list[Snippet]
    tool: str
    checksums: list[tuple[str, str]] = field(default_factory=list)
    uploaded_by: str = ""
    readme: Readme | None = None
    preview: Preview | None = None

    @property
    def names(self) -> tuple[str, str]:
        """Of the account and the repository."""
        return self.repository.account_id, self.repository.repository_id

    @property
    def stac_page(self) -> str:
        """The page with its item in the place of the map."""
        return self.page + ("&" if "?" in self.page else "?") + "view=stac"

    @property
    def tool_query(self) -> str:
        """What else stands in the address of the page when a tool is chosen."""
        return f"{urlencode({'key': self.file.key})}&" if "?key=" in self.page else ""

    @property
    def removal(self) -> str:
        """Where it is deleted."""
        return f"{about(*self.names, 'delete-file')}?{urlencode({'key': self.file.key})}"

    @property
    def whole(self) -> Link | None:
        """What it is a part of."""
        return _link(self.names, self.file.part_of) if self.file.part_of else None

    @property
    def parts(self) -> list[Link]:
        """What is a part of it."""
        return [_link(self.names, key) for key in self.file.parts]


async def show(request: Request, place: Place) -> Response:
    """The page of the object of this key; of the directory where a `/` was left out."""
    repository, file = await asyncio.gather(
        find_repository(request, place), _find_file(request, place)
    )
    if file is None:
        return await _other_page(request, repository, place)
    view, kept = await asyncio.gather(
        _view(request, repository, file), _kept(request, repository, file.key)
    )
    return await page(
        request,
        "objects/show.html",
        view=view,
        versions=kept.versions,
        versions_page=versions_page(place),
    )


async def _view(request: Request, repository: Repository, file: FileMetadata) -> ObjectView:
    edge = resources_of(request)
    names = (repository.account_id, repository.repository_id)
    principal = (await visitor_of(request)).shared_principal
    may = may_of(principal, repository)
    item_url = _item_url(may, file)
    wants_stac = request.query_params.get("view") == "stac" and bool(item_url)
    uploader, document, readme, preview = await asyncio.gather(
        _uploader(request, file.created_by),
        _document(request, file) if wants_stac else _nothing(),
        _readme(request, repository, file),
        preview_of(request, repository, file),
    )
    url = data_url(edge.data_door, *names, file.key)
    opens = is_open(repository)
    snippets = await _snippets(request, repository, file, url)
    return ObjectView(
        repository=repository,
        file=file,
        name=last_name(file.key),
        trail=way_down(principal, repository, prefix_of(file.key)),
        page=object_page(*names, file.key),
        url=url,
        download=url if opens else f"{about(*names, 'download')}?{urlencode({'key': file.key})}",
        item_url=item_url,
        may=may,
        events=events_of(request, repository) if may.see else "",
        map=around(file.bbox) if file.bbox else None,
        document=document,
        snippets=snippets,
        tool=chosen(request, snippets),
        checksums=[(CHECKSUMS.get(name, name), file.checksums[name]) for name in file.checksums],
        uploaded_by=uploader,
        readme=readme,
        preview=preview,
    )


def way_down(principal: Principal, repository: Repository, prefix: str) -> list[tuple[str, str]]:
    """The way down to a directory, from the account on."""
    account_id = repository.account_id
    return [(account_id, f"/{account_id}"), *trail_of(principal, repository, prefix)]


def _item_url(may: May, file: FileMetadata) -> str:
    """Where its item is; a share link opens pages and bytes, and nothing of the STAC API."""
    if not (may.see and file.item_id):
        return ""
    return f"{collection_url(file.account_id, file.repository_id)}/items/{file.item_id}"


async def _snippets(
    request: Request, repository: Repository, file: FileMetadata, url: str
) -> list[Snippet]:
    names = (repository.account_id, repository.repository_id)
    door = resources_of(request).data_door
    share = await share_of(request, repository)
    opens = is_open(repository)
    return for_object(Target(url, door, *names, file.key, file.format, opens, share=share))


def _link(names: tuple[str, str], key: str) -> Link:
    return Link(last_name(key), object_page(*names, key))


async def _find_file(request: Request, place: Place) -> FileMetadata | None:
    """What the indexer knows; what it does not know yet is taken from storage, as pending."""
    visitor = await visitor_of(request)
    bus = resources_of(request).bus
    try:
        return await bus.request(GetFile(actor=visitor.actor, **names_of(place)))
    except NotFound:
        pass
    try:
        stored = await bus.request(GetObject(actor=visitor.actor, **names_of(place)))
    except NotFound:
        return None
    shared = FileMetadata.model_fields.keys() & stored.model_dump().keys()
    return FileMetadata(**stored.model_dump(include=set(shared)), media_type=stored.content_type)


async def _other_page(request: Request, repository: Repository, place: Place) -> Response:
    """Of the directory, or of what the file was, for those who may have it back."""
    below = Place(place.account_id, place.repository_id, f"{place.key}/")
    if await find_directory(request, below) is not None:
        return see(directory_page(place.account_id, place.repository_id, below.key))
    if (await find_versions(request, repository, place.key)).versions:
        return see(versions_page(place))
    raise NotFound


async def _uploader(request: Request, account_uid: str) -> str:
    """The name of who uploaded it, as it is today."""
    if not account_uid:
        return ""
    visitor = await visitor_of(request)
    wanted = GetAccount(actor=visitor.actor, account_uid=account_uid)
    try:
        return (await resources_of(request).bus.request(wanted)).account_id
    except Problem:
        return ""


async def _document(request: Request, file: FileMetadata) -> str:
    visitor = await visitor_of(request)
    collection = collection_id(file.account_id, file.repository_id)
    wanted = GetItem(actor=visitor.actor, collection_id=collection, item_id=file.item_id)
    found = await resources_of(request).bus.request(wanted)
    return orjson.dumps(found.document, option=orjson.OPT_INDENT_2).decode()


async def _nothing() -> str:
    return ""


async def _readme(request: Request, repository: Repository, file: FileMetadata) -> Readme | None:
    """Prose is shown whole."""
    if not is_prose(file.key):
        return None
    return await readme_of(request, repository, Text(file.key, file.size, file.last_modified))


async def _kept(request: Request, repository: Repository, key: str) -> VersionPage:
    """What the page names beside the file; nothing while storage is away."""
    try:
        return await find_versions(request, repository, key)
    except Unavailable:
        return VersionPage(versions=[])


async def find_versions(
    request: Request, repository: Repository, key: str, cursor: str | None = None
) -> VersionPage:
    """What a key has and had, newest first; nothing for those who may not have it back."""
    visitor = await visitor_of(request)
    is_kept = repository.versioning is not Versioning.OFF
    if not (is_kept and may_of(visitor.principal, repository).write):
        return VersionPage(versions=[])
    place = Place(repository.account_id, repository.repository_id, key)
    wanted = ListVersions(actor=visitor.actor, **names_of(place), cursor=cursor, limit=SHOWN)
    return await resources_of(request).bus.request(wanted)


def versions_page(place: Place) -> str:
    """The page of what a key has and had."""
    query = urlencode({"key": place.key})
    return f"{about(place.account_id, place.repository_id, 'versions')}?{query}"


def prefix_of(key: str) -> str:
    """The directory a key lies in."""
    return key[: key.rstrip("/").rfind("/") + 1]


def names_of(place: Place) -> dict[str, str]:
    """The fields by which requests name an object."""
    return {
        "account_id": place.account_id,
        "repository_id": place.repository_id,
        "key": place.key,
    }


def last_name(key: str) -> str:
    """What a file is called without its directories."""
    return key.rstrip("/").rpartition("/")[2] or key
