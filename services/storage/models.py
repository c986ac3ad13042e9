"""Records that nobody outside storage sees."""

from dataclasses import dataclass, field
from typing import Literal, get_args


@dataclass(slots=True)
class ObjectRecord:
    """One object. `place` and `mark` are the blobs' own words for where its bytes are.

    `etag` is without quotes; `checksums` are base64 by lower-case S3 names, that of a multipart
    object's parts ending in `-<parts>`; `parts` are runs of [how many, bytes each]. `crc32` is that
    of the whole in base64, where it is known and no checksum that a client asked for. `version_id`
    is S3's name of it, empty for `null`; a marker tells that the key was deleted. `part_sums` are
    the parts' own checksums one after another, where they are few enough to be kept.
    """

    repository_uid: str
    key: str
    version: int
    size: int
    etag: str
    modified_ms: int
    content_type: str
    place: str
    mark: str
    created_by: str = ""
    checksums: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[list[int]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    crc32: str = ""
    version_id: str = ""
    is_marker: bool = False
    part_sums: bytes = b""

    @property
    def stamp(self) -> int:
        """By which versions of a key are ordered: when it came, or for `null` that or later."""
        return int(self.version_id, 16) if self.version_id else self.version

    @property
    def shown_version(self) -> str:
        """As S3 calls it."""
        return self.version_id or "null"


@dataclass(frozen=True, slots=True)
class Trail:
    """What is known of a key's earlier versions: the `version` of their last change, 0 for none.

    `null` is the stamp of the one among them that has no id, 0 where none is.
    """

    version: int = 0
    null: int = 0


@dataclass(slots=True)
class Content:
    """What is known of bytes once they have all arrived."""

    size: int
    etag: str
    checksums: dict[str, str]
    parts: list[list[int]] = field(default_factory=list)
    crc32: str = ""
    part_sums: bytes = b""


ChecksumType = Literal["FULL_OBJECT", "COMPOSITE"]


@dataclass(slots=True)
class Upload:
    """A multipart upload; `answer` is its outcome once `state` is done.

    `algorithm` is the checksum the client wants over the whole, by S3's name (CRC32, ...).
    """

    upload_id: str
    repository_uid: str
    account_id: str
    repository_id: str
    key: str
    initiated_ms: int
    content_type: str
    created_by: str
    algorithm: str
    checksum_type: ChecksumType
    metadata: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    state: Literal["open", "done"] = "open"
    answer: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class UploadPart:
    """One part of an upload; `checksums` are base64 by lower-case S3 names, `name` the blobs'."""

    number: int
    size: int
    etag: str
    modified_ms: int
    name: str
    checksums: dict[str, str]


@dataclass(slots=True)
class DirtyMark:
    """A repository that a process writes to; the process may have died of it."""

    account_id: str
    repository_id: str
    repository_uid: str
    process: str
    burst: str


@dataclass(slots=True)
class Leftover:
    """Bytes that no record names since a change; they may be removed from `due` on.

    `due` is in epoch milliseconds, `version` that of the record that named them.
    """

    account_id: str
    repository_id: str
    repository_uid: str
    key: str
    place: str
    version: int
    due: int


@dataclass(frozen=True, slots=True)
class Relisting:
    """When the bucket of a connected repository is listed again, and what came of the last time.

    Moments are in epoch milliseconds, 0 for never; `skipped` are keys that none of ours can be.
    """

    repository_uid: str
    due: int
    until: int = 0
    holder: str = ""
    listed: int = 0
    objects: int = 0
    skipped: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """How much is kept; of a repository also for which account it counts, and changed how often."""

    objects: int = 0
    size: int = 0
    account_uid: str = ""
    rounds: int = 0


FaultKind = Literal["missing", "unreadable", "truncated", "edited", "damaged"]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """Stored bytes that are not what their record says.

    `bytes_id` tells them from all others of their key; key and it are empty where a repository's
    whole folder is gone. `found_ms` is when they were found so first, in epoch milliseconds.
    """

    repository_uid: str
    key: str
    bytes_id: str
    version_id: str
    kind: FaultKind
    found_ms: int


@dataclass(frozen=True, slots=True)
class Scrub:
    """How far the reading of all bytes is; moments are in epoch milliseconds, 0 for never.

    `first_ms` is when it was first looked for, `ended_ms` the end of the last round that was whole.
    The place is that of the record which was read last: of a repository its objects come first,
    then what they were earlier, each key's newest before its older ones.
    """

    first_ms: int = 0
    began_ms: int = 0
    ended_ms: int = 0
    repository_uid: str = ""
    is_in_versions: bool = False
    key: str = ""
    stamp: int = 0
    objects: int = 0
    size: int = 0
    faults: int = 0

    @property
    def is_under_way(self) -> bool:
        """Whether a round began that did not end, though nobody may be at it just now."""
        return self.began_ms > self.ended_ms


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a mirror has the bytes of an object or of a version, and what they are.

    `stamp` is that of the record; `crc64nvme`, in base64, was computed while they were copied.
    """

    repository_uid: str
    key: str
    stamp: int
    size: int
    etag: str
    crc64nvme: str
    place: str
    mark: str


@dataclass(frozen=True, slots=True)
class Uncopied:
    """A key that changed and is to be looked at by a mirror; without a key its repository is gone.

    `since` is when it changed, `due` when it is looked at (again), in epoch milliseconds.
    """

    account_id: str
    repository_id: str
    repository_uid: str
    key: str
    since: int
    due: int
    uid: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far a mirror is compared with all records; moments are in epoch milliseconds.

    `only` are the names whose bytes it has copies of, in order.
    """

    began_ms: int = 0
    ended_ms: int = 0
    repository_uid: str = ""
    only: tuple[str, ...] = ()

    @property
    def is_under_way(self) -> bool:
        """Whether one began that did not end."""
        return self.began_ms > self.ended_ms
