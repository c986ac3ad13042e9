"""The checksums of S3: which one a client declared, running digests, and their comparison.

Names, headers and rules: Amazon S3 User Guide, "Checking object integrity".
"""

import hashlib
import zlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from awscrt import checksums as crt

from services.storage.s3.errors import S3Error

Bytes = bytes | bytearray | memoryview
# The length of each digest in bytes; MD5 is the ETag and Content-MD5, never an x-amz-checksum.
SIZES = {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32, "MD5": 16}
ALGORITHMS = tuple(name for name in SIZES if name != "MD5")
_PREFIX = "x-amz-checksum-"
HEADERS = {name: f"{_PREFIX}{name.lower()}" for name in ALGORITHMS}
_NAMES = {header: name for name, header in HEADERS.items()}
# What is said of checksums beside them.
_BESIDE = {f"{_PREFIX}{name}" for name in ("algorithm", "mode", "type")}


class Digest(Protocol):
    """A digest that is still being fed."""

    def update(self, data: Bytes, /) -> None:
        """Take the next bytes."""

    def digest(self) -> bytes:
        """The digest of all bytes so far."""


class _Crc:
    def __init__(self, extend: Callable[[Bytes, int], int], size: int) -> None:
        self._extend, self._size, self._value = extend, size, 0

    def update(self, data: Bytes, /) -> None:
        self._value = self._extend(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def start_digest(algorithm: str) -> Digest:
    """A running digest of one of SIZES."""
    match algorithm:
        case "CRC32":
            return _Crc(zlib.crc32, 4)
        case "CRC32C":
            return _Crc(crt.crc32c, 4)
        case "CRC64NVME":
            return _Crc(crt.crc64nvme, 8)
        case _:
            return hashlib.new(algorithm.lower(), usedforsecurity=False)


class Checksums:
    """Several digests of the same bytes; feed it from one thread at a time."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        self._digests = {name: start_digest(name) for name in dict.fromkeys(algorithms)}
        self._updates = [digest.update for digest in self._digests.values()]

    def update(self, data: Bytes) -> None:
        """Take the next bytes."""
        for update in self._updates:
            update(data)

    def digest(self, algorithm: str) -> bytes:
        """The bytes of one digest."""
        return self._digests[algorithm].digest()

    def hex(self, algorithm: str) -> str:
        """As ETags (MD5) and x-amz-content-sha256 (SHA256) want it."""
        return self.digest(algorithm).hex()

    def base64(self, algorithm: str) -> str:
        """As the headers of S3 want it."""
        return b64encode(self.digest(algorithm)).decode()


@dataclass(slots=True)
class Declared:
    """What a client says of the bytes it sends, each in base64.

    `algorithm` is None when no x-amz-checksum was declared; `checksum` is None while it is still
    to come in the trailer `trailer`.
    """

    algorithm: str | None = None
    checksum: str | None = None
    trailer: str | None = None
    content_md5: str | None = None

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The digests that have to run beside those that are always kept."""
        return ("MD5",) * (self.content_md5 is not None) + (
            (self.algorithm,) if self.algorithm else ()
        )


def read_declared(headers: Mapping[str, str]) -> Declared:
    """Raises InvalidDigest (Content-MD5) and InvalidRequest (x-amz-checksum- headers)."""
    promised = _list(headers.get("x-amz-trailer", ""))
    _refuse_unknown((*headers, *promised))
    found = [name for name in headers if name in _NAMES]
    trailers = [name for name in promised if name in _NAMES]
    if len(found) + len(trailers) > 1:
        raise S3Error(
            "InvalidRequest",
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        )
    named = headers.get("x-amz-sdk-checksum-algorithm", "").upper()
    if named and named != "MD5":
        check_algorithm(named)
        if not found and not trailers:
            raise S3Error(
                "InvalidRequest",
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
                "x-amz-trailer headers were found.",
            )
    declared = Declared(content_md5=_content_md5(headers))
    for name in found:
        declared.algorithm, declared.checksum = _NAMES[name], headers[name].strip()
        _check_form(name, declared.checksum)
    for name in trailers:
        declared.algorithm, declared.trailer = _NAMES[name], name
    return declared


def without_checksums(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a request whose x-amz-checksum- headers are not of its body."""
    other = {*_NAMES, "x-amz-sdk-checksum-algorithm"}
    return {name: value for name, value in headers.items() if name not in other}


def _refuse_unknown(names: Iterable[str]) -> None:
    """A checksum that we cannot compute would be taken for one that was right."""
    for name in names:
        if name.startswith(_PREFIX) and name not in _NAMES and name not in _BESIDE:
            check_algorithm(name.removeprefix(_PREFIX))


def check_algorithm(name: str) -> str:
    """The algorithm of an x-amz-checksum-algorithm header. Raises InvalidRequest."""
    if name.upper() not in ALGORITHMS:
        raise S3Error(
            "InvalidRequest",
            "Checksum algorithm provided is unsupported. Please try again with any of the valid "
            f"types: [{', '.join(ALGORITHMS)}]",
        )
    return name.upper()


def check_declared(
    declared: Declared, computed: Checksums, trailers: Mapping[str, str] | None = None
) -> None:
    """Compare what arrived with what was declared. Raises BadDigest, InvalidRequest."""
    if declared.content_md5 is not None and computed.base64("MD5") != declared.content_md5:
        raise S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.")
    if declared.algorithm is None:
        return
    expected = declared.checksum
    if declared.trailer is not None:
        expected = (trailers or {}).get(declared.trailer, "")
        _check_form(declared.trailer, expected)
    if computed.base64(declared.algorithm) != expected:
        raise S3Error(
            "BadDigest",
            f"The {declared.algorithm} you specified did not match the calculated checksum.",
        )


def check_payload(payload: str, computed: Checksums) -> None:
    """Compare with a hex x-amz-content-sha256; other payload modes pass.

    Raises XAmzContentSHA256Mismatch.
    """
    if len(payload) == 64 and (actual := computed.hex("SHA256")) != payload:
        raise S3Error(
            "XAmzContentSHA256Mismatch",
            ClientComputedContentSHA256=payload,
            S3ComputedContentSHA256=actual,
        )


def combine(algorithm: str, parts: Iterable[tuple[bytes, int]]) -> bytes:
    """The CRC of a whole from the CRC and the length in bytes of each part, in order."""
    extend = {
        "CRC32": crt.combine_crc32,
        "CRC32C": crt.combine_crc32c,
        "CRC64NVME": crt.combine_crc64nvme,
    }[algorithm]
    whole = 0
    for digest, length in parts:
        whole = extend(whole, int.from_bytes(digest, "big"), length)
    return whole.to_bytes(SIZES[algorithm], "big")


def composite(algorithm: str, parts: Iterable[bytes]) -> str:
    """The checksum of the parts' checksums, as S3 shows it: base64, a dash, how many."""
    digest, count = start_digest(algorithm), 0
    for part in parts:
        digest.update(part)
        count += 1
    return f"{b64encode(digest.digest()).decode()}-{count}"


def multipart_etag(digests: Iterable[bytes]) -> str:
    """The ETag of a multipart object, without quotes: hex MD5 of the parts' MD5s, a dash, count."""
    parts = list(digests)
    return f"{hashlib.md5(b''.join(parts), usedforsecurity=False).hexdigest()}-{len(parts)}"


def _list(value: str) -> list[str]:
    return [name.strip().lower() for name in value.split(",")]


def _content_md5(headers: Mapping[str, str]) -> str | None:
    value = headers.get("content-md5")
    if value is not None and _decoded_size(value) != SIZES["MD5"]:
        raise S3Error("InvalidDigest", **{"Content-MD5": value[:128]})
    return value


def _check_form(name: str, value: str) -> None:
    if _decoded_size(value) != SIZES[_NAMES[name]]:
        raise S3Error("InvalidRequest", f"Value for {name} header is invalid.")


def _decoded_size(value: str) -> int:
    try:
        return len(b64decode(value, validate=True))
    except (Base64Error, ValueError):
        return -1
