from xml.etree import ElementTree as ET

import pytest

from services.storage.s3 import xml
from services.storage.s3.errors import S3Error
from services.storage.s3.xml import Bucket, DeletedKey, DeleteFailure, Owner, Part, PartListing

NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
OWNER = Owner("01ABC", "Natural <Earth> & co")
MODIFIED = 1_795_435_200_123


def read(body: bytes, root: str) -> dict[str, str]:
    """The text of every leaf, by its path below the root; of several, the last."""
    tree = ET.fromstring(body)  # noqa: S314  # our own document
    assert tree.tag == NAMESPACE + root
    leaves: dict[str, str] = {}

    def walk(element: ET.Element, path: str) -> None:
        for child in element:
            name = f"{path}/{child.tag.removeprefix(NAMESPACE)}".removeprefix("/")
            if not len(child):
                leaves[name] = child.text or ""
            walk(child, name)

    walk(tree, "")
    return leaves


def test_list_buckets() -> None:
    leaves = read(xml.list_buckets([Bucket("noaa", MODIFIED)], OWNER), "ListAllMyBucketsResult")
    assert leaves == {
        "Owner/ID": "01ABC",
        "Owner/DisplayName": "Natural <Earth> & co",
        "Buckets/Bucket/Name": "noaa",
        "Buckets/Bucket/CreationDate": "2026-11-23T12:00:00.123Z",
    }


@pytest.mark.parametrize(("region", "text"), [("us-east-1", None), ("eu-west-1", "eu-west-1")])
def test_bucket_location(region: str, text: str | None) -> None:
    tree = ET.fromstring(xml.bucket_location(region))  # noqa: S314  # our own document
    assert (tree.tag, tree.text) == (f"{NAMESPACE}LocationConstraint", text)


@pytest.mark.parametrize("is_public", [True, False])
def test_access_control(is_public: bool) -> None:
    body = xml.access_control(OWNER, is_public=is_public)
    leaves = read(body, "AccessControlPolicy")
    grant = "AccessControlList/Grant"
    assert leaves[f"{grant}/Permission"] == ("READ" if is_public else "FULL_CONTROL")
    assert (f"{grant}/Grantee/URI" in leaves) == is_public


def test_multipart_uploads() -> None:
    made = read(
        xml.initiate_multipart_upload("b", "a&b\r\n", "id"), "InitiateMultipartUploadResult"
    )
    assert made == {"Bucket": "b", "Key": "a&b\r\n", "UploadId": "id"}
    body = xml.complete_multipart_upload(
        "b", "k", location="http://h/b/k", etag="e-2", checksums=[("CRC32", "A="), ("Type", "X")]
    )
    assert read(body, "CompleteMultipartUploadResult") == {
        "Location": "http://h/b/k",
        "Bucket": "b",
        "Key": "k",
        "ETag": '"e-2"',
        "ChecksumCRC32": "A=",
        "ChecksumType": "X",
    }


def test_list_parts() -> None:
    parts = [Part(1, 5, "e1", MODIFIED), Part(7, 6, "e7", MODIFIED, (("CRC32", "A="),))]
    page = PartListing("b", "k", "id", parts, max_parts=2, is_truncated=True, owner=OWNER)
    leaves = read(xml.list_parts(page), "ListPartsResult")
    assert leaves["NextPartNumberMarker"] == "7"
    assert leaves["IsTruncated"] == "true"
    assert leaves["Initiator/ID"] == leaves["Owner/ID"] == "01ABC"
    assert leaves["Part/PartNumber"] == "7"
    assert leaves["Part/ETag"] == '"e7"'
    assert leaves["Part/ChecksumCRC32"] == "A="
    empty = read(xml.list_parts(PartListing("b", "k", "id", [], marker=3)), "ListPartsResult")
    assert empty["NextPartNumberMarker"] == "3"
    assert "Owner/ID" not in empty


@pytest.mark.parametrize("element", ["CopyObjectResult", "CopyPartResult"])
def test_copies(element: str) -> None:
    body = xml.copy_result(element, etag="e", modified_ms=MODIFIED)
    assert read(body, element) == {"LastModified": "2026-11-23T12:00:00.123Z", "ETag": '"e"'}


def test_delete_result() -> None:
    deleted = [DeletedKey("a<b"), DeletedKey("c", "01", "02")]
    body = xml.delete_result(deleted, [DeleteFailure("d", "AccessDenied", "no & no", "<3>")])
    leaves = read(body, "DeleteResult")
    assert body.count(b"<Deleted>") == 2
    assert (leaves["Deleted/VersionId"], leaves["Deleted/DeleteMarkerVersionId"]) == ("01", "02")
    assert leaves["Deleted/DeleteMarker"] == "true"
    assert leaves["Error/VersionId"] == "<3>"
    assert leaves["Error/Message"] == "no & no"
    assert read(xml.delete_result([], []), "DeleteResult") == {}


def test_errors() -> None:
    problem = S3Error("InvalidRange", ActualObjectSize=10, RangeRequested="bytes=<9>")
    body = xml.error(problem, resource="/a/r/<k>\0", request_id="ABC")
    tree = ET.fromstring(body)  # noqa: S314  # our own document
    assert tree.tag == "Error"
    assert {child.tag: child.text for child in tree} == {
        "Code": "InvalidRange",
        "Message": "The requested range is not satisfiable",
        "ActualObjectSize": "10",
        "RangeRequested": "bytes=<9>",
        "Resource": "/a/r/<k>\ufffd",
        "RequestId": "ABC",
    }


def test_post_response() -> None:
    body = xml.post_response(location="http://h/a/r/k", bucket="a", key="r/k", etag="e")
    tree = ET.fromstring(body)  # noqa: S314  # our own document
    assert [child.text for child in tree] == ["http://h/a/r/k", "a", "r/k", '"e"']
