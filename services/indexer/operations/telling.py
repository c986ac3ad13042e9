"""What is told of an object: where it is and what it is, and what was read of its content."""

from services.indexer.extractors.facts import Facts
from services.indexer.models.stored import Stored
from services.indexer.sandbox.pool import Outcome
from shared.contracts.indexer import Fact, FactGroup, FileMetadata, FileStatus


def file_of(stored: Stored, status: FileStatus, reason: str) -> FileMetadata:
    """An object, before anything is told of its content."""
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


def told_of(facts: Facts, outcome: Outcome) -> dict[str, object]:
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
