"""A repository in words: what full text search is told of it, made of the indexer's own records."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.indexer.models.counted import Holdings
from services.indexer.models.editions import Edition
from services.indexer.models.extents import WORLD, Extent
from services.indexer.models.stamps import stamp
from services.indexer.models.superseded import Superseded
from services.indexer.models.texts import Document
from services.indexer.stac.collections import collection_said
from services.indexer.stac.names import collection_id
from services.indexer.stac.regions import regions_of
from services.indexer.store.editions import find_many_editions
from services.indexer.store.files import find_files, some_files
from services.indexer.store.repositories import account_names
from services.indexer.store.sums import find_many_holdings
from shared.contracts.indexer import FileMetadata
from shared.contracts.repositories import Repository
from shared.contracts.storage import StoredObject
from shared.identifiers import object_uid
from shared.policy import repository_resource
from shared.tables import Table

README_NAMES = ("README.md", "README.markdown", "README.rst", "README.txt", "README", "readme.md")
README_BYTES = 64 * 1024
# Of very many files the columns of some are enough: they tend to be alike.
MOST_FILES = 1000
MOST_NAMES = 2000
NAMING = frozenset({"Columns", "Variables", "Bands", "Layers"})
# What Markdown and HTML say to machines: where links lead, tags, marks of emphasis and headings.
MARKUP = re.compile(r"(?<=\])\([^)\s]*\)|<[^<>]{1,300}>|[#*`|>\[\]]+|[\x00-\x1f\x7f]+|[-=]{3,}")

ReadStart = Callable[[StoredObject, int], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the records hold of a repository, besides its files."""

    repository: Repository
    owner_name: str
    edition: Edition
    holdings: Holdings

    @property
    def stamp(self) -> str:
        """Another one as soon as anything differs that a document is made of."""
        held = self.holdings
        files = (str(self.edition), held.files, held.size, held.pending, held.changed)
        return "/".join(map(str, (self.repository.version, self.owner_name, *files)))


async def facts_of(table: Table, repositories: Sequence[Repository]) -> list[Facts]:
    """Of some repositories, in their order."""
    editions = await find_many_editions(table, [one.repository_uid for one in repositories])
    current = [one.current for one in editions]
    holdings = await find_many_holdings(table, current)
    names = await account_names(table, [one.account_uid for one in repositories])
    known = zip(repositories, names, current, holdings, strict=True)
    return [Facts(*one) for one in known]


async def document_of(table: Table, facts: Facts, read_start: ReadStart) -> Document:
    """All that is searched. Unavailable where its README cannot be read now."""
    repository = facts.repository
    files = (await some_files(table, facts.edition))[:MOST_FILES]
    formats = {file.format for file in files if file.format} | facts.holdings.formats.keys()
    said = collection_said(facts.holdings)
    about = (repository.description, said.get("title", ""), said.get("description", ""))
    return Document(
        resource=repository_resource(repository),
        version=repository.version,
        stamp=facts.stamp,
        updated=facts.holdings.changed or stamp(repository.updated_at),
        title=_plain(repository.title),
        collection_id=collection_id(repository.account_id, repository.repository_id),
        created=stamp(repository.created_at),
        modified=stamp(repository.updated_at),
        **_extent(facts.holdings.extent),
        names=_plain(f"{repository.full_name} {facts.owner_name}"),
        tags=_plain("; ".join((*repository.tags, *said.get("keywords", ())))),
        columns=_plain(" ".join((*sorted(formats), *_names_in(files)))),
        description=_plain(" ".join(about)),
        readme=_plain(await _readme(table, facts, read_start)),
        facets=tuple(_facets(repository, formats, regions_of(_boxes(facts.holdings)))),
    )


def _extent(extent: Extent | None) -> dict[str, Any]:
    """As the collection tells it: without items it is the world."""
    first, last = extent.interval if extent else ("", "")
    bbox, is_located = tuple(extent.bbox if extent else WORLD), extent is not None
    return {"bbox": bbox, "is_located": is_located, "first": first, "last": last}


def _boxes(holdings: Holdings) -> list[list[float]]:
    """Where it lies: of few items each, of many their extent."""
    if holdings.extent is None:
        return []
    if holdings.items > len(holdings.shown):
        return [holdings.extent.bbox]
    return [box for box in holdings.shown.values() if box]


def _facets(
    repository: Repository, formats: Iterable[str], regions: Iterable[str]
) -> Iterable[tuple[str, str]]:
    yield "account", repository.account_id
    yield "year", str(repository.created_at.year)
    if repository.license:
        yield "license", repository.license
    for tag in repository.tags:
        yield "tag", tag
    for name in formats:
        yield "format", name
    for region in regions:
        yield "region", region


def _names_in(files: Iterable[FileMetadata]) -> list[str]:
    """The names of columns, variables and bands, each once."""
    names = (
        fact.name
        for file in files
        for group in file.groups
        if group.title in NAMING
        for fact in group.facts
    )
    return list(dict.fromkeys(names))[:MOST_NAMES]


async def _readme(table: Table, facts: Facts, read_start: ReadStart) -> str:
    repository = facts.repository
    uids = [object_uid(repository.repository_uid, name) for name in README_NAMES]
    file = next(filter(None, await find_files(table, facts.edition, uids)), None)
    if file is None or not file.size:
        return ""
    names = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    told = file.model_dump(include=set(StoredObject.model_fields)) | names
    stored = StoredObject(**told, account_uid=repository.account_uid)
    try:
        content = await read_start(stored, README_BYTES)
    except Superseded:
        return ""
    return content.decode(errors="replace")


def _plain(text: str) -> str:
    return " ".join(MARKUP.sub(" ", text).split())
