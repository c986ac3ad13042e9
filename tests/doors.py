"""Every door at which a repository can be seen, and how one looks through it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from shared.policy import Action
from tests.rights import ANYBODY, CLOSED, OPEN, ORGANIZATION, REPOSITORY, Seen

TITLE, README, WORD = "Oaks of the old grove", "Acornlore", "acorns-are-few"
FILE, OTHER = f"{OPEN}trees.geojson", f"{CLOSED}nests.csv"
ABOUT = f"/-/{ORGANIZATION}/{REPOSITORY}"
API = f"/api/v1/repositories/{ORGANIZATION}/{REPOSITORY}"
COLLECTION = f"{ORGANIZATION}--{REPOSITORY}"
STAC = f"/stac/collections/{COLLECTION}"
NAME = f"{ORGANIZATION}/{REPOSITORY}"
SEE, LIST = Action.REPOSITORY_READ, Action.REPOSITORY_LIST
READ, KEYS, WRITE = Action.DATA_READ, Action.DATA_LIST, Action.DATA_WRITE
MEMBERS = Action.REPOSITORY_MEMBERS_READ


@dataclass
class Visitors:
    """Who comes: browsers that are signed in, keys, and addresses that were signed for them.

    `item`: the id of the STAC item of a file.
    """

    web: str
    s3: str
    browsers: Mapping[str, httpx.Client]
    keys: dict[str, Credentials] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    item: str = ""
    plain: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    def browse(self, who: str, path: str) -> httpx.Response:
        """A page of the web, as it answers itself."""
        return self.browsers[who].get(path, follow_redirects=False)

    def call(self, who: str, path: str) -> httpx.Response:
        """The API or STAC by the persona's key."""
        return self.plain.get(f"{self.web}{path}", headers=self._bearer(who))

    def fetch(self, who: str, path: str, method: str = "GET") -> httpx.Response:
        """The data door, signed by the persona's key."""
        request = AWSRequest(method, f"{self.s3}{path}", headers={"host": urlsplit(self.s3).netloc})
        if who != ANYBODY:
            S3SigV4Auth(self.keys[who], "s3", "us-east-1").add_auth(request)
        return self.plain.request(method, f"{self.s3}{path}", headers=dict(request.headers))

    def follow(self, who: str) -> httpx.Response:
        """An address of an object that was signed for the persona before."""
        return self.plain.get(self.addresses[who])

    def catalogued(self, who: str) -> httpx.Response:
        """The STAC item of a file."""
        return self.call(who, f"{STAC}/items/{self.item}")

    def watch(self, who: str) -> httpx.Response:
        """The first words of the live feed."""
        path = f"/-/events?repository={NAME}"
        with self.browsers[who].stream("GET", path, timeout=10) as answer:
            first = next(answer.iter_bytes(), b"")
        return httpx.Response(answer.status_code, content=first)

    def sign(self, who: str) -> str:
        """An address of an object, made for the persona now; nothing where that is refused."""
        answer = self.call(who, f"{API}/object/url?key={FILE}")
        return str(answer.json()["url"]) if answer.is_success else ""

    def _bearer(self, who: str) -> dict[str, str]:
        if who == ANYBODY:
            return {}
        key = self.keys[who]
        return {"authorization": f"Bearer {key.access_key}.{key.secret_key}"}


Look = Callable[[Visitors, str], httpx.Response]


class Door(NamedTuple):
    """`mark` stands in an answer that shows the thing, and in no other."""

    name: str
    look: Look
    mark: str
    actions: tuple[Action, ...] = (SEE,)
    key: str | None = None
    by_key: bool = True
    lists: bool = False
    only_public: bool = False
    signed_in: bool = False

    def seen(self, visitors: Visitors, who: str) -> Seen:
        """How much is shown. Every answer is one of those a door may give."""
        answer = self.look(visitors, who)
        is_there = self.mark in answer.text
        if answer.status_code in {200, 302, 303} and (is_there or self.lists):
            return Seen.SHOWN if is_there else Seen.HIDDEN
        assert answer.status_code in {401, 403, 404}, (self.name, who, answer, answer.text)
        assert not (self.mark and is_there), (self.name, who, answer.text)
        return Seen.HIDDEN if answer.status_code == 404 else Seen.REFUSED


def page(name: str, path: str, mark: str, **more: Any) -> Door:
    """A page, for who is signed in."""
    return Door(name, lambda visitors, who: visitors.browse(who, path), mark, by_key=False, **more)


def call(name: str, path: str, mark: str, **more: Any) -> Door:
    """The API or STAC."""
    return Door(name, lambda visitors, who: visitors.call(who, path), mark, **more)


def fetch(name: str, path: str, mark: str, method: str = "GET", **more: Any) -> Door:
    """The data door."""
    return Door(name, lambda visitors, who: visitors.fetch(who, path, method), mark, **more)


def of_key(door: Callable[..., Door], name: str, path: str, mark: str, key: str) -> Door:
    """One object."""
    return door(name, path, mark, actions=(READ,), key=key)


PICTURE = f"{ABOUT}/thumbnail?key={FILE}"
PAGES = (
    page("page", f"/{NAME}", TITLE),
    page("catalogue", f"{ABOUT}/catalogue/schema-org.jsonld", TITLE),
    page("README", f"/{NAME}", README, actions=(READ,), lists=True),
    page("blocks", f"{ABOUT}/blocks", README, actions=(READ,), lists=True),
    of_key(page, "file page", f"/{NAME}/{FILE}", "GeoJSON", FILE),
    of_key(page, "picture", PICTURE, "WEBP", FILE),
    page("folder page", f"/{NAME}/{OPEN}", "trees.geojson", actions=(KEYS,), key=OPEN),
    of_key(page, "download", f"{ABOUT}/download?key={FILE}", "", FILE),
    page(
        "archive",
        f"{ABOUT}/archive?prefix={quote(OPEN, safe='')}",
        "",
        actions=(KEYS, READ),
        key=OPEN,
    ),
    page("account page", f"/{ORGANIZATION}", TITLE, actions=(LIST,), lists=True),
    page("search", f"/-/search?q={README}", TITLE, actions=(LIST, READ), key="", lists=True),
    page("map", "/-/explore?bbox=11,61,12,62", FILE, actions=(LIST, READ), key="", lists=True),
    page("map of it", f"/-/explore?within={NAME}", FILE, actions=(READ,), key="", lists=True),
    page(
        "map of the account",
        f"/-/explore?within={ORGANIZATION}",
        FILE,
        actions=(LIST, READ),
        key="",
        lists=True,
    ),
    page("feed", f"/-/{ORGANIZATION}/feed.atom", TITLE, actions=(LIST,), lists=True),
    Door("events", lambda visitors, who: visitors.watch(who), "retry", by_key=False),
)
CALLS = (
    call("repository", API, TITLE),
    call("citation", f"{API}/citation", TITLE),
    call(
        "summary",
        f"{API}/summary",
        '"files":3',
        actions=(KEYS,),
        key="",
    ),
    call("directory", f"{API}/directory", "README.md", actions=(KEYS,), key=""),
    call("folder", f"{API}/directory?prefix={OPEN}", FILE, actions=(KEYS,), key=OPEN),
    of_key(call, "object", f"{API}/object?key={FILE}", "item_id", FILE),
    of_key(call, "picture by key", PICTURE, "WEBP", FILE),
    call(
        "versions",
        f"{API}/object/versions?key={FILE}",
        '"versions"',
        actions=(WRITE,),
        key=FILE,
        signed_in=True,
    ),
    of_key(call, "closed object", f"{API}/object?key={OTHER}", "item_id", OTHER),
    of_key(call, "object's URL", f"{API}/object/url?key={FILE}", "Signature", FILE),
    call("members", f"{API}/members", '"members"', actions=(MEMBERS,), signed_in=True),
    call(
        "account's repositories",
        f"/api/v1/repositories?account_id={ORGANIZATION}",
        TITLE,
        actions=(LIST,),
        lists=True,
    ),
    call(
        "all repositories",
        "/api/v1/repositories?limit=100",
        TITLE,
        actions=(LIST,),
        lists=True,
        only_public=True,
    ),
    call("feed by key", f"/-/{ORGANIZATION}/feed.atom", TITLE, actions=(LIST,), lists=True),
    call("feed of all", "/-/feed.atom", TITLE, actions=(LIST,), lists=True, only_public=True),
    call("search", f"/api/v1/search?q={README}", TITLE, actions=(LIST, READ), key="", lists=True),
    call(
        "search counts",
        f"/api/v1/search?q={README}&limit=1",
        f'"value":"{ORGANIZATION}"',
        actions=(LIST, READ),
        key="",
        lists=True,
    ),
    call(
        "suggestions",
        "/api/v1/search/suggestions?q=oaks+of",
        f'"value":"{NAME}"',
        actions=(LIST, READ),
        key="",
        lists=True,
    ),
    call(
        "accounts suggested",
        f"/api/v1/search/suggestions?q={ORGANIZATION[:-1]}",
        f'"value":"{ORGANIZATION}"',
        actions=(LIST, READ),
        key="",
        lists=True,
    ),
    of_key(call, "collection", STAC, TITLE, ""),
    call("account catalog", f"/stac/catalogs/{ORGANIZATION}", TITLE, actions=(LIST,), lists=True),
    call(
        "folder catalog",
        f"/stac/catalogs/{NAME}?prefix={OPEN}",
        '"trees.geojson"',
        actions=(KEYS,),
        key=OPEN,
    ),
    Door("item", lambda visitors, who: visitors.catalogued(who), FILE, (READ,), ""),
    of_key(call, "items", f"{STAC}/items", FILE, ""),
    of_key(call, "queryables", f"{STAC}/queryables", COLLECTION, ""),
    call(
        "collections",
        "/stac/collections?limit=1000",
        COLLECTION,
        actions=(LIST,),
        lists=True,
    ),
    call(
        "collections by words",
        f"/stac/collections?q={README}",
        COLLECTION,
        actions=(LIST, READ),
        key="",
        lists=True,
    ),
    call(
        "collections by place",
        "/stac/collections?bbox=11,61,12,62&limit=1000",
        COLLECTION,
        actions=(LIST, READ),
        key="",
        lists=True,
    ),
    call(
        "search in it",
        f"/stac/search?collections={COLLECTION}",
        FILE,
        actions=(READ,),
        key="",
        lists=True,
    ),
    of_key(call, "figures of it", f"{STAC}/aggregate?aggregations=total_count", '"value":', ""),
    call(
        "figures of all",
        "/stac/aggregate?aggregations=collection_frequency",
        COLLECTION,
        actions=(LIST, READ),
        key="",
        lists=True,
    ),
    call(
        "search in all",
        "/stac/search?bbox=11,61,12,62",
        FILE,
        actions=(LIST, READ),
        key="",
        lists=True,
    ),
)
FETCHES = (
    of_key(fetch, "S3 get", f"/{NAME}/{FILE}", WORD, FILE),
    of_key(fetch, "S3 get closed", f"/{NAME}/{OTHER}", "47.56", OTHER),
    fetch("S3 head", f"/{NAME}/{FILE}", "", "HEAD", actions=(READ,), key=FILE),
    fetch("S3 list", f"/{COLLECTION}?list-type=2", FILE, actions=(KEYS,), key=""),
    fetch(
        "S3 list folder",
        f"/{COLLECTION}?list-type=2&prefix={quote(OPEN, safe='')}",
        FILE,
        actions=(KEYS,),
        key=OPEN,
    ),
    fetch("S3 archive", f"/{NAME}/?archive=tar", WORD, actions=(KEYS, READ), key=""),
    fetch(
        "S3 archive of a folder",
        f"/{NAME}/?archive=tar&prefix={quote(OPEN, safe='')}",
        WORD,
        actions=(KEYS, READ),
        key=OPEN,
    ),
    fetch(
        "S3 list in account",
        f"/{ORGANIZATION}?list-type=2&prefix={quote(f'{REPOSITORY}/{OPEN}', safe='')}",
        FILE,
        actions=(KEYS,),
        key=OPEN,
        lists=True,
    ),
    fetch(
        "S3 list account",
        f"/{ORGANIZATION}?delimiter=%2F&list-type=2",
        f"{REPOSITORY}/",
        actions=(LIST,),
        lists=True,
    ),
    fetch(
        "S3 list all keys",
        f"/{ORGANIZATION}?list-type=2",
        FILE,
        actions=(LIST, KEYS),
        key="",
        lists=True,
    ),
    of_key(
        lambda name, _, mark, **more: Door(
            name, lambda visitors, who: visitors.follow(who), mark, **more
        ),
        *("S3 address made before", "", WORD, FILE),
    ),
)
DOORS = (*PAGES, *CALLS, *FETCHES)
