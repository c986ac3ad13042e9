"""What things are called in a backup."""

from base64 import b64decode

from services.storage.models import ObjectRecord

MARK = "backup.json"
BYTES, SNAPSHOTS = "bytes", "snapshots"
MANIFEST, NAMES, FILES = "manifest.json", "names", "files/"
# What a killed backup did not finish.
DRAFT = ".draft-"
MOMENT = "%Y-%m-%dT%H-%M-%S-%fZ"


def bytes_name(record: ObjectRecord) -> str:
    """Where the bytes of a record are: the same bytes of a repository lie there once.

    Of a repository, so that nobody's bytes are ever taken for somebody else's: the digests that
    there are anyway can be made to meet by who wants that.
    """
    crc64nvme = b64decode(record.checksums.get("crc64nvme", "")).hex()
    name = f"{record.etag}.{record.size:x}.{crc64nvme}"
    return f"{BYTES}/{record.repository_uid}/{record.etag[:2]}/{name}"


def size_in(name: str) -> int | None:
    """How many bytes lie under such a name; None for one that is none of ours."""
    try:
        return int(name.rsplit(".", 2)[-2], 16)
    except (IndexError, ValueError):
        return None


def in_snapshot(snapshot: str, name: str) -> str:
    """Where a part of a snapshot is."""
    return f"{SNAPSHOTS}/{snapshot}/{name}"


def path_in(part: str) -> str:
    """Where a part of a snapshot belongs in the data folder."""
    return part.removeprefix(FILES)
