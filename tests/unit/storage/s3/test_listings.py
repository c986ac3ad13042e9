from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.storage.s3.escaping import moment
from services.storage.s3.listings import (
    Entry,
    Listing,
    Upload,
    UploadListing,
    VersionEntry,
    VersionListing,
    list_multipart_uploads,
    list_object_versions,
    list_objects,
    list_objects_v2,
)
from services.storage.s3.xml import Owner
from tests.unit.storage.s3.test_xml import NAMESPACE, read

MODIFIED = 1_795_435_200_123


def page(*keys: str, **fields: object) -> Listing:
    return Listing("acct", [Entry(key, 5, "etag", MODIFIED) for key in keys], **fields)


def found(body: bytes, path: str) -> list[str]:
    tree = ET.fromstring(body)  # noqa: S314  # our own document
    path = "/".join(NAMESPACE + name for name in path.split("/"))
    return [element.text or "" for element in tree.iterfind(path)]


def test_version_2() -> None:
    listing = page(
        "a/1", "a/2", prefix="a/", delimiter="/", common_prefixes=["a/b/"], is_truncated=True
    )
    body = list_objects_v2(listing, start_after="a/0", token="t<1>", next_token="t2")
    leaves = read(body, "ListBucketResult")
    assert leaves == {
        "Name": "acct",
        "Prefix": "a/",
        "Delimiter": "/",
        "MaxKeys": "1000",
        "IsTruncated": "true",
        "KeyCount": "3",
        "StartAfter": "a/0",
        "ContinuationToken": "t<1>",
        "NextContinuationToken": "t2",
        "Contents/Key": "a/2",
        "Contents/LastModified": "2026-11-23T12:00:00.123Z",
        "Contents/ETag": '"etag"',
        "Contents/Size": "5",
        "Contents/StorageClass": "STANDARD",
        "CommonPrefixes/Prefix": "a/b/",
    }
    assert found(body, "Contents/Key") == ["a/1", "a/2"]


def test_version_1() -> None:
    listing = page("a", is_truncated=True, owner=Owner("id", "name"))
    leaves = read(list_objects(listing, marker="0", next_marker="a"), "ListBucketResult")
    assert leaves["Marker"] == "0"
    assert leaves["NextMarker"] == "a"
    assert leaves["Contents/Owner/DisplayName"] == "name"
    assert "KeyCount" not in leaves
    empty = read(list_objects(page()), "ListBucketResult")
    assert empty["Marker"] == ""
    assert empty["Prefix"] == ""
    assert "NextMarker" not in empty


def test_versions() -> None:
    entries = [
        VersionEntry("a", 7, "0f", MODIFIED, "null", is_latest=True),
        VersionEntry("b<", 0, "", MODIFIED, "02", is_latest=True, is_marker=True),
        VersionEntry("b<", 9, "0e", MODIFIED, "01", is_latest=False),
    ]
    listing = VersionListing("acct", entries, next_markers=("b<", "01"), owner=Owner("id", "name"))
    leaves = read(list_object_versions(listing), "ListVersionsResult")
    assert leaves["Version/Key"] == "b<"
    assert leaves["Version/VersionId"] == "01"
    assert leaves["Version/IsLatest"] == "false"
    assert leaves["Version/Size"] == "9"
    assert leaves["Version/Owner/ID"] == "id"
    assert leaves["DeleteMarker/VersionId"] == "02"
    assert leaves["DeleteMarker/IsLatest"] == "true"
    assert "DeleteMarker/Size" not in leaves
    assert (leaves["NextKeyMarker"], leaves["NextVersionIdMarker"]) == ("b<", "01")
    assert leaves["IsTruncated"] == "true"


def test_uploads() -> None:
    uploads = UploadListing(
        "acct",
        [Upload("a b", "id1", MODIFIED), Upload("a\0b", "id2", MODIFIED)],
        next_markers=("a\0b", "id2"),
        owner=Owner("id", "name"),
    )
    body = list_multipart_uploads(uploads)
    leaves = read(body, "ListMultipartUploadsResult")
    assert found(body, "Upload/Key") == ["a%20b", "a%00b"]
    assert leaves["EncodingType"] == "url"
    assert leaves["Upload/Initiator/ID"] == "id"
    assert leaves["Upload/Initiated"] == "2026-11-23T12:00:00.123Z"
    assert (leaves["NextKeyMarker"], leaves["NextUploadIdMarker"]) == ("a%00b", "id2")
    empty = read(list_multipart_uploads(UploadListing("acct", [])), "ListMultipartUploadsResult")
    assert empty["IsTruncated"] == "false"


def test_url_encoding_as_asked() -> None:
    """The names of ceph/s3-tests' test_bucket_list_encoding_basic."""
    listing = page(
        "asdf+b",
        common_prefixes=["foo+1/", "foo/", "quux ab/"],
        delimiter="/",
        prefix="é",
        is_url_encoded=True,
    )
    body = list_objects_v2(listing, start_after="&")
    assert found(body, "Contents/Key") == ["asdf%2Bb"]
    assert found(body, "CommonPrefixes/Prefix") == ["foo%2B1/", "foo/", "quux%20ab/"]
    leaves = read(body, "ListBucketResult")
    assert (leaves["Prefix"], leaves["StartAfter"], leaves["Delimiter"]) == ("%C3%A9", "%26", "/")


@pytest.mark.parametrize("key", ["a\r\nb", "\t", "<&>\"'", "é\u0301", "\x7f\x85\u2028", "😀"])
def test_what_xml_can_hold_is_escaped(key: str) -> None:
    for body in (list_objects(page(key)), list_objects_v2(page(key))):
        assert found(body, "Contents/Key") == [key]
        assert b"EncodingType" not in body


@pytest.mark.parametrize("character", ["\0", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_makes_the_page_url_encoded(character: str) -> None:
    for body in (list_objects(page("plain/é", character)), list_objects_v2(page("", character))):
        assert b"<EncodingType>url</EncodingType>" in body
        assert unquote(found(body, "Contents/Key")[1]) == character


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(names, max_size=4), names, st.sampled_from([True, False]))
def test_any_names_can_be_read_back(keys: list[str], prefix: str, asked: bool) -> None:
    listing = page(*keys, prefix=prefix, common_prefixes=keys, is_url_encoded=asked)
    body = list_objects(listing, marker=prefix)
    is_url = b"<EncodingType>url</EncodingType>" in body
    assert is_url or not asked
    for path in ("Contents/Key", "CommonPrefixes/Prefix"):
        assert [unquote(name) if is_url else name for name in found(body, path)] == keys


@pytest.mark.parametrize(
    ("epoch_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (MODIFIED, "2026-11-23T12:00:00.123Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_moments(epoch_ms: int, text: str) -> None:
    assert moment(epoch_ms) == text
