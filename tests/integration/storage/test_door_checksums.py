"""Checksums that clients declare: verified before anything is stored, kept, and told again."""

import base64
import hashlib
import zlib
from typing import Any

import pytest
from awscrt import checksums as crt  # type: ignore[import-untyped]

from tests.door import Client, body_of, keys_of, refusal

BODY = b"t,level\n2026-11-23,4.21\n" * 50
MIB = 1024**2
ALGORITHMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")
WRONG = {"CRC32": "AAAAAA==", "CRC32C": "AAAAAA==", "CRC64NVME": "AAAAAAAAAAA="} | {
    "SHA1": base64.b64encode(bytes(20)).decode(),
    "SHA256": base64.b64encode(bytes(32)).decode(),
}


def checksum(algorithm: str, body: bytes) -> str:
    digests = {
        "CRC32": lambda: zlib.crc32(body).to_bytes(4, "big"),
        "CRC32C": lambda: crt.crc32c(body).to_bytes(4, "big"),
        "CRC64NVME": lambda: crt.crc64nvme(body).to_bytes(8, "big"),
        "SHA1": lambda: hashlib.sha1(body).digest(),  # noqa: S324 -- one of S3's
        "SHA256": lambda: hashlib.sha256(body).digest(),
    }
    return base64.b64encode(digests[algorithm]()).decode()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_declared_kept_and_told(s3: Client, bucket: str, algorithm: str) -> None:
    name, right = f"Checksum{algorithm}", checksum(algorithm, BODY)
    stored = s3.put_object(Bucket=bucket, Key="a", Body=BODY, ChecksumAlgorithm=algorithm)
    assert stored[name] == right
    told = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert told[name] == right
    assert told["ChecksumType"] == "FULL_OBJECT"
    assert name not in s3.head_object(Bucket=bucket, Key="a")
    # boto3 checks what it reads against it.
    assert body_of(s3, bucket, "a", ChecksumMode="ENABLED") == BODY


def test_crc64nvme_is_kept_although_nobody_declared_it(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    told = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert told["ChecksumCRC32"] == checksum("CRC32", BODY)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_wrong_checksum_stores_nothing(s3: Client, bucket: str, algorithm: str) -> None:
    s3.put_object(Bucket=bucket, Key="kept", Body=b"kept")
    declared = {f"Checksum{algorithm}": WRONG[algorithm]}
    for key in ("new", "kept"):
        put = {"Bucket": bucket, "Key": key, "Body": BODY, **declared}
        assert refusal(s3.put_object, **put) == ("BadDigest", 400)
    assert keys_of(s3, bucket) == ["kept"]
    assert body_of(s3, bucket, "kept") == b"kept"


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ({"ContentMD5": base64.b64encode(bytes(16)).decode()}, "BadDigest"),
        ({"ContentMD5": "not base64"}, "InvalidDigest"),
        ({"ContentMD5": "AAAA"}, "InvalidDigest"),
        ({"ChecksumCRC32": "AAAA"}, "InvalidRequest"),
        ({"ChecksumSHA256": "?"}, "InvalidRequest"),
    ],
)
def test_what_cannot_be_right(s3: Client, bucket: str, declared: dict[str, str], code: str) -> None:
    put = {"Bucket": bucket, "Key": "a", "Body": BODY, **declared}
    assert refusal(s3.put_object, **put) == (code, 400)
    assert keys_of(s3, bucket) == []


def test_a_right_md5(s3: Client, bucket: str) -> None:
    md5 = base64.b64encode(hashlib.md5(BODY).digest()).decode()  # noqa: S324 -- Content-MD5
    s3.put_object(Bucket=bucket, Key="a", Body=BODY, ContentMD5=md5)
    assert body_of(s3, bucket, "a") == BODY


def upload_in_two(
    s3: Client, bucket: str, algorithm: str, **how: Any
) -> tuple[dict[str, Any], list[bytes]]:
    """A two-part upload with checksums; what completing it answers."""
    bodies, place = [b"x" * 5 * MIB, b"yz"], {"Bucket": bucket, "Key": "big"}
    made = s3.create_multipart_upload(**place, ChecksumAlgorithm=algorithm, **how)
    place["UploadId"] = made["UploadId"]
    parts = []
    for number, body in enumerate(bodies, 1):
        part = s3.upload_part(**place, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)
        name = f"Checksum{algorithm}"
        assert part[name] == checksum(algorithm, body)
        parts.append({"PartNumber": number, "ETag": part["ETag"], name: part[name]})
    return s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts}), bodies


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
def test_the_checksum_of_all_parts_is_that_of_the_whole(
    s3: Client, bucket: str, algorithm: str
) -> None:
    answer, bodies = upload_in_two(s3, bucket, algorithm, ChecksumType="FULL_OBJECT")
    assert answer[f"Checksum{algorithm}"] == checksum(algorithm, b"".join(bodies))
    told = s3.head_object(Bucket=bucket, Key="big", ChecksumMode="ENABLED")
    assert told[f"Checksum{algorithm}"] == answer[f"Checksum{algorithm}"]
    assert body_of(s3, bucket, "big", ChecksumMode="ENABLED") == b"".join(bodies)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_the_checksum_of_the_parts_checksums(s3: Client, bucket: str, algorithm: str) -> None:
    answer, bodies = upload_in_two(s3, bucket, algorithm, ChecksumType="COMPOSITE")
    parts = b"".join(base64.b64decode(checksum(algorithm, body)) for body in bodies)
    assert answer[f"Checksum{algorithm}"] == f"{checksum(algorithm, parts)}-2"


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [("SHA256", "COMPOSITE"), ("CRC32", "COMPOSITE"), ("CRC32", "FULL_OBJECT")],
)
def test_a_whole_with_a_wrong_checksum(s3: Client, bucket: str, algorithm: str, kind: str) -> None:
    name, place = f"Checksum{algorithm}", {"Bucket": bucket, "Key": "big"}
    made = s3.create_multipart_upload(**place, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    place["UploadId"] = made["UploadId"]
    sent = s3.upload_part(**place, PartNumber=1, Body=BODY, ChecksumAlgorithm=algorithm)
    part = {"PartNumber": 1, "ETag": sent["ETag"]}
    complete = {**place, "MultipartUpload": {"Parts": [part]}}
    for wrong in (WRONG[algorithm], f"{WRONG[algorithm]}-1", "bad"):
        refused = refusal(s3.complete_multipart_upload, **complete, **{name: wrong})
        assert refused == ("BadDigest", 400)
    assert keys_of(s3, bucket) == []
    of_parts = base64.b64decode(checksum(algorithm, BODY))
    right = f"{checksum(algorithm, of_parts)}-1" if kind == "COMPOSITE" else sent[name]
    answer = s3.complete_multipart_upload(**complete, **{name: right})
    assert (answer[name], answer["ChecksumType"]) == (right, kind)


def test_a_part_with_a_wrong_checksum(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "big"}
    made = s3.create_multipart_upload(**place, ChecksumAlgorithm="SHA256")
    place["UploadId"] = made["UploadId"]
    part = {**place, "PartNumber": 1, "Body": b"x"}
    assert refusal(s3.upload_part, **part, ChecksumSHA256=WRONG["SHA256"]) == (
        "BadDigest",
        400,
    )
    sent = s3.upload_part(**part, ChecksumAlgorithm="SHA256")
    claimed = {"PartNumber": 1, "ETag": sent["ETag"], "ChecksumSHA256": WRONG["SHA256"]}
    complete = {**place, "MultipartUpload": {"Parts": [claimed]}}
    assert refusal(s3.complete_multipart_upload, **complete)[0] in {
        "InvalidPart",
        "BadDigest",
    }
    assert "Parts" in s3.list_parts(**place)
