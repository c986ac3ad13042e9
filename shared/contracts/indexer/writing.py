"""Items written through the STAC API: indexer says what becomes of them, web sends the bytes."""

from typing import Any

from pydantic import BaseModel, Field

from shared.contracts.indexer.indexer import IndexerRequest, Name

# No item that is kept has more bytes than this.
LARGEST_ITEM = 128 * 1024


class ItemSource(BaseModel):
    """The object that an item is told from, whose `etag` is the one that was read last.

    `own_id` is what the item is called there, `document` is what GetItem tells of it.
    """

    account_id: str
    repository_id: str
    key: str
    etag: str
    own_id: str
    document: dict[str, Any]


class GetItemSource(IndexerRequest[ItemSource]):
    """Of one item, for who may write its object, or with `to_delete` delete it.

    NotFound, Forbidden. Conflict where the item has no object of its own: it was made from a file,
    or is one of a list.
    """

    collection_id: str
    item_id: Name
    to_delete: bool = False


class PreparedItem(BaseModel):
    """What is to be written under which key, and the id by which it is told then."""

    account_id: str
    repository_id: str
    key: str
    item_id: str
    document: dict[str, Any]


class PrepareItem(IndexerRequest[PreparedItem]):
    """An item as it is to be written so that it is told as one of this collection.

    With `key` and `own_id` in place of that of a source, else as one that is new. NotFound,
    Forbidden, Conflict where there is one of this id already, Invalid with the members to blame.
    """

    collection_id: str
    document: dict[str, Any]
    key: str = Field(default="", max_length=1024)
    own_id: str = Field(default="", max_length=1024)
