"""GetObjectAttributes: what a record says of an object, without its bytes."""

from base64 import b64encode
from collections.abc import Iterator

from services.storage.models import ObjectRecord
from services.storage.s3.checksums import ALGORITHMS
from services.storage.s3.errors import S3Error
from services.storage.s3.escaping import escape
from services.storage.s3.xml import document
from services.storage.views.exchange import XML, Exchange
from services.storage.views.headers import checksum_type, http_date, told_checksums
from services.storage.views.listing import number_of
from services.storage.views.reading import open_wanted
from services.storage.views.versioning import version_headers

NAMES = ("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize")
MAX_PARTS = 1000


async def attributes(exchange: Exchange) -> None:
    """Those that are asked for."""
    wanted = wanted_names(exchange)
    opened = await open_wanted(exchange)
    opened.close()
    record = opened.record
    elements = {
        "ETag": f"<ETag>{escape(record.etag)}</ETag>",
        "Checksum": f"<Checksum>{checksums_of(record)}</Checksum>",
        "ObjectParts": parts_of(exchange, record) if record.parts else "",
        "StorageClass": "<StorageClass>STANDARD</StorageClass>",
        "ObjectSize": f"<ObjectSize>{record.size}</ObjectSize>",
    }
    body = document("GetObjectAttributesResponse", *(elements[n] for n in NAMES if n in wanted))
    headers = [XML, (b"last-modified", http_date(record.modified_ms // 1000))]
    await exchange.answer(200, headers + version_headers(exchange.place, record), body)


def wanted_names(exchange: Exchange) -> set[str]:
    """Raises InvalidArgument."""
    names = exchange.request.headers.get("x-amz-object-attributes", "").split(",")
    wanted = {name.strip() for name in names}
    if not wanted <= set(NAMES):
        raise S3Error("InvalidArgument", "Invalid attribute name specified.")
    return wanted


def checksums_of(record: ObjectRecord) -> str:
    """Those that clients are told."""
    told = [(name, value) for name, value in told_checksums(record.checksums) if name in ALGORITHMS]
    return "".join(
        f"<Checksum{name}>{escape(value)}</Checksum{name}>"
        f"<ChecksumType>{checksum_type(value)}</ChecksumType>"
        for name, value in told
    )


def parts_of(exchange: Exchange, record: ObjectRecord) -> str:
    """One page of the parts."""
    headers = exchange.request.headers
    marker = number_of(headers, "x-amz-part-number-marker", 0)
    limit = min(number_of(headers, "x-amz-max-parts", MAX_PARTS), MAX_PARTS)
    count = sum(run[0] for run in record.parts)
    page = [one for one in numbered(record.parts) if marker < one[0] <= marker + limit]
    last = page[-1][0] if page else marker
    sums = sums_of_parts(record, count)
    lines = "".join(
        f"<Part><PartNumber>{number}</PartNumber><Size>{size}</Size>{sums[number - 1]}</Part>"
        for number, size in page
    )
    return (
        f"<ObjectParts><PartsCount>{count}</PartsCount>"
        f"<PartNumberMarker>{marker}</PartNumberMarker>"
        f"<NextPartNumberMarker>{last}</NextPartNumberMarker><MaxParts>{limit}</MaxParts>"
        f"<IsTruncated>{str(last < count).lower()}</IsTruncated>{lines}</ObjectParts>"
    )


def sums_of_parts(record: ObjectRecord, count: int) -> list[str]:
    """Of each part the checksum that the client chose for the whole, where they were kept."""
    row, told = record.part_sums, told_checksums(record.checksums)
    if not row or not told:
        return [""] * count
    name, size = told[0][0], len(row) // count
    digests = (b64encode(row[at : at + size]).decode() for at in range(0, len(row), size))
    return [f"<Checksum{name}>{digest}</Checksum{name}>" for digest in digests]


def numbered(runs: list[list[int]]) -> Iterator[tuple[int, int]]:
    """Number and size of each part."""
    number = 0
    for count, size in runs:
        for _ in range(count):
            number += 1
            yield number, size
