"""From what was read of an object to all that is kept of it."""

from dataclasses import replace

from services.indexer.extractors.facts import Facts, Place
from services.indexer.models.counted import Counted, CountedItem
from services.indexer.models.extents import Extent
from services.indexer.models.placed import placed_of
from services.indexer.models.stamps import stamp
from services.indexer.models.stored import Stored
from services.indexer.operations.beside import Beside
from services.indexer.operations.telling import file_of, told_of
from services.indexer.operations.uploaded import uploaded
from services.indexer.sandbox.pool import Outcome
from services.indexer.settings import StacSettings
from services.indexer.stac.items import Document, build_item
from services.indexer.stac.validation import problems_of
from services.indexer.store.files import Known
from shared.contracts.indexer import FileStatus
from shared.log import logger

log = logger("indexer")


def pending(stored: Stored) -> Known:
    """An object whose bytes have not been read yet."""
    file = file_of(stored, "pending", "")
    changed = stamp(stored.last_modified)
    return Known(file, Counted(size=stored.size, changed=changed, status="pending"))


async def described(
    stored: Stored, outcome: Outcome, beside: Beside, limits: StacSettings
) -> Known:
    """An object as it was read: with an item where it is somewhere on Earth, or is one.

    It has none of its own where an uploaded item speaks for it.
    """
    facts = outcome.facts
    if facts.stac is not None:
        known = await uploaded(stored, outcome, facts.stac, limits)
        return replace(known, named_by=beside.named_by)
    facts.parts = [part for part in facts.parts if part.name in beside.files]
    status: FileStatus = "failed" if outcome.status == "failed" else "described"
    reason, item = outcome.reason if status == "failed" else "", None
    facts.part_of = beside.named_by or facts.part_of
    if status == "described" and facts.place is not None and not beside.named_by:
        item, reason = _item(facts, facts.place, stored, beside)
        status = "indexed" if item else "failed"
    file = file_of(stored, status, reason).model_copy(update=told_of(facts, outcome))
    counted = Counted(
        size=stored.size,
        changed=stamp(stored.last_modified),
        status=status,
        format=facts.format,
        item=_counted(item, facts) if item else None,
    )
    if item and facts.place:
        where = {"bbox": item["bbox"], "footprint": item["geometry"], "item_id": item["id"]}
        file = file.model_copy(update=where)
    return Known(file, counted, item, beside.versions, beside.named_by)


def _item(
    facts: Facts, place: Place, stored: Stored, beside: Beside
) -> tuple[Document | None, str]:
    """The item, or why none could be made: a fault of ours that must not stop the others."""
    item = build_item(facts, place, stored, beside.files)
    problems = problems_of(item)
    if not problems:
        return item, ""
    log.error("an item is not valid", object_uid=stored.object_uid, problems=problems)
    return None, f"No valid STAC item could be made of it: {problems[0]}"


def _counted(item: Document, facts: Facts) -> CountedItem:
    properties = item["properties"]
    start = properties.get("start_datetime") or properties["datetime"]
    return CountedItem(
        item_id=item["id"],
        bbox=item["bbox"],
        extent=Extent.of(item["bbox"], start, properties.get("end_datetime", "")),
        code=(facts.projection.code if facts.projection else "") or "",
        media_type=facts.media_type,
        placed=placed_of(item),
    )
