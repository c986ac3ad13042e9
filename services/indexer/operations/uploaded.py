"""An object that is STAC itself: what its documents say is told as it is, once it is valid."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.indexer.extractors.facts import Group, Stac
from services.indexer.models.counted import Counted
from services.indexer.models.named import Named
from services.indexer.models.stamps import stamp
from services.indexer.models.stored import Stored
from services.indexer.operations.telling import file_of, told_of
from services.indexer.sandbox.pool import Outcome
from services.indexer.settings import StacSettings
from services.indexer.stac.collections import told_of as collection_told
from services.indexer.stac.uploaded import COLLECTION, ITEM, Uploaded, read_uploaded
from services.indexer.store.files import Known
from shared.contracts.indexer import FileStatus

# In the root of a repository this is the collection that the repository is.
OWN_COLLECTION = "collection.json"
MOST_FAULTS = 20
LONGEST_COLLECTION = 48 * 1024
TURN = 50


async def uploaded(stored: Stored, outcome: Outcome, stac: Stac, limits: StacSettings) -> Known:
    """What is kept of it: its items, or why there are none."""
    if stac.is_list:
        return await _list(stored, outcome, stac.documents, limits)
    found = read_uploaded(stac.documents[0], stored, limits)
    outcome.facts.groups.append(_group(found))
    if found.faults:
        return _failed(stored, outcome, found.faults)
    if found.document["type"] == ITEM:
        return _item(stored, outcome, found)
    said = ""
    if found.document["type"] == COLLECTION and stored.key == OWN_COLLECTION:
        said = collection_told(found.document)
        if len(said) > LONGEST_COLLECTION:
            return _failed(stored, outcome, ["It says more of the repository than can be kept"])
    known = _known(stored, outcome, "described")
    return replace(known, counted=known.counted.model_copy(update={"collection": said}))


def _item(stored: Stored, outcome: Outcome, found: Uploaded) -> Known:
    item = found.document
    known = _known(stored, outcome, "indexed")
    where = {"bbox": (found.counted and found.counted.bbox) or None, "footprint": item["geometry"]}
    file = known.file.model_copy(update=where | {"item_id": item["id"]})
    counted = known.counted.model_copy(update={"item": found.counted})
    return Known(file, counted, item, named=Named(frozenset(found.keys)))


async def _list(
    stored: Stored, outcome: Outcome, documents: Sequence[dict[str, Any]], limits: StacSettings
) -> Known:
    """Those that are valid are told, and of the others why they are not."""
    if len(documents) > limits.max_items:
        most = f"It has {len(documents):,} items; of one file {limits.max_items:,} can be told"
        return _failed(stored, outcome, [most])
    valid: dict[str, Uploaded] = {}
    faults: list[str] = []
    for place, document in enumerate(documents):
        found = read_uploaded(document, stored, limits)
        if not found.faults and found.document["id"] in valid:
            found.faults = ["id: is that of an item before"]
        if found.faults:
            faults += [f"features/{place}/{fault}" for fault in found.faults]
        else:
            valid[found.document["id"]] = found
        if place % TURN == 0:
            await asyncio.sleep(0)
    if not valid:
        return _failed(stored, outcome, faults)
    _tell_list(outcome, valid, faults)
    items = {name: (one.document, one.counted) for name, one in valid.items() if one.counted}
    keys = frozenset(key for one in valid.values() for key in one.keys)
    return replace(_known(stored, outcome, "described"), named=Named(keys, items))


def _tell_list(outcome: Outcome, valid: dict[str, Uploaded], faults: Sequence[str]) -> None:
    facts = outcome.facts
    group = Group("STAC")
    group.add("Items", f"{len(valid):,}")
    group.add(
        "Not checked", ", ".join(sorted({n for one in valid.values() for n in one.unchecked}))
    )
    facts.groups.append(group)
    if faults:
        facts.summary += ", not all valid"
        facts.groups.append(_faults(faults))


def _group(found: Uploaded) -> Group:
    document, group = found.document, Group("STAC")
    group.add("Version", found.version)
    group.add("Id", found.own_id)
    if not found.faults:
        group.add("Links", f"{len(document['links']):,}")
        group.add("Assets", f"{len(document.get('assets', ())):,}")
        group.add("Assets in this repository", f"{len(found.keys):,}")
    group.add("Not checked", ", ".join(found.unchecked))
    return group


def _faults(faults: Sequence[str]) -> Group:
    group = Group("Not valid")
    for fault in faults[:MOST_FAULTS]:
        place, _, reason = fault.partition(": ")
        group.add(*((place, reason) if reason else ("The whole", place)))
    return group


def _failed(stored: Stored, outcome: Outcome, faults: Sequence[str]) -> Known:
    outcome.facts.groups.append(_faults(faults))
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return _known(stored, outcome, "failed", f"It is not valid STAC. {faults[0]}{more}.")


def _known(stored: Stored, outcome: Outcome, status: FileStatus, reason: str = "") -> Known:
    """The object itself, before what it says of others."""
    counted = Counted(
        size=stored.size,
        changed=stamp(stored.last_modified),
        status=status,
        format=outcome.facts.format,
    )
    told = told_of(outcome.facts, outcome)
    return Known(file_of(stored, status, reason).model_copy(update=told), counted)
