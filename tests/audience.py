"""People who see different pages, and what they have: something for every page to show."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from tests.authenticator import shown_code
from tests.edge import PASSWORD, Edge, Person, bearer, registered
from tests.embedded import Embedded
from tests.visitor import Visitor, register, visiting
from tests.waiting import until

OWNER, ORGANIZATION, NAME, GUEST, WARDEN = "olga", "olgas-lab", "levels", "gustav", "wanda"
PLACE = f"{ORGANIZATION}/{NAME}"
README = b"""# Levels

| station | level |
| --- | ---: |
| Rheinfelden | 4.21 |

See [the map](https://example.org), `levels.csv` and

```
gdalinfo broken.tif
```
"""
FILES = {
    "README.md": README,
    "levels.csv": b"lat,lon,level\n47.56,7.58,4.21\n",
    "broken.tif": b"II*\0no picture",
    "2024/january.csv": b"day,level\n1,4.2\n",
}
# What playwright calls the storage state of a browser.
BrowserState = dict[str, Any]


@contextmanager
def gathered(platform: Embedded) -> Iterator[dict[str, BrowserState]]:
    """The browser of each of them, by who it is."""
    edge = Edge(platform)
    with ExitStack() as stack:
        owner, guest, warden = (
            stack.enter_context(registered(edge, one)) for one in (OWNER, GUEST, WARDEN)
        )
        newcomer, halfway = (stack.enter_context(visiting(edge.web)) for _ in range(2))
        register(newcomer, "nameless@example.org", PASSWORD, "Nora")
        furnish(edge, owner, guest)
        administrate(edge, warden)
        stop_halfway(halfway, warden)
        visitors = {
            "owner": owner.visitor,
            "guest": guest.visitor,
            "admin": warden.visitor,
            "newcomer": newcomer,
            "halfway": halfway,
        }
        yield {"stranger": {}, **{who: state_of(one) for who, one in visitors.items()}}


def state_of(visitor: Visitor) -> BrowserState:
    """The cookies as playwright takes them."""
    told = {"domain": visitor.client.base_url.host, "path": "/", "expires": -1}
    flags = {"httpOnly": True, "secure": False, "sameSite": "Lax"}
    cookies = [
        {"name": one.name, "value": one.value, **told, **flags}
        for one in visitor.client.cookies.jar
    ]
    return {"cookies": cookies}


def furnish(edge: Edge, owner: Person, guest: Person) -> None:
    """An organization with members, invitations, keys, links, files, requests, and so on."""
    with program(edge, owner) as api, program(edge, guest) as other:
        do(api, "/accounts", account_id=ORGANIZATION, name="Olga's lab")
        for place in (PLACE, f"{ORGANIZATION}/gone", f"{OWNER}/offered"):
            new_repository(api, place)
        answer = api.put(f"/repositories/{PLACE}/versioning", json={"versioning": "enabled"})
        assert answer.is_success, answer.text
        upload(edge, owner)
        do(other, f"/repositories/{PLACE}/access-requests", message="For my thesis.")
        belongings(api)
        do(other, f"/accounts/{GUEST}/deletion", confirm=GUEST)


def new_repository(api: httpx.Client, place: str) -> None:
    """Restricted, so that nothing of this shows elsewhere."""
    account_id, _, repository_id = place.partition("/")
    wanted = {"license": "CC-BY-4.0", "tags": ["rivers", "levels"], "visibility": "restricted"}
    names = {"account_id": account_id, "repository_id": repository_id, "title": "River levels"}
    do(api, "/repositories", **names, **wanted)


def belongings(api: httpx.Client) -> None:
    """What lists of an organization and a repository hold."""
    own = f"/accounts/{ORGANIZATION}"
    do(api, f"{own}/invitations", account_id=GUEST, role="writer")
    do(api, f"{own}/invitations", email="somebody@example.org", role="reader")
    do(api, f"{own}/access-keys", name="nightly", actions=["read", "list"], places=[PLACE])
    do(api, f"{own}/domains", name="example.org")
    trusted = {"issuer": "https://issuer.example.org", "audience": "coop", "subject": "repo:a/b:*"}
    do(api, f"{own}/trusts", name="nightly build", **trusted, actions=["read"], places=[PLACE])
    do(api, f"/repositories/{PLACE}/share-links", prefix="2024/", name="A reviewer")
    gone = f"{ORGANIZATION}/gone"
    assert api.delete(f"/repositories/{gone}", params={"confirm": gone}).is_success
    offered = f"{OWNER}/offered"
    answer = api.put(
        f"/repositories/{offered}/transfer",
        json={"to_account_id": ORGANIZATION, "confirm": offered},
    )
    assert answer.is_success, answer.text
    do(api, "/account/export")


def upload(edge: Edge, owner: Person) -> None:
    """The files, one of them over another, until they are read."""
    s3 = owner.s3(edge)
    s3.put_object(Bucket=ORGANIZATION, Key=f"{NAME}/levels.csv", Body=b"lat,lon,level\n")
    for key, content in FILES.items():
        s3.put_object(Bucket=ORGANIZATION, Key=f"{NAME}/{key}", Body=content)
    s3.close()
    until(lambda: "failed" in owner.client.get(f"/{PLACE}/broken.tif").text, seconds=20)


@contextmanager
def program(edge: Edge, person: Person) -> Iterator[httpx.Client]:
    """The API with a key of this person."""
    headers = bearer(person.new_key("program"))
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=headers, timeout=10) as client:
        yield client


def do(api: httpx.Client, path: str, **body: Any) -> None:
    """Post it; it is done."""
    answer = api.post(path, json=body or None)
    assert answer.is_success, f"{path}: {answer.text}"


def administrate(edge: Edge, person: Person) -> None:
    """Make an administrator of them."""
    subprocess.run(
        [sys.executable, "-m", "services.accounts", "grant-admin", person.account_id],
        env={**os.environ, "COOP_HOME": str(edge.platform.home)},  # noqa: TID251 -- a child's
        check=True,
        capture_output=True,
        timeout=60,
    )
    until(lambda: person.client.get("/-/admin").is_success, seconds=10)


def stop_halfway(visitor: Visitor, person: Person) -> None:
    """Sign in with the password alone as somebody who has an app for the second step."""
    page = person.visitor.go("/-/credentials")
    secret = page.html.partition("<code>")[2].partition("</code>")[0]
    form = next(one for one in page.forms if "totp_code" in one.fields)
    person.visitor.send(form, totp_code=shown_code(secret), method="totp")
    form = visitor.go("/-/sign-in").form("/-/sign-in")
    visitor.send(form, identifier=person.email, password=PASSWORD, method="password")
