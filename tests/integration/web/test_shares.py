"""Share links on the pages and by the API: made, shown once, followed by strangers, revoked."""

import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from tests.edge import Edge, Person, bearer
from tests.visitor import Visitor
from tests.waiting import until

LINK = re.compile(r'href="(/[^"#]*)')
CODE = re.compile(r'<pre tabindex="0" aria-label="curl">([^<]*)</pre>')
FILES = {
    "README.md": b"# Whole\n",
    "raw/README.md": b"# About raw\n",
    "raw/a.csv": b"a,b\n1,2\n",
    "secret.csv": b"a\n1\n",
}


@pytest.fixture
def place(edge: Edge, ada: Person) -> str:
    """A restricted repository of ada's, with files that are indexed."""
    ada.new_repository("hidden", visibility="restricted", description="Not for all")
    s3 = ada.s3(edge)
    for key, body in FILES.items():
        s3.put_object(Bucket=ada.account_id, Key=f"hidden/{key}", Body=body)
    place = f"/{ada.account_id}/hidden"
    until(lambda: "secret.csv" in ada.client.get(place).text)
    until(lambda: "a.csv" in ada.client.get(f"{place}/raw/").text)
    return place


@pytest.fixture
def api(edge: Edge, ada: Person, place: str) -> Iterator[httpx.Client]:
    """The share links of the repository by the API, as ada."""
    base, headers = f"{edge.web}/api/v1/repositories{place}", bearer(ada.new_key())
    with httpx.Client(base_url=base, headers=headers) as client:
        yield client


def made(ada: Person, place: str, **values: str) -> tuple[str, str]:
    """A new link by its form: the address of the page, and of the data."""
    page = ada.visitor.go(f"/-{place}/shares")
    page = ada.visitor.send(page.form("/shares"), **values)
    assert ada.visitor.answer.headers["cache-control"] == "no-store"
    return page.fact("Page"), page.fact("Data")


def test_a_stranger_follows_a_link_and_reads_all(
    edge: Edge, ada: Person, place: str, visitor: Visitor
) -> None:
    visitor.go(place, status=404)
    page_url, data_url = made(ada, place, name="for reviewers")
    page = visitor.go(page_url)
    assert visitor.here == f"{edge.web}{place}", "the token leaves the address"
    assert "Not for all" in page.text
    assert "Whole" in page.text
    assert "coop_share" not in page.html
    page = visitor.go(f"{place}/secret.csv")
    download = visitor.client.get(f"/-{place}/download", params={"key": "secret.csv"})
    assert download.content == FILES["secret.csv"]
    assert visitor.client.get(f"/-{place}/blocks").status_code == 200
    assert "secret.csv" in httpx.get(data_url).text
    again = ada.visitor.go(f"/-{place}/shares")
    assert "for reviewers" in again.text
    assert re.search(r"share=", again.html) is None


def test_the_lines_shown_work_with_the_link_alone(
    ada: Person, place: str, visitor: Visitor, tmp_path: Path
) -> None:
    visitor.go(made(ada, place, prefix="raw/")[0])
    for path, name in ((f"{place}/raw/", "hidden-raw.zip"), (f"{place}/raw/a.csv", "a.csv")):
        page = visitor.go(path)
        assert "AWS" not in page.text
        (code,) = CODE.findall(page.html)
        subprocess.run(["sh", "-ec", unescape(code)], cwd=tmp_path, check=True)
        assert name in {one.name for one in tmp_path.iterdir()}
    assert (tmp_path / "a.csv").read_bytes() == FILES["raw/a.csv"]
    with ZipFile(tmp_path / "hidden-raw.zip") as archive:
        assert sorted(archive.namelist()) == ["raw/README.md", "raw/a.csv"]
    # Its owner has keys, and follows a link as before.
    ada.visitor.go(made(ada, place, prefix="raw/")[0])
    assert "share=" not in ada.visitor.go(f"{place}/raw/a.csv").html


def test_nothing_else_is_shown_or_done(ada: Person, place: str, visitor: Visitor) -> None:
    visitor.go(made(ada, place)[0])
    client = visitor.client
    for about in ("settings", "shares", "members", "upload", "edit?key=README.md"):
        assert "/-/sign-in" in str(client.get(f"/-{place}/{about}").url)
    page = visitor.go(place)
    for hidden in ("settings", "members", "shares", "upload", "/stac/"):
        assert not any(hidden in one.get("href", "") for one in page.links if place in one["href"])
    names = place.strip("/").replace("/", "--")
    assert client.get(f"/stac/collections/{names}").status_code == 404
    assert client.get(f"/api/v1/repositories{place}").status_code == 404
    assert client.get("/-/events", params={"repository": place.strip("/")}).status_code == 404


def test_whatever_its_pages_lead_to_opens(
    edge: Edge, ada: Person, place: str, visitor: Visitor
) -> None:
    body = b'{"type":"Point","coordinates":[7.5,47.5]}'
    ada.s3(edge).put_object(Bucket=ada.account_id, Key="hidden/raw/p.geojson", Body=body)
    until(lambda: "STAC item" in ada.client.get(f"{place}/raw/p.geojson").text)
    for prefix, paths in (
        ("", ("", "/raw/", "/raw/p.geojson")),
        ("raw/", ("/raw/", "/raw/p.geojson")),
        ("raw/p.geojson", ("/raw/p.geojson",)),
    ):
        visitor.go(made(ada, place, prefix=prefix)[0])
        for path in paths:
            page = visitor.go(f"{place}{path}")
            assert "data-events" not in page.html
            for there in sorted({unescape(one) for one in LINK.findall(page.html)}):
                assert visitor.client.get(there).status_code == 200, (prefix, path, there)


def test_a_link_of_a_folder_shows_that_folder_alone(
    ada: Person, place: str, visitor: Visitor
) -> None:
    page = visitor.go(made(ada, place, prefix="raw/")[0])
    assert visitor.here.endswith(f"{place}/raw/")
    assert "About raw" in page.text
    assert "Not for all" not in page.html
    assert "secret" not in page.html
    visitor.go(f"{place}/raw/a.csv")
    for path in ("", "/", "/secret.csv", "/README.md", "?prefix=", "?key=secret.csv"):
        visitor.go(f"{place}{path}", status=404)
    for path in ("?key=raw/../secret.csv", "/raw/%2e%2e/secret.csv", "/raw%00/a.csv"):
        visitor.go(f"{place}{path}", status=404)
    for key in ("secret.csv", "raw/../secret.csv"):
        answer = visitor.client.get(f"/-{place}/download", params={"key": key})
        assert answer.status_code == 404
    assert visitor.client.get(f"/-{place}/blocks").status_code == 404


def test_a_link_of_one_file_shows_its_page(ada: Person, place: str, visitor: Visitor) -> None:
    page_url, data_url = made(ada, place, prefix="raw/a.csv")
    visitor.go(page_url)
    assert visitor.here.endswith(f"{place}/raw/a.csv")
    assert httpx.get(data_url).content == FILES["raw/a.csv"]
    visitor.go(f"{place}/raw/", status=404)


def test_somebody_signed_in_follows_a_link_and_stays_themselves(
    ada: Person, eve: Person, place: str
) -> None:
    page_url, _ = made(ada, place)
    eve.visitor.go(place, status=404)
    page = eve.visitor.go(page_url)
    assert eve.account_id in page.html
    eve.visitor.go(f"/-{place}/settings", status=403)
    # Its owner follows one to a folder, and still sees everything.
    folder, _ = made(ada, place, prefix="raw/")
    ada.visitor.go(folder)
    assert "Not for all" in ada.visitor.go(place).text
    download = ada.client.get(f"/-{place}/download", params={"key": "secret.csv"})
    assert download.content == FILES["secret.csv"]


def test_what_opens_nothing_is_answered_as_no_link(
    ada: Person, place: str, visitor: Visitor
) -> None:
    token = made(ada, place)[0].partition("share=")[2]
    never = f"/{ada.account_id}/never-was"
    for bad in ("", "x", token[:-1], f"{token}x", token.partition(".")[0], "%00", "%ff"):
        pages = []
        for where in (place, never):
            answer = visitor.client.get(f"{where}?share={bad}")
            assert "coop_share" not in visitor.client.cookies
            pages.append((answer.status_code, answer.text.replace(where, "")))
        assert pages[0] == pages[1]
        assert pages[0][0] in {400, 404}
    # Its name may be written in more than one way.
    for field in ("%73hare", "shar%65"):
        answer = visitor.client.get(f"{place}?{field}=x", follow_redirects=False)
        assert answer.headers["location"] == place
    # A link of another place is none here.
    assert visitor.client.get(f"{never}?share={token}").status_code == 404


def test_revoked_it_is_over_within_a_second(ada: Person, place: str, visitor: Visitor) -> None:
    page_url, data_url = made(ada, place)
    visitor.go(page_url)
    page = ada.visitor.go(f"/-{place}/shares")
    ada.visitor.send(page.form("/shares/revoke"))
    assert "revoked" in ada.visitor.page.text
    until(lambda: visitor.client.get(place).status_code == 404, seconds=2)
    until(lambda: httpx.get(data_url).status_code == 403, seconds=2)


def test_a_form_sent_twice_makes_one_link_and_errors_keep_what_was_typed(
    ada: Person, place: str
) -> None:
    page = ada.visitor.go(f"/-{place}/shares")
    form = page.form("/shares")
    tokens = {ada.visitor.send(form, name="x").fact("Page") for _ in range(2)}
    assert len(tokens) == 1
    page = ada.visitor.send(form, status=400, name="y", days="4000")
    assert page.form("/shares").fields["name"] == "y"
    page = ada.visitor.send(form, status=400, name="y", days="400")
    assert "within 90 days" in page.text
    page = ada.visitor.send(form, status=400, prefix="é" * 600)
    assert "1 to 1024 bytes" in page.text


def test_it_follows_a_rename(ada: Person, place: str, visitor: Visitor) -> None:
    page_url, _ = made(ada, place, prefix="raw/")
    settings = ada.visitor.go(f"/-{place}/settings")
    ada.visitor.send(settings.form("/rename"), new_repository_id="renamed")
    until(lambda: visitor.client.get(page_url).status_code == 200)
    assert visitor.client.get(page_url).url.path == f"/{ada.account_id}/renamed/raw/"


def test_by_the_api(api: httpx.Client, edge: Edge) -> None:
    answer = api.post("/share-links", json={"prefix": "raw/", "name": "n", "reason": "review"})
    assert answer.status_code == 201
    link = answer.json()
    assert set(link) >= {"link_id", "token", "prefix", "expires_at", "uses"}
    for _ in range(2):
        api.post("/share-links", json={})
    page = api.get("/share-links", params={"limit": 2}).json()
    rest = api.get("/share-links", params={"limit": 2, "cursor": page["cursor"]}).json()
    listed = page["share_links"] + rest["share_links"]
    assert len(listed) == 3
    assert not any("token" in one or "secret_hash" in one for one in listed)
    url = f"{edge.platform.ready['s3']}{api.base_url.path.partition('repositories')[2]}raw/a.csv"
    assert httpx.get(url, params={"share": link["token"]}).content == FILES["raw/a.csv"]
    assert api.delete(f"/share-links/{link['link_id']}").status_code == 204
    assert api.delete(f"/share-links/{link['link_id']}").status_code == 204
    until(lambda: httpx.get(url, params={"share": link["token"]}).status_code == 403, seconds=2)
    assert api.delete("/share-links/none").status_code == 404


@pytest.mark.slow
def test_its_uses_are_counted_at_both_doors(
    api: httpx.Client, ada: Person, place: str, visitor: Visitor
) -> None:
    page_url, data_url = made(ada, place)
    visitor.go(page_url)
    for _ in range(3):
        assert httpx.get(data_url).is_success
    httpx.get(f"{data_url}x")

    def uses() -> int:
        (link,) = api.get("/share-links").json()["share_links"]
        return int(link["uses"])

    # Both processes tell of it within half a minute: three times at the data door, once at least
    # here, and never of what opened nothing.
    until(lambda: uses() >= 4, seconds=70, pause=0.5)
    page = ada.visitor.go(f"/-{place}/shares")
    assert f"{uses()} times, last" in page.text


@pytest.mark.parametrize(
    "body",
    [
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00Z"},
        {"expires_at": "tomorrow"},
        {"expires_at": "2030-01-01T00:00:00"},
        {"prefix": "x" * 1025},
        {"prefix": None},
        {"name": "x" * 129},
        {"made_by": "01X"},
        {"link_id": "01X"},
        [],
    ],
)
def test_bad_bodies_are_refused_in_words(api: httpx.Client, body: object) -> None:
    answer = api.post("/share-links", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert api.get("/share-links").json()["share_links"] == []


def test_strangers_find_no_share_links_and_no_repository(
    edge: Edge, eve: Person, place: str
) -> None:
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=bearer(eve.new_key())) as client:
        for method, rest in (("GET", ""), ("POST", ""), ("DELETE", "/x")):
            said = []
            for where in (place, f"{place.rpartition('/')[0]}/never-was"):
                json = {} if method == "POST" else None
                answer = client.request(
                    method, f"/repositories{where}/share-links{rest}", json=json
                )
                said.append((answer.status_code, answer.text))
            assert said[0] == said[1]
            assert said[0][0] == 404
    eve.visitor.go(f"/-{place}/shares", status=404)
