"""What the XML of DeleteObjects and CompleteMultipartUpload says."""

from dataclasses import dataclass, field
from itertools import pairwise

from services.storage.s3.elements import Shape, once, read_document
from services.storage.s3.errors import S3Error

# A thousand keys of 1,024 bytes; ten thousand parts with a checksum each.
MAX_DELETE_BYTES = 2 * 1024**2
MAX_COMPLETE_BYTES = 4 * 1024**2
MAX_DELETE_KEYS = 1000
MAX_PARTS = 10_000
DELETE = Shape(("Delete", "Object"), MAX_DELETE_BYTES, MAX_DELETE_KEYS)
COMPLETE = Shape(("CompleteMultipartUpload", "Part"), MAX_COMPLETE_BYTES, MAX_PARTS)


@dataclass(slots=True)
class ObjectToDelete:
    """One key of DeleteObjects; `etag` (without quotes) makes it conditional."""

    key: str
    version_id: str = ""
    etag: str | None = None


@dataclass(slots=True)
class DeleteRequest:
    """What DeleteObjects asks; quiet wants to hear of failures only."""

    objects: list[ObjectToDelete]
    is_quiet: bool = False


@dataclass(slots=True)
class CompletedPart:
    """One part that CompleteMultipartUpload lists; checksums in base64 by name (CRC32, ...)."""

    number: int
    etag: str
    checksums: dict[str, str] = field(default_factory=dict)


def parse_delete(body: bytes) -> DeleteRequest:
    """Raises MalformedXML (also over 1,000 keys) and MaxMessageLengthExceeded."""
    document = read_document(body, DELETE)
    objects = []
    for fields in map(once, document.records):
        if not fields.get("Key"):
            raise S3Error("MalformedXML")
        etag = fields.get("ETag")
        objects.append(
            ObjectToDelete(
                fields["Key"],
                fields.get("VersionId", ""),
                None if etag is None else etag.strip().strip('"'),
            )
        )
    if not objects:
        raise S3Error("MalformedXML")
    quiet = once(document.fields).get("Quiet", "")
    return DeleteRequest(objects, quiet.strip().lower() == "true")


def parse_complete(body: bytes) -> list[CompletedPart]:
    """The parts, ascending. Raises MalformedXML, InvalidPartOrder, MaxMessageLengthExceeded."""
    parts = [_completed_part(once(fields)) for fields in read_document(body, COMPLETE).records]
    if not parts:
        raise S3Error("MalformedXML", "You must specify at least one part")
    numbers = [part.number for part in parts]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise S3Error("InvalidPartOrder")
    return parts


def _completed_part(fields: dict[str, str]) -> CompletedPart:
    number, etag = fields.get("PartNumber", "").strip(), fields.get("ETag", "").strip()
    if not (number.isascii() and number.isdigit() and len(number) <= 5) or not etag:
        raise S3Error("MalformedXML")
    if not 1 <= int(number) <= MAX_PARTS:
        raise S3Error("InvalidArgument", "PartNumber must be an integer between 1 and 10000")
    checksums = {
        name.removeprefix("Checksum"): value.strip()
        for name, value in fields.items()
        if name.startswith("Checksum")
    }
    return CompletedPart(int(number), etag.strip('"'), checksums)
