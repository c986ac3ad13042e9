"""Items that are written through the STAC API: which object they are, and whether they may be."""

from services.indexer.models.editions import Edition
from services.indexer.settings import StacSettings
from services.indexer.stac.items import Document, located
from services.indexer.stac.names import collection_id, told_id, written_key
from services.indexer.stac.uploaded import OWN_ID, source_of
from services.indexer.stac.written import must_be_item, own_id_of, written_form
from services.indexer.store.editions import find_editions
from services.indexer.store.files import find_file
from services.indexer.store.items import find_item
from shared.contracts.base import now
from shared.contracts.indexer import FileMetadata, ItemSource, PreparedItem, PrepareItem
from shared.contracts.repositories import Repository
from shared.errors import Conflict, NotFound
from shared.fields import invalid
from shared.identifiers import object_uid
from shared.tables import Table


async def find_called(table: Table, edition: Edition, name: str) -> Document | None:
    """The item of this id; or the one that was written through the STAC API by this name."""
    found = await find_item(table, edition, name)
    if found is not None:
        return found
    try:
        uid = object_uid(edition.repository_uid, written_key(name))
    except ValueError:
        return None
    return await find_item(table, edition, told_id(name, uid))


async def source_key(table: Table, repository: Repository, item_id: str) -> str:
    """The key of the document that an item was uploaded in; empty where nobody wrote it.

    Raises NotFound.
    """
    edition = (await find_editions(table, repository.repository_uid)).current
    item = await find_called(table, edition, item_id)
    if item is None:
        raise NotFound
    return source_of(item)


async def get_source(
    table: Table, repository: Repository, item_id: str, *, data_url: str
) -> ItemSource:
    """The object of one item, which may be another by now. Raises NotFound, Conflict."""
    edition = (await find_editions(table, repository.repository_uid)).current
    key = await source_key(table, repository, item_id)
    if not key:
        raise Conflict(
            "This item was made from a file. Add an item that names the file among its assets: "
            "it takes this one's place."
        )
    # Before the item: who has seen an older item must not overwrite a newer object.
    file = await find_file(table, edition, object_uid(repository.repository_uid, key))
    item = await find_called(table, edition, item_id)
    if item is None or file is None:
        raise NotFound
    if file.item_id != item["id"]:
        raise Conflict(f"This item is one of a list: change the file {key}.")
    names = (repository.account_id, repository.repository_id)
    return ItemSource(
        account_id=names[0],
        repository_id=names[1],
        key=key,
        etag=file.etag,
        own_id=item["properties"][OWN_ID],
        document=located(item, *names, data_url),
    )


def key_of(wanted: PrepareItem) -> str:
    """Where it is written. Raises Invalid."""
    try:
        return wanted.key or written_key(own_id_of(wanted.document))
    except ValueError as error:
        raise invalid("id", str(error)) from None


async def prepare_item(
    table: Table,
    repository: Repository,
    wanted: PrepareItem,
    *,
    limits: StacSettings,
    data_url: str,
) -> PreparedItem:
    """What is to be written. Raises Invalid, Conflict."""
    key = key_of(wanted)
    told, names = wanted.document, (repository.account_id, repository.repository_id)
    if told.get("collection") not in (None, wanted.collection_id, collection_id(*names)):
        raise invalid("collection", f"must be {wanted.collection_id}, or left out")
    own_id = wanted.own_id or own_id_of(told)
    stored = _to_be(repository, key)
    item_id = told_id(own_id, stored.object_uid)
    if wanted.key and told.get("id") not in (None, own_id, item_id):
        raise invalid("id", f"must be {item_id} or {own_id}, or left out")
    base = f"{data_url}/{names[0]}/{names[1]}/"
    document = written_form(told, own_id, key.count("/"), base)
    must_be_item(document, stored, limits)
    if not wanted.key:
        await _must_be_new(table, stored, own_id)
    return PreparedItem(
        account_id=names[0],
        repository_id=names[1],
        key=key,
        item_id=item_id,
        document=document,
    )


async def _must_be_new(table: Table, stored: FileMetadata, own_id: str) -> None:
    edition = (await find_editions(table, stored.repository_uid)).current
    if await find_called(table, edition, own_id) is not None:
        raise Conflict(f"There is an item {own_id} already.")
    if await find_file(table, edition, stored.object_uid) is not None:
        raise Conflict(f"There is a file {stored.key} already.")


def _to_be(repository: Repository, key: str) -> FileMetadata:
    """An object before it is written."""
    return FileMetadata(
        version=0,
        repository_uid=repository.repository_uid,
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        object_uid=object_uid(repository.repository_uid, key),
        key=key,
        size=0,
        etag="",
        last_modified=now(),
    )
