import hashlib
import json
import zlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.storage.s3.checksums import (
    ALGORITHMS,
    SIZES,
    Checksums,
    check_algorithm,
    check_declared,
    check_payload,
    combine,
    composite,
    multipart_etag,
    read_declared,
    start_digest,
)
from services.storage.s3.errors import S3Error
from tests.signed_requests import CAPTURED

# The check values of "123456789": RFC 3720, the CRC catalogue, FIPS 180.
KNOWN = {
    "CRC32": "cbf43926",
    "CRC32C": "e3069283",
    "CRC64NVME": "ae8b14860a799888",
    "SHA1": "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
    "SHA256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    "MD5": "25f9e794323b453885f5181f1b624d0b",
}


def computed(data: bytes) -> Checksums:
    made = Checksums(SIZES)
    made.update(data)
    return made


def refusal(headers: dict[str, str]) -> tuple[str, int]:
    with pytest.raises(S3Error) as caught:
        read_declared(headers)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize(("algorithm", "digest"), KNOWN.items())
def test_known_digests(algorithm: str, digest: str) -> None:
    assert computed(b"123456789").hex(algorithm) == digest
    assert len(computed(b"").digest(algorithm)) == SIZES[algorithm]


@given(st.lists(st.binary(max_size=30)))
def test_digests_run_over_pieces(pieces: list[bytes]) -> None:
    made = Checksums(SIZES)
    for piece in pieces:
        made.update(memoryview(piece))
    for algorithm in SIZES:
        assert made.base64(algorithm) == computed(b"".join(pieces)).base64(algorithm)


@given(st.lists(st.binary(max_size=30), max_size=5))
def test_the_crc_of_a_whole_from_its_parts(parts: list[bytes]) -> None:
    for algorithm in ("CRC32", "CRC32C", "CRC64NVME"):
        digests = [(computed(part).digest(algorithm), len(part)) for part in parts]
        assert combine(algorithm, digests) == computed(b"".join(parts)).digest(algorithm)


def test_composites() -> None:
    crc = zlib.crc32(zlib.crc32(b"a").to_bytes(4, "big") + zlib.crc32(b"b").to_bytes(4, "big"))
    parts = [computed(b"a").digest("CRC32"), computed(b"b").digest("CRC32")]
    assert composite("CRC32", parts) == b64encode(crc.to_bytes(4, "big")).decode() + "-2"
    digests = [hashlib.md5(part).digest() for part in (b"a", b"b")]  # noqa: S324  # S3's ETag
    whole = hashlib.md5(b"".join(digests)).hexdigest()  # noqa: S324  # S3's ETag
    assert multipart_etag(digests) == f"{whole}-2"


def test_what_real_clients_declare() -> None:
    seen, checked = set(), 0
    for line in CAPTURED.read_text().splitlines():
        record = json.loads(line)
        declared = read_declared(record["h"])
        seen.add(declared.algorithm)
        first, last, size = record["b0"], record["b1"], record["n"]
        body = (first[: max(size - len(last), 0)] + last).encode("latin-1")
        if declared.trailer or len(body) != size:
            continue
        made = Checksums([*declared.algorithms, "SHA256"])
        made.update(body)
        checked += 1
        check_declared(declared, made)
        check_payload(record["h"].get("x-amz-content-sha256", ""), made)
    assert checked > 100
    assert seen == {None, "CRC32", "CRC64NVME", "SHA256"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_headers_and_trailers(algorithm: str) -> None:
    name, value = f"x-amz-checksum-{algorithm.lower()}", computed(b"hello").base64(algorithm)
    other = computed(b"world")
    header = read_declared({name: value, "x-amz-sdk-checksum-algorithm": algorithm})
    trailer = read_declared({"x-amz-trailer": name})
    assert (header.algorithms, trailer.algorithms) == ((algorithm,), (algorithm,))
    check_declared(header, computed(b"hello"))
    check_declared(trailer, computed(b"hello"), {name: value})
    with pytest.raises(S3Error, match=r"^BadDigest: The \w+ you specified"):
        check_declared(header, other)
    with pytest.raises(S3Error, match=r"^BadDigest: "):
        check_declared(trailer, other, {name: value})
    with pytest.raises(S3Error, match=r"^InvalidRequest: Value for .* header is invalid"):
        check_declared(trailer, other, {name: "AAAA"})
    with pytest.raises(S3Error, match=r"^InvalidRequest: "):
        check_declared(trailer, other)


def test_content_md5() -> None:
    declared = read_declared({"content-md5": computed(b"hello").base64("MD5")})
    assert declared.algorithms == ("MD5",)
    check_declared(declared, computed(b"hello"))
    with pytest.raises(S3Error, match=r"^BadDigest: The Content-MD5") as caught:
        check_declared(declared, computed(b"world"))
    assert caught.value.status == 400


@pytest.mark.parametrize("value", ["", "AAAA", "YmFkIGRpZ2VzdA==", "*" * 24, "é"])
def test_content_md5_that_is_none(value: str) -> None:
    assert refusal({"content-md5": value}) == ("InvalidDigest", 400)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-checksum-crc32": "AAAA"},
        {"x-amz-checksum-crc32": "NhCmhg=="[:-1]},
        {"x-amz-checksum-sha256": "NhCmhg=="},
        {"x-amz-checksum-crc32": "NhCmhg==", "x-amz-checksum-crc32c": "NhCmhg=="},
        {"x-amz-checksum-crc32": "NhCmhg==", "x-amz-trailer": "x-amz-checksum-crc32c"},
        {"x-amz-sdk-checksum-algorithm": "CRC32"},
        {"x-amz-sdk-checksum-algorithm": "CRC16", "x-amz-checksum-crc32": "NhCmhg=="},
    ],
)
def test_declarations_that_cannot_be(headers: dict[str, str]) -> None:
    assert refusal(headers) == ("InvalidRequest", 400)


def test_algorithms_are_named_in_any_case() -> None:
    assert check_algorithm("crc64nvme") == "CRC64NVME"
    with pytest.raises(S3Error, match=r"^InvalidRequest: .*CRC32, CRC32C, CRC64NVME"):
        check_algorithm("MD5")


def test_the_hash_of_the_payload() -> None:
    check_payload("UNSIGNED-PAYLOAD", Checksums([]))
    check_payload(hashlib.sha256(b"hello").hexdigest(), computed(b"hello"))
    with pytest.raises(S3Error) as caught:
        check_payload(hashlib.sha256(b"hello").hexdigest(), computed(b"world"))
    assert (caught.value.code, caught.value.status) == ("XAmzContentSHA256Mismatch", 400)


def test_an_unknown_digest_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="unsupported hash"):
        start_digest("CRC16")


@pytest.mark.parametrize("name", ["xxhash64", "sha512", "md5", "foo", ""])
def test_a_checksum_that_cannot_be_compared_is_not_taken_for_right(name: str) -> None:
    for headers in (
        {f"x-amz-checksum-{name}": "x"},
        {"x-amz-trailer": f"x-amz-checksum-{name}"},
        {"x-amz-trailer": f"x-amz-checksum-crc32, x-amz-checksum-{name}"},
    ):
        with pytest.raises(S3Error) as caught:
            read_declared(headers)
        assert (caught.value.code, caught.value.status) == ("InvalidRequest", 400)


def test_what_is_said_beside_checksums_is_none() -> None:
    beside = {f"x-amz-checksum-{name}": "x" for name in ("algorithm", "mode", "type")}
    assert read_declared(beside).algorithm is None
