from contextlib import suppress
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.storage.s3.addressing import (
    Form,
    Level,
    Target,
    copy_sources,
    decode_path,
    object_path,
    read_target,
)
from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request
from tests.signed_requests import captured_requests


def target(method: str, url: str, **headers: str) -> Target:
    path, _, query = url.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_target(Request(method, path.encode("latin-1"), query.encode(), named))


def refusal(method: str, url: str, **headers: str) -> tuple[str, int]:
    with pytest.raises(S3Error) as caught:
        target(method, url, **headers)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize(
    ("method", "url", "operation", "level"),
    [
        ("GET", "/", "ListBuckets", Level.SERVICE),
        ("OPTIONS", "/", "Preflight", Level.SERVICE),
        ("GET", "/acct", "ListObjects", Level.ACCOUNT),
        ("GET", "/acct/?list-type=2&delimiter=/", "ListObjectsV2", Level.ACCOUNT),
        ("GET", "/acct/?location", "GetBucketLocation", Level.ACCOUNT),
        ("HEAD", "/acct", "HeadBucket", Level.ACCOUNT),
        ("PUT", "/acct", "CreateBucket", Level.ACCOUNT),
        ("POST", "/acct?delete=", "DeleteObjects", Level.ACCOUNT),
        ("POST", "/acct", "PostObject", Level.ACCOUNT),
        ("OPTIONS", "/acct/repo/key", "Preflight", Level.OBJECT),
        ("GET", "/acct/repo/key", "GetObject", Level.OBJECT),
        ("GET", "/acct/repo/key?x-id=GetObject&versionId=null", "GetObject", Level.OBJECT),
        ("GET", "/acct/repo/key?cachebuster", "GetObject", Level.OBJECT),
        ("GET", "/acct/repo/key?uploadId=u&max-parts=2", "ListParts", Level.OBJECT),
        ("GET", "/acct/repo/key?acl", "GetObjectAcl", Level.OBJECT),
        ("GET", "/acct/repo/key?attributes", "GetObjectAttributes", Level.OBJECT),
        ("GET", "/acct/repo/key?tagging", "GetObjectTagging", Level.OBJECT),
        ("PUT", "/acct/repo/key?tagging", "PutObjectTagging", Level.OBJECT),
        ("DELETE", "/acct/repo/key?tagging", "DeleteObjectTagging", Level.OBJECT),
        ("GET", "/acct--repo?cors", "GetBucketCors", Level.REPOSITORY),
        ("PUT", "/acct/repo?cors", "PutBucketCors", Level.REPOSITORY),
        ("DELETE", "/acct/repo?cors", "DeleteBucketCors", Level.REPOSITORY),
        ("GET", "/acct--repo?logging", "GetBucketLogging", Level.REPOSITORY),
        ("DELETE", "/acct--repo?website", "DeleteUnset", Level.REPOSITORY),
        ("DELETE", "/acct--repo?lifecycle", "DeleteBucketLifecycle", Level.REPOSITORY),
        ("HEAD", "/acct/repo/key?partNumber=1", "HeadObject", Level.OBJECT),
        ("PUT", "/acct/repo/key?X-Amz-Expires=9&X-Amz-Date=d", "PutObject", Level.OBJECT),
        ("PUT", "/acct/repo/key?partNumber=1&uploadId=u", "UploadPart", Level.OBJECT),
        ("PUT", "/acct/repo/key?acl", "PutObjectAcl", Level.OBJECT),
        ("PUT", "/acct/repo/dir/", "PutObject", Level.OBJECT),
        ("POST", "/acct/repo/key?uploads", "CreateMultipartUpload", Level.OBJECT),
        ("POST", "/acct/repo/key?uploadId=u", "CompleteMultipartUpload", Level.OBJECT),
        ("DELETE", "/acct/repo/key?uploadId=u", "AbortMultipartUpload", Level.OBJECT),
        ("DELETE", "/acct/repo/key", "DeleteObject", Level.OBJECT),
        ("DELETE", "/acct/repo/dir/", "DeleteObject", Level.OBJECT),
        ("GET", "/acct--repo?versions", "ListObjectVersions", Level.REPOSITORY),
        ("PUT", "/acct--repo/", "CreateBucket", Level.REPOSITORY),
        ("DELETE", "/acct--repo", "DeleteBucket", Level.REPOSITORY),
        ("GET", "/acct--repo/key", "GetObject", Level.OBJECT),
    ],
)
def test_operations(method: str, url: str, operation: str, level: Level) -> None:
    read = target(method, url)
    assert (read.operation, read.level) == (operation, level)


def test_what_real_clients_ask_is_understood() -> None:
    operations, refused = [], []
    for request in captured_requests():
        try:
            operations.append(read_target(request).operation)
        except S3Error as error:
            refused.append((request.method, error.code))
    # Probes of /{account}/{repository}, and one write to it.
    assert refused == [("HEAD", "NoSuchKey")] * 3
    assert operations.count("WriteWithoutKey") == 1


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("query", "operation"),
    [
        ("", "ListObjects"),
        ("?list-type=2", "ListObjectsV2"),
        ("?prefix=a", "ListObjects"),
        ("?delimiter=/&max-keys=1", "ListObjects"),
        ("?marker=m&encoding-type=url", "ListObjects"),
        ("?location", "GetBucketLocation"),
        ("?uploads", "ListMultipartUploads"),
        ("?versioning", "GetBucketVersioning"),
        ("?versions", "ListObjectVersions"),
    ],
)
def test_two_segments_are_a_bucket_of_the_endpoint(slash: str, query: str, operation: str) -> None:
    read = target("GET", f"/acct/repo{slash}{query}")
    assert (read.operation, read.form, read.bucket) == (operation, Form.ENDPOINT, "repo")
    assert (read.account_id, read.repository_id, read.key) == ("acct", "repo", "")


def test_a_repository_is_no_file() -> None:
    assert refusal("HEAD", "/acct/repo") == ("NoSuchKey", 404)
    assert target("HEAD", "/acct/repo/").operation == "HeadBucket"


def test_a_repository_is_never_deleted() -> None:
    assert refusal("DELETE", "/acct/repo") == ("AccessDenied", 403)
    assert target("DELETE", "/acct/repo/").operation == "DeleteRoot"


def test_a_bucket_of_the_endpoint_is_created_but_not_written() -> None:
    assert target("PUT", "/acct/repo", content_length="0").operation == "CreateBucket"
    assert target("PUT", "/acct/repo/").operation == "CreateBucket"
    without_key = [
        target("PUT", "/acct/repo", content_length="5"),
        target("PUT", "/acct/repo/", transfer_encoding="chunked"),
        target("PUT", "/acct/repo", x_amz_copy_source="a/r/k"),
        target("POST", "/acct/repo?uploads"),
        target("PUT", "/acct/repo?uploadId=u&partNumber=1"),
        target("DELETE", "/acct/repo/?uploadId=u"),
    ]
    assert {one.operation for one in without_key} == {"WriteWithoutKey"}


def test_a_browser_is_shown_the_page() -> None:
    assert target("GET", "/acct/repo", accept="text/html,*/*").operation == "RepositoryPage"
    assert target("GET", "/acct/repo", accept="*/*").operation == "ListObjects"
    assert target("GET", "/acct/repo?prefix=", accept="text/html").operation == "ListObjects"
    signed = target("GET", "/acct/repo", accept="text/html", authorization="AWS4")
    assert signed.operation == "ListObjects"


def test_copies() -> None:
    source = {"x_amz_copy_source": "a/r/k"}
    assert target("PUT", "/acct/repo/key", **source).operation == "CopyObject"
    part = target("PUT", "/acct/repo/key?partNumber=1&uploadId=u", **source)
    assert part.operation == "UploadPartCopy"


@pytest.mark.parametrize(
    ("method", "url", "code", "status"),
    [
        ("PUT", "/a/r/k?retention", "NotImplemented", 501),
        ("PUT", "/a/r/k?renameObject", "NotImplemented", 501),
        ("PUT", "/a/r/k?something-new", "NotImplemented", 501),
        ("PUT", "/a/r/k?acl&something-new", "NotImplemented", 501),
        ("PUT", "/a/r/k?x-amz-copy-source=a/r/other", "NotImplemented", 501),
        ("PUT", "/a?policy", "NotImplemented", 501),
        ("PUT", "/a/r?website", "NotImplemented", 501),
        ("DELETE", "/a--r?replication", "NotImplemented", 501),
        ("POST", "/a/r/k?select&select-type=2", "MethodNotAllowed", 405),
        ("POST", "/a/r/k", "MethodNotAllowed", 405),
        ("GET", "/a/r/k?torrent", "NotImplemented", 501),
        ("GET", "/a/r?website", "NoSuchWebsiteConfiguration", 404),
        ("GET", "/a?website", "NoSuchWebsiteConfiguration", 404),
        ("GET", "/a--r?list-type=1", "InvalidArgument", 400),
        ("PUT", "/a/r/k?partNumber=1", "InvalidArgument", 400),
        ("PUT", "/a/r/k?uploadId=u", "InvalidArgument", 400),
        ("DELETE", "/a/r/k?versionId=v1", "NoSuchVersion", 404),
        ("GET", "/a/r/k?versionId=", "InvalidArgument", 400),
        ("PUT", "/a/r/k?versionId=00064f0000000000", "InvalidArgument", 400),
        ("GET", "/a/r/k?versionId=00064F0000000000", "NoSuchVersion", 404),
        ("PATCH", "/a/r/k", "MethodNotAllowed", 405),
        ("POST", "/", "MethodNotAllowed", 405),
        ("GET", "/a/r/%zz", "InvalidURI", 400),
        ("GET", "/a/r/100%", "InvalidURI", 400),
        ("GET", "/a/r/%C3", "InvalidURI", 400),
        ("GET", "/a/r/%ED%A0%80", "InvalidURI", 400),
        ("GET", "/%FF/r/k", "InvalidURI", 400),
        ("GET", "/a/r/\xff", "InvalidURI", 400),
        ("GET", "/a/r/k?prefix=%FF", "InvalidURI", 400),
        ("PUT", "/a/r/" + "k" * 1025, "KeyTooLongError", 400),
        ("PUT", "/a--r/" + "k" * 1025, "KeyTooLongError", 400),
        ("PUT", "/a/r/" + "%C3%BC" * 513, "KeyTooLongError", 400),
    ],
)
def test_refusals(method: str, url: str, code: str, status: int) -> None:
    assert refusal(method, url) == (code, status)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("a%2Fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("a//b", "a//b"),
        ("/a", "/a"),
        ("../x", "../x"),
        ("./x", "./x"),
        ("%2E%2E/x", "../x"),
        ("a%00b", "a\0b"),
        ("a%0D%0Ab", "a\r\nb"),
        ("dir/", "dir/"),
        ("dir//", "dir//"),
        ("a+b", "a+b"),
        ("a%20b", "a b"),
        ("e%CC%81", "e\u0301"),
        ("%C3%A9", "\u00e9"),
        ("\xc3\xa9", "\u00e9"),
        ("%EF%BF%BF", "\uffff"),
        ("k" * 1024, "k" * 1024),
    ],
)
@pytest.mark.parametrize("bucket", ["/acct/repo/", "/acct--repo/"])
def test_keys_are_kept_exactly(bucket: str, path: str, key: str) -> None:
    read = target("PUT", bucket + path)
    assert read.operation == "PutObject"
    assert (read.account_id, read.repository_id, read.key) == ("acct", "repo", key)


def test_only_the_bucket_is_split_off_before_decoding() -> None:
    assert target("GET", "/acct%2Frepo/key").account_id == "acct/repo"
    assert target("GET", "/acct/repo%2Fkey").key == "key"
    assert target("GET", "//repo/key").account_id == ""
    assert target("GET", "/acct//key").repository_id == ""


def test_names_as_the_client_gave_them() -> None:
    first = target("GET", "/acct/repo/a/b")
    assert (first.bucket, first.shown_key) == ("acct", "repo/a/b")
    alias = target("GET", "/acct--my--repo/a/b")
    assert (alias.account_id, alias.repository_id) == ("acct", "my--repo")
    assert (alias.bucket, alias.shown_key) == ("acct--my--repo", "a/b")


keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(keys)
def test_any_key_comes_back_from_its_url(key: str) -> None:
    read = target("GET", object_path("acct", "repo", key))
    assert (read.operation, read.key) == ("GetObject", key)


@given(keys, st.sampled_from(["", "/", "~!$&'()*+,;=:@"]))
def test_any_way_of_escaping_means_the_same_key(key: str, safe: str) -> None:
    assert target("GET", "/acct--repo/" + quote_from_bytes(key.encode(), safe)).key == key


@given(st.binary(max_size=60))
def test_any_path_is_read_or_refused(raw: bytes) -> None:
    with suppress(S3Error):
        read = read_target(Request("GET", b"/" + raw, b"", {}))
        assert read.key in decode_path(raw)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("acct/repo/a%20b", [("acct", "repo", "a b"), ("here", "acct", "repo/a b")]),
        ("acct--repo/a+b%2Bc", [("acct", "repo", "a b+c")]),
        ("/acct/repo/key", [("acct", "repo", "key"), ("here", "acct", "repo/key")]),
        ("repo/key", [("here", "repo", "key")]),
        ("repo/dir/", [("here", "repo", "dir/")]),
        ("acct--repo/a/b?versionId=null", [("acct", "repo", "a/b")]),
        (
            "acct/repo/a%3FversionId%3Dx",
            [("acct", "repo", "a?versionId=x"), ("here", "acct", "repo/a?versionId=x")],
        ),
        ("acct/repo/" + "k" * 1024, [("acct", "repo", "k" * 1024)]),
        ("acct%2Frepo%2Fkey", [("acct", "repo", "key"), ("here", "acct", "repo/key")]),
        ("acct/repo/\xc3\xbc", [("acct", "repo", "ü"), ("here", "acct", "repo/ü")]),
    ],
)
def test_copy_sources(value: str, found: list[tuple[str, str, str]]) -> None:
    sources = copy_sources(value, Target("CopyObject", Level.OBJECT, account_id="here"))
    read = [(source.account_id, source.repository_id, source.key) for source in sources]
    assert read == found


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "InvalidArgument"),
        ("bucket", "InvalidArgument"),
        ("bucket/", "InvalidArgument"),
        ("a/r/k?versionId=7", "NoSuchVersion"),
        ("a/r/%zz", "InvalidURI"),
        ("a/r/" + "k" * 1025, "KeyTooLongError"),
        ("a--r/" + "k" * 1025, "KeyTooLongError"),
    ],
)
def test_copy_sources_that_are_none(value: str, code: str) -> None:
    with pytest.raises(S3Error, match=f"^{code}: "):
        copy_sources(value, Target("CopyObject", Level.OBJECT, account_id="here"))
