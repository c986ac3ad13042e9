"""Items as texts, for those who hand them on."""

from typing import NamedTuple

from shared.contracts.base import Carrying
from shared.contracts.indexer.indexer import IndexerRequest, ItemQuery


class Feature(NamedTuple):
    """An item of a FeaturePage; no letter of its ids has to be escaped anywhere.

    A small picture of it can be had where `format`, of the object of this `key`, is one that has
    any; both are empty where it has a thumbnail already.
    """

    collection_id: str
    item_id: str
    format: str
    key: str


class FeaturePage(Carrying):
    """Some items as texts, each on two lines; and where to go on.

    The first has what comes before its collection and its links, the second what comes after
    `"links":[`. `is_cut` where it ends because a message holds no more.
    """

    features: list[Feature]
    cursor: str | None = None
    is_cut: bool = False


class SearchFeatures(ItemQuery, IndexerRequest[FeaturePage]):
    """The same items as texts; a cursor of either goes on in both."""
