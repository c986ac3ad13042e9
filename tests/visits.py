"""Every page of the web as somebody comes to it, and every form with what it says to a slip."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from starlette.routing import Match, Route

from services.web.routes import PAGES, REPOSITORY
from services.web.views import providers
from tests.audience import GUEST, ORGANIZATION, OWNER, PLACE

Values = Mapping[str, str]


@dataclass(frozen=True)
class Sent:
    """A form of the page, found by its action and fields, filled in and sent."""

    action: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """Who opens which address, what they send from there, and the status that they end at."""

    who: str
    path: str
    sent: tuple[Sent, ...] = ()
    status: int = 200

    def __str__(self) -> str:
        said = "".join(f" + {one.action} {[*one.values]}" for one in self.sent)
        return f"{self.path}{said} as {self.who}"


# Ways by another provider of identities, which this platform has none of.
PROVIDERS = {providers.BACK, "/-/sign-in/provider", "/-/register/provider"}
# What answers no page of its own: files, streams, redirects.
NOT_PAGES = {
    *PROVIDERS,
    *("/static/{release}/{path:path}", "/robots.txt", "/-/events", "/-/credentials/qr"),
    *("/-/feed.atom", "/-/{account_id}/feed.atom"),
    *("/-/data/export.zip", f"{REPOSITORY}/blocks", f"{REPOSITORY}/uploaded"),
    *(f"{REPOSITORY}/download", f"{REPOSITORY}/archive", f"{REPOSITORY}/catalogue/{{form}}"),
    f"{REPOSITORY}/thumbnail",
}
# Forms without a field to mend: they lead on, or to the page of a problem.
NOT_REFUSED = {
    *PROVIDERS,
    *("/-/hooks/kratos", "/-/sign-in/passkey", "/-/sign-out", "/-/sessions/revoke"),
    *("/-/data/export", "/-/{account_id}/delete/cancel", "/-/{account_id}/keys/revoke"),
    "/-/{account_id}/trusts/remove",
    *("/-/{account_id}/connections/remove", f"{REPOSITORY}/relisting"),
    *("/-/{account_id}/repositories/undelete", "/-/{account_id}/repositories/accept"),
    *("/-/{account_id}/repositories/decline", f"{REPOSITORY}/shares/revoke"),
    *(f"{REPOSITORY}/transfer/withdraw", f"{REPOSITORY}/activate", f"{REPOSITORY}/cite"),
    *(f"{REPOSITORY}/delete-file", f"{REPOSITORY}/versioning", f"{REPOSITORY}/versions/restore"),
}
MAP, TABLE = "/noaa/globe-land-mask", "/natural-earth/countries/countries.parquet"
READ = {
    "stranger": (
        *(
            "/",
            "/-/search?q=mask",
            "/-/search?q=zzzzzz",
            "/-/search?bbox=-12,35,30,60&region=Europe",
            "/-/explore",
            "/-/explore?bbox=-12,35,30,60&within=noaa",
            "/noaa",
            MAP,
            f"{MAP}/europe.tif",
            f"{MAP}/europe.tif?view=stac",
        ),
        *(TABLE, "/-/docs", "/-/noaa/globe-land-mask/cite"),
        *("/-/sign-in", "/-/register", "/-/recover", "/-/verify"),
    ),
    "owner": (
        *(
            f"/{OWNER}?done=repository-deleted",
            f"/{ORGANIZATION}?done=saved",
            f"/{PLACE}",
            f"/{PLACE}/2024/",
            f"/{PLACE}/broken.tif",
        ),
        *(f"/{PLACE}/levels.csv", f"/{PLACE}/README.md", f"/{OWNER}/offered"),
        *("/-/new", "/-/new-organization", "/-/data", "/-/sessions", "/-/credentials"),
        *("/-/invitations", "/-/requests"),
        "/-/email",
        *(f"/-/{OWNER}/settings", f"/-/{OWNER}/delete", f"/-/{OWNER}/repositories"),
        *(f"/-/{ORGANIZATION}/{page}" for page in ("settings", "domains", "keys", "trusts")),
        f"/-/{ORGANIZATION}/connections",
        *(f"/-/{ORGANIZATION}/{page}" for page in ("audit", "members", "repositories")),
        *(f"/-/{PLACE}/{page}" for page in ("members", "requests", "settings", "shares")),
        *(f"/-/{PLACE}/{page}" for page in ("cite", "upload", "edit?key=README.md")),
        *(f"/-/{OWNER}/offered/settings", f"/-/{PLACE}/delete-file?key=README.md"),
        f"/-/{PLACE}/versions?key=levels.csv",
    ),
    "guest": (
        *("/-/invitations", "/-/requests", f"/-/{GUEST}/keys", f"/-/{GUEST}/trusts"),
        *(f"/-/{GUEST}/delete", f"/-/{GUEST}/settings", f"/-/{PLACE}/ask", "/-/data"),
    ),
    "admin": ("/-/admin", "/-/admin?text=zzzzzz", f"/-/admin/{OWNER}", "/-/credentials"),
    "newcomer": ("/-/welcome", "/-/choose-password"),
    "halfway": ("/-/sign-in", "/"),
}
HIDDEN = (
    Visit("stranger", "/noaa/none", status=404),
    Visit("guest", f"/{PLACE}", status=404),
    Visit("guest", f"/-/{ORGANIZATION}/keys", status=403),
)


def slip(who: str, path: str, *, at: str = "", status: int = 400, **values: str) -> Visit:
    """The form of a page, or the one with another action, sent with something wrong."""
    return Visit(who, path, (Sent(at or path.partition("?")[0], values),), status)


def slips() -> Iterator[Visit]:
    """Something wrong in every form that can say so."""
    yield from strangers_slips()
    yield slip("newcomer", "/-/choose-password", password="short")
    yield slip("newcomer", "/-/welcome", account_id="No Name", name="")
    yield slip("halfway", "/-/sign-in", totp_code="000000")
    yield from account_slips()
    yield from repository_slips()


def strangers_slips() -> Iterator[Visit]:
    """Signing in, and the ways that go on by a code that comes by mail."""
    yield slip("stranger", "/-/sign-in", identifier="nobody@example.org", password="wrong")
    yield slip("stranger", "/-/sign-in", identifier="", password="")
    ways = {"register": "traits.email", "recover": "email", "verify": "email"}
    for way, name in ways.items():
        path = f"/-/{way}"
        asked = Sent(path, {name: f"{way}@example.org"})
        yield Visit("stranger", path, (asked,))
        yield Visit("stranger", path, (asked, Sent(path, {"code": "000000"})), 400)
        yield slip("stranger", path, **{name: "no address"})
    yield slip("stranger", "/-/sign-in", csrf_token="old")
    yield slip("stranger", "/-/search?q=mask", bbox="1, 2")
    yield slip("stranger", "/-/explore", bbox="1, 2", start="May", within="no name!")


def account_slips() -> Iterator[Visit]:
    """Forms of accounts and of those who administrate them."""
    own = f"/-/{ORGANIZATION}"
    yield slip("owner", f"{own}/settings", name="", websites="no address", ror="1")
    yield slip("owner", f"{own}/settings", at=f"{own}/avatar")
    yield slip("owner", f"{own}/domains", do="add", name="no domain")
    yield slip("owner", f"{own}/delete", confirm="something else")
    yield slip("owner", f"{own}/keys", places="no place!", name="x")
    yield slip("owner", f"{own}/keys", status=200, name="shown once")
    yield slip("owner", f"{own}/trusts", issuer="", audience="", subject="*", places="no place!")
    yield slip("owner", f"{own}/connections", bucket="no bucket!", region="", endpoint="x")
    yield slip("owner", f"{own}/members", invitee="nobody-of-this-name", role="reader")
    yield slip("owner", "/-/email", email="no address")
    asked = Sent("/-/email", {"email": "another@example.org"})
    yield Visit("owner", "/-/email", (asked,))
    yield Visit("owner", "/-/email", (asked, Sent("/-/email", {"code": "000000"})), 400)
    yield slip("owner", "/-/credentials", totp_code="000000")
    yield slip("owner", "/-/credentials", password="short")
    yield slip("guest", "/-/invitations", status=409, invitation_uid="none", answer="accept")
    yield slip("guest", "/-/requests", status=409, request_uid="none")
    yield slip("admin", f"/-/admin/{OWNER}", reason="")


def repository_slips() -> Iterator[Visit]:
    """Forms of repositories."""
    own = f"/-/{PLACE}"
    yield slip("owner", "/-/new", title="", repository_id="No Name", license="none")
    yield slip("owner", "/-/new-organization", account_id="No Name", name="")
    yield slip("owner", "/-/new", status=409, csrf_token="old", title="Kept", repository_id="kept")
    yield slip("owner", f"{own}/settings", title="", doi="1", links="no address", license="none")
    yield slip("owner", f"{own}/settings", at=f"{own}/rename", new_repository_id="No Name")
    yield slip("owner", f"{own}/settings", at=f"{own}/retention", days="-1")
    for fate in ("deactivate", "delete"):
        yield slip("owner", f"{own}/settings", at=f"{own}/{fate}", confirm="something else")
    asked = {"to_account_id": "nobody-of-this-name", "confirm": "something else"}
    yield slip("owner", f"{own}/settings", at=f"{own}/transfer", **asked)
    yield slip("owner", f"{own}/shares", name="n" * 200)
    yield slip("owner", f"{own}/shares", status=200, prefix="2024/", days="7")
    yield slip("owner", f"{own}/members", invitee="nobody-of-this-name", role="reader")
    yield slip("owner", f"{own}/requests", request_uid="none", do="decline")
    yield slip("owner", f"{own}/edit?key=README.md", status=200, text="# Seen", preview="yes")
    yield slip("owner", f"{own}/edit?key=README.md", text="x", etag="another")
    yield slip("guest", f"{own}/ask", message="m" * 3000)


VISITS = (*(Visit(who, path) for who, paths in READ.items() for path in paths), *HIDDEN, *slips())


def left_out(visits: tuple[Visit, ...] = VISITS) -> set[str]:
    """The routes of the web, as method and path, that nobody visits though they show a page."""
    return {
        f"{method} {route.path}"
        for route in PAGES
        for method, spared in (("GET", NOT_PAGES), ("POST", NOT_REFUSED))
        if method in (route.methods or ()) and route.path not in spared
        if not any(leads(visit, method, route) for visit in visits)
    }


def leads(visit: Visit, method: str, route: Route) -> bool:
    """Whether a visit comes to this route."""
    if method == "GET":
        return is_first(visit.path.partition("?")[0], method, route)
    return any(is_first(one.action, method, route) for one in visit.sent)


def is_first(path: str, method: str, route: Route) -> bool:
    """Whether this route answers the path, and none before it does."""
    scope = {"type": "http", "method": method, "path": path}
    return next((one for one in PAGES if one.matches(scope)[0] is Match.FULL), None) is route
