"""From what was read of an object to all that is kept of it."""

from services.indexer.extractors.facts import Facts, Place
from services.indexer.models.counted import Counted, CountedItem
from services.indexer.models.extents import Extent
from services.indexer.models.stamps import stamp
from services.indexer.models.stored import Stored
from services.indexer.operations.beside import Beside
from services.indexer.sandbox.pool import Outcome
from services.indexer.stac.items import Document, build_item
from services.indexer.stac.validation import problems_of
from services.indexer.store.files import Known
from shared.contracts.indexer import Fact, FactGroup, FileMetadata, FileStatus
from shared.log import logger

log = logger("indexer")


def pending(stored: Stored) -> Known:
    """An object whose bytes have not been read yet."""
    file = _file(stored, "pending", "")
    changed = stamp(stored.last_modified)
    return Known(file, Counted(size=stored.size, changed=changed, status="pending"))


def described(stored: Stored, outcome: Outcome, beside: Beside) -> Known:
    """An object as it was read: with an item where it is somewhere on Earth."""
    facts = outcome.facts
    facts.parts = [part for part in facts.parts if part.name in beside.files]
    status: FileStatus = "failed" if outcome.status == "failed" else "described"
    reason, item = outcome.reason if status == "failed" else "", None
    if status == "described" and facts.place is not None:
        item, reason = _item(facts, facts.place, stored, beside)
        status = "indexed" if item else "failed"
    file = _file(stored, status, reason).model_copy(update=_told(facts, outcome))
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
    return Known(file, counted, item, beside.versions)


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


def _file(stored: Stored, status: FileStatus, reason: str) -> FileMetadata:
    return FileMetadata(
        version=stored.version,
        repository_uid=stored.repository_uid,
        account_id=stored.account_id,
        repository_id=stored.repository_id,
        object_uid=stored.object_uid,
        key=stored.key,
        size=stored.size,
        etag=stored.etag,
        checksums=stored.checksums,
        last_modified=stored.last_modified,
        created_by=stored.created_by,
        status=status,
        reason=reason,
    )


def _told(facts: Facts, outcome: Outcome) -> dict[str, object]:
    """What the page tells of the content."""
    groups = [
        FactGroup(
            title=group.title,
            facts=[Fact(name=name, value=value) for name, value in group.lines],
        )
        for group in facts.groups
    ]
    if outcome.status == "partial":
        only = Fact(name="Only in part", value=outcome.reason)
        groups.append(FactGroup(title="Reading", facts=[only]))
    return {
        "media_type": facts.media_type,
        "format": facts.format,
        "summary": facts.summary,
        "verdicts": facts.verdicts,
        "groups": groups,
        "parts": [part.name for part in facts.parts],
        "part_of": facts.part_of,
    }


def _counted(item: Document, facts: Facts) -> CountedItem:
    properties = item["properties"]
    start = properties.get("start_datetime") or properties["datetime"]
    return CountedItem(
        item_id=item["id"],
        bbox=item["bbox"],
        extent=Extent.of(item["bbox"], start, properties.get("end_datetime", "")),
        code=(facts.projection.code if facts.projection else "") or "",
        media_type=facts.media_type,
    )
