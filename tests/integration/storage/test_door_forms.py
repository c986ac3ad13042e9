"""Uploads by an HTML form: a policy asked for over the bus, sent as a browser sends it."""

from typing import Any

import httpx
import pytest

from shared.contracts.base import ANONYMOUS
from shared.contracts.storage import PostForm, PresignGetObject, PresignPostObject
from shared.errors import Forbidden, NotFound
from tests.control_plane import actor_of
from tests.door import ACCOUNT, HIDDEN, PUBLIC, Client, Door, body_of, keys_of, plain

BACK = "http://localhost:8080/-/river-lab/gauges/uploaded?prefix=2026/"
FILE = ("stage levels.csv", b"t,level\r\n2026-11-23,4.21\r\n", "text/csv")


def ask(door: Door, who: str = "writer", repository_id: str = PUBLIC, **more: Any) -> PostForm:
    wanted = PresignPostObject(
        actor=actor_of(door.people[who].account),
        account_id=ACCOUNT,
        repository_id=repository_id,
        prefix="2026/",
        redirect=BACK,
    )
    return door.ask(wanted.model_copy(update=more))


def send(form: PostForm, file: tuple[str, bytes, str] = FILE, **changes: str) -> httpx.Response:
    """As a browser would: the hidden fields in their order, the file last."""
    return plain.post(form.url, data={**form.fields, **changes}, files={"file": file})


@pytest.fixture
def name(door: Door) -> str:
    return door.repository().repository_id


def test_uploaded_and_sent_back(door: Door, s3: Client, name: str) -> None:
    answer = send(ask(door, repository_id=name))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(BACK)
    key = f"{name}/2026/stage levels.csv"
    got = s3.get_object(Bucket=ACCOUNT, Key=key)
    assert got["Body"].read() == FILE[1]
    assert got["ETag"].strip('"') in answer.headers["location"]


def test_the_name_of_the_file_may_be_any(door: Door, s3: Client, name: str) -> None:
    form = ask(door, repository_id=name)
    for filename in ("é ü.csv", "C:\\data\\a.csv", "..", "a&b=c.csv"):
        assert send(form, (filename, b"x", "text/csv")).status_code == 303
    keys = keys_of(s3, ACCOUNT, Prefix=f"{name}/")
    assert keys == sorted(f"{name}/2026/{one}" for one in ("é ü.csv", "a.csv", "..", "a&b=c.csv"))


def test_a_name_that_makes_the_key_too_long(door: Door, s3: Client, name: str) -> None:
    form = ask(door, repository_id=name, prefix="d" * 999 + "/")
    kept, refused = (send(form, ("f" * length, b"x", "")) for length in (24, 25))
    assert (kept.status_code, refused.status_code) == (303, 400)
    assert "<Code>KeyTooLongError</Code>" in refused.text
    assert len(keys_of(s3, ACCOUNT, Prefix=f"{name}/")) == 1


def test_a_large_file(door: Door, s3: Client, name: str) -> None:
    body = bytes(range(256)) * 40_000
    assert send(ask(door, repository_id=name), ("big.bin", body, "")).status_code == 303
    assert body_of(s3, ACCOUNT, f"{name}/2026/big.bin") == body


def test_another_place_was_not_signed(door: Door, name: str) -> None:
    form = ask(door, repository_id=name)
    for key in ("2025/${filename}", "../${filename}", f"{HIDDEN}/${{filename}}"):
        answer = send(form, key=key)
        assert (answer.status_code, "AccessDenied" in answer.text) == (403, True)
    for url in (form.url.replace(ACCOUNT, "ada"), f"{form.url}/{HIDDEN}", f"{form.url}--{HIDDEN}"):
        assert send(form.model_copy(update={"url": url})).status_code in {403, 404}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"success_action_redirect": "https://elsewhere.example/"}, "AccessDenied"),
        ({"x-amz-meta-more": "1"}, "AccessDenied"),
        ({"x-amz-signature": "0" * 64}, "SignatureDoesNotMatch"),
        ({"policy": "e30="}, "SignatureDoesNotMatch"),
    ],
)
def test_altered(door: Door, s3: Client, name: str, changes: dict[str, str], code: str) -> None:
    answer = send(ask(door, repository_id=name), **changes)
    assert f"<Code>{code}</Code>" in answer.text
    assert answer.status_code == 403
    assert keys_of(s3, ACCOUNT, Prefix=f"{name}/") == []


@pytest.mark.parametrize(("acl", "status"), [("private", 204), ("public-read-write", 400)])
def test_an_acl(s3: Client, name: str, acl: str, status: int) -> None:
    said = {"acl": acl}
    form = s3.generate_presigned_post(f"{ACCOUNT}--{name}", "a", Fields=said, Conditions=[said])
    answer = plain.post(form["url"], data=form["fields"], files={"file": FILE})
    assert answer.status_code == status
    assert ("AccessControlListNotSupported" in answer.text) == (status == 400)


def test_without_a_policy(door: Door, name: str) -> None:
    form = ask(door, repository_id=name).model_copy(update={"fields": {"key": "2026/a"}})
    assert send(form).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"--b\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"]
)
def test_no_form(door: Door, name: str, body: bytes) -> None:
    answer = plain.post(
        f"{door.url}/{ACCOUNT}--{name}",
        content=body,
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert 400 <= answer.status_code < 404


def test_cut_off_in_the_middle(door: Door, s3: Client, name: str) -> None:
    form = ask(door, repository_id=name)
    request = httpx.Request("POST", form.url, data=form.fields, files={"file": FILE})
    whole = request.read()
    answer = plain.post(
        form.url,
        content=whole[:-20],
        headers={"content-type": request.headers["content-type"]},
    )
    assert answer.status_code == 400
    assert keys_of(s3, ACCOUNT, Prefix=f"{name}/") == []


def test_who_may_not_write_gets_no_form(door: Door) -> None:
    with pytest.raises(Forbidden):
        ask(door, "reader")
    with pytest.raises(Forbidden):
        ask(door, "stranger")
    with pytest.raises(NotFound):
        ask(door, "stranger", HIDDEN)
    with pytest.raises(NotFound):
        ask(door, "stranger", HIDDEN, actor=ANONYMOUS)


def test_a_download_link_over_the_bus(door: Door) -> None:
    wanted = PresignGetObject(
        actor=actor_of(door.people["reader"].account),
        account_id=ACCOUNT,
        repository_id=HIDDEN,
        key="README.md",
    )
    link = door.ask(wanted)
    assert plain.get(link.url).content == b"# Embargoed\n"
    stranger = actor_of(door.people["stranger"].account)
    with pytest.raises(NotFound):
        door.ask(wanted.model_copy(update={"actor": stranger}))
