"""Pictures of accounts at the data door: taken from those who may, shown while they are in use."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from shared.contracts.accounts import Account, CreateAccessKey, EditAccount, RevokeAccessKey
from shared.contracts.base import KeyAction
from shared.contracts.storage import PresignPutAvatar
from shared.errors import Forbidden, NotFound
from shared.identifiers import new_uid
from tests.control_plane import actor_of
from tests.door import Door, Person, plain
from tests.pictures import SVG, bomb, opened, picture
from tests.waiting import until

AVATARS = "/-/avatars"
NOBODY = "01J" + 23 * "0"


@pytest.fixture(scope="module")
def guest(door: Door) -> Person:
    """Somebody with nothing but an account."""
    return door.newcomer("guest-with-a-face")


def address(door: Door, person: Person, account: Account | None = None) -> str:
    """Where this person may send a picture of an account, their own without another."""
    account = account or person.account
    wanted = PresignPutAvatar(actor=actor_of(person.account), account_uid=account.account_uid)
    return door.ask(wanted).url


def put(door: Door, person: Person, content: bytes) -> str:
    """Send a picture; the name it got."""
    answer = plain.put(address(door, person), content=content)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["avatar"])


def go_by(door: Door, person: Person, name: str) -> Account:
    account = person.account
    wanted = {"account_uid": account.account_uid, "avatar": name}
    return door.ask(EditAccount(actor=actor_of(account), **wanted))


def show(door: Door, person: Person, name: str, **headers: str) -> httpx.Response:
    place = f"{door.url}{AVATARS}/{person.account.account_uid}/{name}.webp"
    return plain.get(place, headers=headers)


def test_it_is_taken_named_and_shown(door: Door, guest: Person) -> None:
    name = put(door, guest, picture("JPEG", (900, 600)))
    go_by(door, guest, name)
    shown = show(door, guest, name)
    assert shown.status_code == 200
    assert opened(shown.content).size == (256, 256)
    assert shown.headers["content-type"] == "image/webp"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-security-policy"] == "sandbox"
    assert shown.headers["cache-control"] == "private, max-age=31536000, immutable"
    for known in (shown.headers["etag"], f'"x", W/{shown.headers["etag"]}', "*"):
        again = show(door, guest, name, **{"if-none-match": known})
        assert (again.status_code, again.content) == (304, b""), known
    assert show(door, guest, name, **{"if-match": '"x"'}).status_code == 412
    head = plain.head(str(shown.url))
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(shown.content)))


def test_without_its_name_it_is_shown_to_nobody(door: Door, guest: Person) -> None:
    assert show(door, guest, put(door, guest, picture())).status_code == 404


def test_another_takes_its_place_and_none_leaves_nothing(door: Door, guest: Person) -> None:
    first = put(door, guest, picture())
    go_by(door, guest, first)
    second = put(door, guest, picture())
    go_by(door, guest, second)
    assert show(door, guest, second).status_code == 200
    assert show(door, guest, first).status_code == 404
    go_by(door, guest, "")
    until(lambda: show(door, guest, second).status_code == 404)


def test_of_two_at_once_the_one_it_goes_by_is_shown(door: Door, guest: Person) -> None:
    def send(_: int) -> str:
        name = put(door, guest, picture())
        go_by(door, guest, name)
        return name

    with ThreadPoolExecutor(4) as several:
        names = list(several.map(send, range(4)))
    account = go_by(door, guest, go_by_now(door, guest))
    assert account.avatar in names
    until(lambda: [show(door, guest, one).status_code for one in names].count(404) == 3)
    assert show(door, guest, account.avatar).status_code == 200


def go_by_now(door: Door, person: Person) -> str:
    """The name as accounts has it."""
    wanted = EditAccount(actor=actor_of(person.account), account_uid=person.account.account_uid)
    return door.ask(wanted).avatar


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "is no picture that is read here"),
        (bomb(), "has 30,000 × 30,000 pixels"),
        (picture()[:-90], "is damaged, or ends too early"),
        (b"", "is no picture that is read here"),
    ],
    ids=["svg", "bomb", "truncated", "nothing"],
)
def test_what_is_refused_is_a_problem_at_its_field(
    door: Door, guest: Person, content: bytes, said: str
) -> None:
    answer = plain.put(address(door, guest), content=content)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["field"] == "avatar"
    assert said in error["message"]


def test_a_huge_one_is_not_listened_to(door: Door, guest: Person) -> None:
    answer = plain.put(address(door, guest), content=bytes(8_000_001))
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert "8,000,000 bytes" in answer.json()["detail"]


def test_nobody_sends_one_of_others(door: Door, guest: Person) -> None:
    owner, lab = door.people["owner"], door.repository().account_uid
    laboratory = owner.account.model_copy(update={"account_uid": lab})
    assert plain.put(address(door, owner, laboratory), content=picture()).status_code == 200
    for person in (door.people["writer"], guest):
        with pytest.raises(Forbidden):
            address(door, person, laboratory)
    with pytest.raises(NotFound):
        address(door, guest, guest.account.model_copy(update={"account_uid": new_uid()}))


def test_an_address_is_good_for_what_it_says_alone(door: Door, guest: Person) -> None:
    url, other = address(door, guest), door.people["owner"].account.account_uid
    uid = guest.account.account_uid
    assert plain.put(url.replace(uid, other, 1), content=picture()).status_code == 403
    assert plain.put(url.partition("?")[0], content=picture()).status_code == 403
    assert plain.put(f"{url}0", content=picture()).status_code == 403
    for method in ("GET", "POST", "DELETE"):
        refused = plain.request(method, url)
        assert refused.status_code == 405, method
        assert refused.headers["allow"] == "PUT"
        assert refused.json()["status"] == 405


def test_a_key_that_is_revoked_meanwhile_sends_none(door: Door) -> None:
    person = door.newcomer("guest-of-a-moment")
    actor = actor_of(person.account).model_copy(update={"access_key_id": person.access_key_id})
    uid = person.account.account_uid
    url = door.ask(PresignPutAvatar(actor=actor, account_uid=uid)).url
    assert plain.put(url, content=picture()).status_code == 200
    door.ask(RevokeAccessKey(actor=actor, access_key_id=person.access_key_id))
    until(lambda: plain.put(url, content=picture()).status_code == 403)


def test_a_key_for_data_alone_sends_none(door: Door, guest: Person) -> None:
    actor, uid = actor_of(guest.account), guest.account.account_uid
    key = door.ask(CreateAccessKey(actor=actor, account_uid=uid, actions=[KeyAction.WRITE]))
    limited = actor.model_copy(update={"access_key_id": key.access_key_id, "scope": key.scope})
    with pytest.raises(Forbidden):
        door.ask(PresignPutAvatar(actor=limited, account_uid=uid))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/x",
        "/01J/../x.webp",
        f"/{NOBODY}/{NOBODY}.webp",
        f"/{NOBODY}/{NOBODY}.png",
        f"/{NOBODY}/{NOBODY}.webp/",
        "/%00",
    ],
)
def test_where_there_is_nothing_that_is_said(door: Door, path: str) -> None:
    answer = plain.get(f"{door.url}{AVATARS}{path}")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert answer.headers["cache-control"] == "no-store"
