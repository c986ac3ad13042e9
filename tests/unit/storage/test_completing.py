"""What is kept of the parts once they are one object."""

from base64 import b64encode

import pytest

from services.storage.models import ChecksumType, Upload, UploadPart
from services.storage.operations.completing import content_of_parts

DIGEST = {"sha256": b"s" * 32, "crc64nvme": b"n" * 8, "crc32": b"c" * 4}
TOLD = {name: b64encode(digest).decode() for name, digest in DIGEST.items()}


def uploaded(algorithm: str) -> Upload:
    kind: ChecksumType = "FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE"
    place = ("01UPLOAD", "01REPOSITORY", "noaa", "globe-land-mask", "key")
    return Upload(*place, 0, "text/plain", "ada", algorithm, kind)


@pytest.mark.parametrize(
    ("algorithm", "count", "size"),
    [("SHA256", 64, 2048), ("SHA256", 65, 0), ("CRC32", 512, 2048), ("CRC64NVME", 257, 0)],
)
def test_checksums_of_few_parts_are_kept(algorithm: str, count: int, size: int) -> None:
    parts = [UploadPart(number + 1, 5, "0" * 32, 0, "", TOLD) for number in range(count)]
    content = content_of_parts(uploaded(algorithm), parts)
    assert len(content.part_sums) == size
    assert content.part_sums in (b"", DIGEST[algorithm.lower()] * count)
