"""The records of storage that nobody outside sees."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.contracts.storage import StoredObject
from shared.identifiers import object_uid
from shared.tables import Item


@dataclass(frozen=True, slots=True)
class Place:
    """The repository that an object is in: names for folders and events, uids for records."""

    account_uid: str
    account_id: str
    repository_uid: str
    repository_id: str


@dataclass(frozen=True, slots=True)
class Stat:
    """What tells one file from another under the same name."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(slots=True)
class ObjectRecord:
    """One object. `etag` is without quotes; `checksums` are base64 by S3's upper-case names.

    `headers` are the system headers that are given back as they came; `is_hashed` tells that the
    file lies in the hashed area; `part_sizes` is set for multipart objects.
    """

    key: str
    version: int
    size: int
    etag: str
    checksums: dict[str, str]
    modified_ms: int
    stat: Stat
    content_type: str = "binary/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    is_hashed: bool = False
    part_sizes: list[int] = field(default_factory=list)
    created_by: str = ""

    @property
    def modified(self) -> datetime:
        """When it was stored, in whole milliseconds."""
        return datetime.fromtimestamp(self.modified_ms / 1000, UTC)

    def to_item(self, pk: str) -> Item:
        """As the table keeps it."""
        return {"pk": pk, "sk": self.key, **asdict(self)}

    @classmethod
    def from_item(cls, item: Item) -> "ObjectRecord":
        """As `to_item` wrote it; fields of a later release are passed over."""
        known = {name: item[name] for name in cls.__slots__ if name in item}
        known["stat"] = Stat(**item["stat"])
        return cls(**known)

    def announced(self, place: Place) -> StoredObject:
        """As events and replies tell it."""
        return StoredObject(
            version=self.version,
            object_uid=object_uid(place.repository_uid, self.key),
            account_uid=place.account_uid,
            account_id=place.account_id,
            repository_uid=place.repository_uid,
            repository_id=place.repository_id,
            key=self.key,
            size=self.size,
            etag=self.etag,
            checksums={name.lower(): value for name, value in self.checksums.items()},
            content_type=self.content_type,
            metadata=self.metadata,
            last_modified=self.modified,
            created_by=self.created_by,
        )


@dataclass(slots=True)
class Upload:
    """A multipart upload under way, or completed not long ago (`completed_etag`)."""

    upload_id: str
    key: str
    initiated_ms: int
    created_by: str
    content_type: str
    headers: dict[str, str]
    metadata: dict[str, str]
    checksum_algorithm: str = ""
    is_composite: bool = True
    completed_etag: str = ""
    completed_version: int = 0

    def to_item(self, pk: str) -> Item:
        """As the table keeps it."""
        return {"pk": pk, "sk": self.upload_id, **asdict(self)}

    @classmethod
    def from_item(cls, item: Item) -> "Upload":
        """As `to_item` wrote it."""
        return cls(**{name: item[name] for name in cls.__slots__ if name in item})


@dataclass(slots=True)
class PartRecord:
    """One uploaded part: `md5` hex, `checksums` base64 by name."""

    number: int
    size: int
    md5: str
    checksums: dict[str, str]
    modified_ms: int

    def to_item(self, pk: str) -> Item:
        """As the table keeps it."""
        return {"pk": pk, "sk": f"{self.number:05d}", **asdict(self)}

    @classmethod
    def from_item(cls, item: Item) -> "PartRecord":
        """As `to_item` wrote it."""
        return cls(**{name: item[name] for name in cls.__slots__ if name in item})


Attributes = dict[str, Any]
