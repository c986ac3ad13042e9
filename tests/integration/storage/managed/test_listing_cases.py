"""Both lists of objects, case by case, after the S3 API reference of ListObjects(V2)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pytest

from tests.door import ACCOUNT, PUBLIC, Client, Door, keys_of, plain, refusal

TREE = ["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/bla", "cquux/thud"]
FRUIT = ["bar", "baz", "cab", "foo"]


@dataclass
class Lister:
    """One of the two lists of one bucket."""

    s3: Client
    bucket: str
    version: int

    def fill(self, *keys: str) -> None:
        """An empty object under each key."""
        for key in keys:
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=b"")

    def page(self, after: str = "", **how: Any) -> dict[str, Any]:
        """One page; `after` is the marker of the one, the token or StartAfter of the other."""
        if after:
            how["Marker" if self.version == 1 else "StartAfter"] = after
        call = self.s3.list_objects if self.version == 1 else self.s3.list_objects_v2
        answer: dict[str, Any] = call(Bucket=self.bucket, **how)
        return answer

    def pages(self, **how: Any) -> list[tuple[list[str], list[str]]]:
        """Keys and common prefixes of every page."""
        name = "list_objects" if self.version == 1 else "list_objects_v2"
        found = self.s3.get_paginator(name).paginate(Bucket=self.bucket, **how)
        return [names(page) for page in found]


def names(page: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Keys and common prefixes of a page."""
    keys = [one["Key"] for one in page.get("Contents", [])]
    return keys, [one["Prefix"] for one in page.get("CommonPrefixes", [])]


@pytest.fixture(params=[1, 2])
def lister(request: pytest.FixtureRequest, s3: Client, bucket: str) -> Lister:
    return Lister(s3, bucket, request.param)


def test_an_empty_bucket(lister: Lister) -> None:
    page = lister.page()
    assert names(page) == ([], [])
    assert page["IsTruncated"] is False


@pytest.mark.parametrize(
    ("keys", "how", "found"),
    [
        (TREE, {"Delimiter": "/"}, (["asdf"], ["boo/", "cquux/"])),
        (TREE, {"Delimiter": "/", "Prefix": "boo/"}, (["boo/bar"], ["boo/baz/"])),
        (TREE, {"Delimiter": "/", "Prefix": "boo"}, ([], ["boo/"])),
        (TREE, {"Delimiter": "", "Prefix": "boo"}, (["boo/bar", "boo/baz/xyzzy"], [])),
        (["asdf/"], {"Delimiter": "/", "Prefix": "asdf/"}, (["asdf/"], [])),
        (["asdf/"], {"Delimiter": "/", "Prefix": "asdf"}, ([], ["asdf/"])),
        (FRUIT, {"Delimiter": "a"}, (["foo"], ["ba", "ca"])),
        (["b%ar", "b%az", "c%ab", "foo"], {"Delimiter": "%"}, (["foo"], ["b%", "c%"])),
        (["b ar", "b az", "c ab", "foo"], {"Delimiter": " "}, (["foo"], ["b ", "c "])),
        (["b.ar", "b.az", "c.ab", "foo"], {"Delimiter": "."}, (["foo"], ["b.", "c."])),
        (FRUIT, {"Delimiter": "\n"}, (FRUIT, [])),
        (FRUIT, {"Delimiter": "/"}, (FRUIT, [])),
        (["0/", *(f"0/{n}" for n in range(9)), "1999"], {"Delimiter": "/"}, (["1999"], ["0/"])),
        (["bar", "bazar", "cab", "foo"], {"Delimiter": "za"}, (["bar", "cab", "foo"], ["baza"])),
        (["foo/bar", "foo/baz", "quux"], {"Prefix": "foo/"}, (["foo/bar", "foo/baz"], [])),
        (FRUIT, {"Prefix": "ba"}, (["bar", "baz"], [])),
        (FRUIT, {"Prefix": ""}, (FRUIT, [])),
        (FRUIT, {"Prefix": "d"}, ([], [])),
        (FRUIT, {"Prefix": "\n"}, ([], [])),
        (FRUIT, {"Prefix": "d", "Delimiter": "a"}, ([], [])),
        (["_bla/1", "_bla/2", "abcd"], {"Prefix": "_bla/"}, (["_bla/1", "_bla/2"], [])),
        (["_bla/1", "_bla/2", "abcd"], {"Delimiter": "/"}, (["abcd"], ["_bla/"])),
        (["a/é/1", "a/é/2", "a/z"], {"Delimiter": "é"}, (["a/z"], ["a/é"])),
    ],
)
def test_prefixes_and_delimiters(
    lister: Lister, keys: list[str], how: dict[str, str], found: tuple[list[str], list[str]]
) -> None:
    lister.fill(*keys)
    page = lister.page(**how)
    assert names(page) == found
    assert page["IsTruncated"] is False
    assert page.get("Delimiter", "") == how.get("Delimiter", "")
    # boto3 leaves that of version 1 as it comes.
    assert unquote(page["Prefix"]) == how.get("Prefix", "")
    assert page.get("KeyCount", len(found[0]) + len(found[1])) == len(found[0]) + len(found[1])


def test_pages_of_one(lister: Lister) -> None:
    lister.fill(*TREE)
    pages = [(["asdf"], []), ([], ["boo/"]), ([], ["cquux/"])]
    assert lister.pages(Delimiter="/", PaginationConfig={"PageSize": 1}) == pages
    below = [(["boo/bar"], []), ([], ["boo/baz/"])]
    assert lister.pages(Delimiter="/", Prefix="boo/", PaginationConfig={"PageSize": 1}) == below
    two = [(TREE[:2], []), (TREE[2:4], []), (TREE[4:], [])]
    assert lister.pages(PaginationConfig={"PageSize": 2}) == two


def test_the_next_marker_of_version_1(s3: Client, bucket: str) -> None:
    lister = Lister(s3, bucket, 1)
    lister.fill(*TREE)
    first = lister.page(Delimiter="/", MaxKeys=1)
    second = lister.page("asdf", Delimiter="/", MaxKeys=1)
    last = lister.page("boo/", Delimiter="/", MaxKeys=1)
    assert [page.get("NextMarker") for page in (first, second, last)] == ["asdf", "boo/", None]
    assert [page["IsTruncated"] for page in (first, second, last)] == [True, True, False]
    assert lister.page()["Marker"] == lister.page(Marker="")["Marker"] == ""
    # Without a delimiter it is the last key.
    assert "NextMarker" not in lister.page(MaxKeys=1)


@pytest.mark.parametrize(
    ("after", "found"),
    [("bar", FRUIT[1:]), ("blah", FRUIT[2:]), ("zzz", []), ("\n", FRUIT), ("aaa", FRUIT)],
)
def test_after_a_key(lister: Lister, after: str, found: list[str]) -> None:
    lister.fill(*FRUIT)
    page = lister.page(after)
    assert names(page) == (found, [])
    assert page["Marker" if lister.version == 1 else "StartAfter"] == after


@pytest.mark.parametrize(
    ("limit", "found", "is_truncated"),
    [(1, FRUIT[:1], True), (0, [], False), (4, FRUIT, False), (1000, FRUIT, False)],
)
def test_so_many_keys(lister: Lister, limit: int, found: list[str], is_truncated: bool) -> None:
    lister.fill(*FRUIT)
    page = lister.page(MaxKeys=limit)
    assert names(page) == (found, [])
    assert (page["IsTruncated"], page["MaxKeys"]) == (is_truncated, limit)


@pytest.mark.parametrize("limit", ["blah", "-1", "1.5", "%20", "99999999999"])
@pytest.mark.parametrize("query", ["", "list-type=2&", "versions&"])
def test_a_limit_that_is_none(door: Door, query: str, limit: str) -> None:
    answer = plain.get(f"{door.url}/{ACCOUNT}--{PUBLIC}?{query}max-keys={limit}")
    assert answer.status_code == 400
    assert "<Code>InvalidArgument</Code>" in answer.text


def test_a_continuation(s3: Client, bucket: str) -> None:
    lister = Lister(s3, bucket, 2)
    lister.fill(*FRUIT)
    first = lister.page(MaxKeys=1)
    assert first["KeyCount"] == 1
    token = first["NextContinuationToken"]
    rest = lister.page("foo", ContinuationToken=token)
    assert names(rest) == (FRUIT[1:], [])
    assert (rest["ContinuationToken"], rest["StartAfter"]) == (token, "foo")
    for wrong in ("no token", ""):
        assert refusal(lister.page, ContinuationToken=wrong)[0] == "InvalidArgument"


def test_the_owner_where_it_is_wanted(s3: Client, bucket: str) -> None:
    lister = Lister(s3, bucket, 2)
    lister.fill("a")
    assert "Owner" not in lister.page()["Contents"][0]
    assert "Owner" not in lister.page(FetchOwner=False)["Contents"][0]
    assert lister.page(FetchOwner=True)["Contents"][0]["Owner"]["ID"]
    assert Lister(s3, bucket, 1).page()["Contents"][0]["Owner"]["ID"]


def test_keys_that_urls_encode(lister: Lister) -> None:
    lister.fill("asdf+b", "foo+1/bar", "foo/bar/xyzzy", "quux ab/thud")
    page = lister.page(Delimiter="/", EncodingType="url")
    assert page["EncodingType"] == "url"
    # boto3 leaves what was asked for by name as it comes.
    assert names(page) == (["asdf%2Bb"], ["foo%2B1/", "foo/", "quux%20ab/"])
    assert refusal(lister.page, EncodingType="other") == ("InvalidArgument", 400)


def test_what_a_list_says_is_what_the_object_says(lister: Lister) -> None:
    lister.s3.put_object(Bucket=lister.bucket, Key="a", Body=b"12345")
    (line,) = lister.page()["Contents"]
    head = lister.s3.head_object(Bucket=lister.bucket, Key="a")
    assert (line["ETag"], line["Size"]) == (head["ETag"], head["ContentLength"])
    assert line["LastModified"].replace(microsecond=0) == head["LastModified"]
    assert line["StorageClass"] == "STANDARD"


def test_versions_are_the_objects(s3: Client, bucket: str) -> None:
    Lister(s3, bucket, 2).fill(*TREE)
    found = s3.list_object_versions(Bucket=bucket, MaxKeys=2)
    assert [(one["Key"], one["VersionId"], one["IsLatest"]) for one in found["Versions"]] == [
        (key, "null", True) for key in TREE[:2]
    ]
    assert (found["IsTruncated"], found["NextKeyMarker"]) == (True, TREE[1])
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 2}
    )
    assert [one["Key"] for page in pages for one in page["Versions"]] == TREE
    folders = s3.list_object_versions(Bucket=bucket, Delimiter="/")
    assert [one["Prefix"] for one in folders["CommonPrefixes"]] == ["boo/", "cquux/"]


def test_uploads_by_prefix_and_delimiter(s3: Client, bucket: str) -> None:
    for key in ("a/1", "a/2", "b"):
        s3.create_multipart_upload(Bucket=bucket, Key=key)
    found = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [one["Key"] for one in found["Uploads"]] == ["b"]
    assert [one["Prefix"] for one in found["CommonPrefixes"]] == ["a/"]
    below = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/", Prefix="a/")
    assert [one["Key"] for one in below["Uploads"]] == ["a/1", "a/2"]
    first = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/", MaxUploads=1)
    assert [one["Prefix"] for one in first["CommonPrefixes"]] == ["a/"]
    assert first["IsTruncated"]
    rest = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/", KeyMarker=first["NextKeyMarker"])
    assert [one["Key"] for one in rest["Uploads"]] == ["b"]


def test_a_bucket_that_is_not_there(s3: Client, name: str) -> None:
    for call in (s3.list_objects, s3.list_objects_v2, s3.list_object_versions):
        assert refusal(call, Bucket=name) == ("NoSuchBucket", 404)
    with pytest.raises(s3.exceptions.NoSuchBucket):
        keys_of(s3, name)
