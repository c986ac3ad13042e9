"""Share links at the data door: what they open, in every process, until they end."""

import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.contracts.base import Actor, now
from shared.contracts.repositories import (
    ActivateRepository,
    CreateShareLink,
    DeactivateRepository,
    Repository,
    RevokeShareLink,
    ShareLinkSecret,
    Visibility,
)
from shared.identifiers import new_uid
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Door, plain
from tests.raw_http import exchange, message
from tests.signed_requests import request_of
from tests.waiting import until

FILES = {
    "raw/a.tif": b"a" * 100,
    "raw/b/c.csv": b"1,2",
    "raw.txt": b"beside",
    "secret.txt": b"secret",
    "raw/../secret.txt": b"by this very name",
}
REFUSED = {400, 403, 404, 405, 501}


@pytest.fixture(scope="module")
def hidden(door: Door) -> Repository:
    """A restricted repository with files."""
    repository = door.repository(visibility=Visibility.RESTRICTED)
    bucket = f"{ACCOUNT}--{repository.repository_id}"
    for key, body in FILES.items():
        door.client().put_object(Bucket=bucket, Key=key, Body=body)
    return repository


def owner(door: Door) -> Actor:
    return actor_of(door.people["owner"].account)


def make(door: Door, repository: Repository, prefix: str = "", **more: Any) -> ShareLinkSecret:
    """A new link of the owner's."""
    return door.ask(
        CreateShareLink(
            actor=owner(door),
            account_id=ACCOUNT,
            repository_id=repository.repository_id,
            prefix=prefix,
            **more,
        )
    )


def token(door: Door, repository: Repository, prefix: str = "") -> str:
    """What goes into the query."""
    return make(door, repository, prefix).token.get_secret_value()


def get(door: Door, repository: Repository, rest: str, share: str, **query: str) -> httpx.Response:
    """An address as curl would send it."""
    url = f"{door.url}/{ACCOUNT}/{repository.repository_id}/{rest}"
    return plain.get(url, params={**query, "share": share})


def test_all_of_it_is_read_and_listed(door: Door, hidden: Repository) -> None:
    share = token(door, hidden)
    answer = get(door, hidden, "raw/a.tif", share)
    assert (answer.status_code, answer.content) == (200, FILES["raw/a.tif"])
    listed = get(door, hidden, "", share, **{"list-type": "2"}).text
    assert all(f"<Key>{key}</Key>" in listed for key in FILES)
    assert "<Prefix>raw/</Prefix>" in get(door, hidden, "", share, delimiter="/").text
    assert plain.get(f"{door.url}/{ACCOUNT}/{hidden.repository_id}/raw/a.tif").status_code == 404


def test_as_gdal_asks(door: Door, hidden: Repository) -> None:
    """HEAD, then ranges; files beside it are looked for, and are not there."""
    share = token(door, hidden, "raw/a.tif")
    url = f"{door.url}/{ACCOUNT}/{hidden.repository_id}/raw/a.tif"
    head = plain.head(url, params={"share": share})
    assert (head.status_code, head.headers["content-length"]) == (200, "100")
    part = plain.get(url, params={"share": share}, headers={"range": "bytes=90-199"})
    assert (part.status_code, part.content) == (206, b"a" * 10)
    unchanged = plain.get(
        url, params={"share": share}, headers={"if-none-match": head.headers["etag"]}
    )
    assert unchanged.status_code == 304
    assert plain.get(url + ".aux.xml", params={"share": share}).status_code == 404


def test_a_browser_of_another_site_may_use_it(door: Door, hidden: Repository) -> None:
    url = f"{door.url}/{ACCOUNT}/{hidden.repository_id}/raw/a.tif"
    headers = {"origin": "https://viewer.example"}
    answer = plain.get(url, params={"share": token(door, hidden)}, headers=headers)
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        "secret.txt",
        "raw",
        "raw.txt",
        "none",
        "raw%2E%2E/secret.txt",
        "raw%2f..%2fsecret",
        "%2e%2e/secret.txt",
        "./raw/a.tif",
        "/raw/a.tif",
        "raw%5C..%5Csecret.txt",
        "raw%00/a.tif",
        "RAW/a.tif",
        "raw/../../secret.txt",
        "raw/a.tif/",
    ],
)
def test_nothing_beside_its_folder(door: Door, hidden: Repository, path: str) -> None:
    share = token(door, hidden, "raw/")
    target = f"{door.url}/{ACCOUNT}/{hidden.repository_id}/{path}?share={share}"
    assert exchange(door.host, message(request_of("GET", target))).status == 404


def test_keys_are_names_and_are_never_resolved(door: Door, hidden: Repository) -> None:
    share = token(door, hidden, "raw/")
    for dots in ("..", "%2e%2e"):
        target = f"{door.url}/{ACCOUNT}/{hidden.repository_id}/raw/{dots}/secret.txt?share={share}"
        answer = exchange(door.host, message(request_of("GET", target)))
        assert (answer.status, answer.body) == (200, b"by this very name")


def test_a_folder_is_listed_and_nothing_above_it(door: Door, hidden: Repository) -> None:
    share = token(door, hidden, "raw/")
    for prefix in ("raw/", "raw/b/"):
        assert "raw/b/c.csv" in get(door, hidden, "", share, prefix=prefix).text
    for prefix in ("", "raw", "r", "secret", "/raw/", "raw.", "../raw/"):
        for more in ({}, {"list-type": "2"}, {"versions": ""}, {"start-after": "raw/"}):
            assert get(door, hidden, "", share, prefix=prefix, **more).status_code == 404
    account = plain.get(f"{door.url}/{ACCOUNT}", params={"share": share, "list-type": "2"})
    assert hidden.repository_id not in account.text
    whole = f"{hidden.repository_id}/"
    for prefix, is_there in ((f"{whole}raw/", True), (f"{whole}raw", False), (whole, False)):
        query = {"share": share, "prefix": prefix}
        assert ("c.csv" in plain.get(f"{door.url}/{ACCOUNT}", params=query).text) is is_there


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("query", ["", "&uploads", "&delete", "&acl", "&uploadId=u&partNumber=1"])
@pytest.mark.parametrize("path", ["raw/a.tif", "raw/new", ""])
def test_nothing_is_written(
    door: Door, hidden: Repository, method: str, query: str, path: str
) -> None:
    url = f"{door.url}/{ACCOUNT}/{hidden.repository_id}/{path}?share={token(door, hidden)}{query}"
    answer = plain.request(method, url, content=b"x")
    # Tools make a folder that is there already: that of the repository, and nothing is made.
    is_root = (method, path, query) == ("PUT", "", "")
    assert answer.status_code == 200 if is_root else answer.status_code in REFUSED
    s3, bucket = door.client(), f"{ACCOUNT}--{hidden.repository_id}"
    keys = {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert keys == set(FILES)


def test_an_altered_or_unknown_one_opens_nothing_and_tells_nothing(
    door: Door, hidden: Repository
) -> None:
    good = token(door, hidden)
    link_id, _, secret = good.partition(".")
    bad = [
        "",
        ".",
        link_id,
        f"{link_id}.",
        f"{link_id}.{secret[:-1]}",
        f"{link_id}.{secret}x",
        f"{link_id}.{secret.swapcase()}",
        f"{new_uid()}.{secret}",
        f"{link_id.lower()}.{secret}",
        f"{link_id}\x00.{secret}",
        "é.é",
        "x" * 5000,
    ]
    for share in bad:
        answers = [
            plain.get(f"{door.url}/{ACCOUNT}/{name}/raw/a.tif", params={"share": share})
            for name in (hidden.repository_id, "never-was")
        ]
        assert [one.status_code for one in answers] == [403, 403]
        said = {one.text.partition("<Resource>")[0] for one in answers}
        assert len(said) == 1
        assert "share link" in said.pop()


def test_a_link_of_another_repository_opens_nothing(door: Door, hidden: Repository) -> None:
    other = door.repository(visibility=Visibility.RESTRICTED)
    share = token(door, other)
    assert get(door, hidden, "raw/a.tif", share).status_code == 404
    never = plain.get(f"{door.url}/{ACCOUNT}/never-was/raw/a.tif", params={"share": share})
    assert never.status_code == 404


def test_a_link_and_a_signature_are_not_shown_together(door: Door, hidden: Repository) -> None:
    s3 = door.client("stranger")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": ACCOUNT, "Key": f"{hidden.repository_id}/raw/a.tif"}
    )
    answer = plain.get(f"{url}&share={token(door, hidden)}")
    assert (answer.status_code, "InvalidArgument" in answer.text) == (400, True)


def statuses(door: Door, repository: Repository, share: str) -> set[int]:
    """What many new connections are answered, spread over both processes by the kernel."""
    url = f"{door.url}/{ACCOUNT}/{repository.repository_id}/raw/a.tif"
    found = set()
    for _ in range(12):
        with httpx.Client(trust_env=False) as client:
            found.add(client.get(url, params={"share": share}).status_code)
    return found


def test_revoked_it_opens_nothing_within_a_second_in_every_process(
    door: Door, hidden: Repository
) -> None:
    for _ in range(5):
        link = make(door, hidden)
        share = link.token.get_secret_value()
        assert statuses(door, hidden, share) == {200}
        names = {"account_id": ACCOUNT, "repository_id": hidden.repository_id}
        door.ask(RevokeShareLink(actor=owner(door), link_id=link.link_id, **names))
        began = time.monotonic()
        until(lambda share=share: statuses(door, hidden, share) == {403})
        assert time.monotonic() - began < 1.5  # a second, and the asking itself


def test_it_ends_with_its_time(door: Door, hidden: Repository) -> None:
    link = make(door, hidden, expires_at=now() + timedelta(seconds=2))
    share = link.token.get_secret_value()
    assert statuses(door, hidden, share) == {200}
    until(lambda: statuses(door, hidden, share) == {403})
    assert now() >= link.expires_at


def test_it_ends_while_its_repository_is_put_aside(door: Door) -> None:
    repository = door.repository(visibility=Visibility.RESTRICTED)
    share = token(door, repository)
    assert get(door, repository, "", share).status_code == 200
    names = {"account_id": ACCOUNT, "repository_id": repository.repository_id}
    aside = DeactivateRepository(actor=owner(door), confirm=repository.full_name, **names)
    door.ask(aside)
    until(lambda: get(door, repository, "", share).status_code == 404)
    door.ask(ActivateRepository(actor=owner(door), **names))
    until(lambda: get(door, repository, "", share).status_code == 200)
