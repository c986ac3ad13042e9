"""STAC among GeoJSON: an item is a feature, a list of items a collection of features.

What it says is handed on as it is; whether it is valid is found out where its schemas are.
"""

from services.indexer.extractors import words
from services.indexer.extractors.facts import Facts, Malformed, Stac
from services.indexer.extractors.geojson.document import Document

STAC_MEMBER = b'"stac_version"'
FORMAT = "STAC"
JSON_TYPE, ITEM_TYPE = "application/json", "application/geo+json"
KINDS = {"Feature": "Item", "Collection": "Collection", "Catalog": "Catalog"}
LIST = "FeatureCollection"


def is_stac(document: Document) -> bool:
    """Whether it says so itself, or each feature of it does."""
    if document.members.get("type") != LIST:
        return "stac_version" in document.members
    features = document.features
    return bool(features) and all(
        isinstance(one, dict) and "stac_version" in one for one in features
    )


def stac_facts(document: Document) -> Facts:
    """What it says. Raises Malformed for a list of which only the beginning was read."""
    if not document.is_whole:
        raise Malformed("It is a list of STAC items larger than 8 MB, which is not read.")
    kind = document.members.get("type")
    if kind == LIST:
        summary = f"STAC, {words.count(len(document.features), 'item')}"
        return Facts(FORMAT, ITEM_TYPE, summary, stac=Stac(document.features, is_list=True))
    media_type = ITEM_TYPE if kind == "Feature" else JSON_TYPE
    summary = f"STAC {KINDS.get(str(kind), 'document')}"
    return Facts(FORMAT, media_type, summary, stac=Stac([document.members]))
