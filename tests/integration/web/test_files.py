"""Files with any key at all: listed, shown, fetched, deleted, exactly."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.edge import Edge, Person
from tests.pages import Page
from tests.pictures import SCRIPT, SVG
from tests.raw_http import exchange
from tests.visitor import visiting
from tests.waiting import until

ODD_KEYS = [
    "plain.txt",
    "a b+c%2F=~*'\"&<>.txt",
    "../up.txt",
    "a/../b.txt",
    "./dot.txt",
    "double//slash.txt",
    "/leading.txt",
    "trailing/",
    "nul\0.txt",
    "cr\rlf\n.txt",
    "back\\slash.txt",
    "e\u0301.txt",
    "\u00e9.txt",
    "日本/語.txt",
    "settings",
    "-/settings",
    "question?hash#.txt",
    "%2e%2e/encoded.txt",
    "right\u202eto-left.txt",
]
README = b"""# Levels

See [the data](data/levels.csv) and ![a map](map.png).

<script>alert(1)</script>
"""


@pytest.fixture
def put(edge: Edge, ada: Person) -> Callable[[str, bytes], None]:
    """Stores an object of ada's repository `levels`."""
    ada.new_repository("levels")
    s3 = ada.s3(edge)

    def storing(key: str, body: bytes = b"some bytes\n") -> None:
        s3.put_object(Bucket=ada.account_id, Key=f"levels/{key}", Body=body)

    return storing


def listed(person: Person, path: str, count: int) -> Page:
    """The page of a directory, once it lists so many files and directories."""

    def look() -> Page | None:
        page = person.visitor.go(path)
        return page if page.html.count('<td class="name">') >= count else None

    return until(look)


def entries(page: Page, account_id: str) -> list[str]:
    """Where the rows of a listing lead."""
    root = f"/{account_id}/levels"
    rows = page.html.partition("<tbody>")[2].partition("</tbody>")[0]
    return [one["href"] for one in Page(rows).links if one["href"].startswith(root)]


def test_every_key_is_listed_and_every_link_leads_to_it(
    edge: Edge, ada: Person, put: Callable[..., None]
) -> None:
    for number, key in enumerate(ODD_KEYS):
        put(key, f"{number}".encode())
    place = f"/{ada.account_id}/levels"
    seen: set[str] = set()

    def walk(path: str, depth: int = 0) -> None:
        assert depth < 6
        for link in entries(ada.visitor.go(path), ada.account_id):
            answer = raw(edge, link)
            assert answer.status == 200, link
            text = answer.body.decode()
            if 'id="object"' in text:
                seen.add(Page(text).fact("ETag"))
            else:
                walk(link, depth + 1)

    def all_seen() -> bool:
        seen.clear()
        walk(place)
        return len(seen) == len(ODD_KEYS)

    until(all_seen, seconds=20)


def raw(edge: Edge, path: str) -> Any:
    """Asked for byte for byte: no client normalises the path."""
    url = httpx.URL(edge.web)
    assert url.port is not None
    head = f"GET {path} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\nConnection: close\r\n\r\n"
    return exchange((url.host, url.port), head.encode())


def test_a_file_is_deleted_by_its_form_whatever_it_is_called(
    ada: Person, put: Callable[..., None]
) -> None:
    keys = ["cr\rlf\n.txt", "nul\0.txt", "../up.txt", "a b%2F.txt"]
    for key in keys:
        put(key)
    place = f"/-/{ada.account_id}/levels/delete-file"
    for key in keys:
        address = httpx.URL(place, params={"key": key}).raw_path.decode()
        form = until(lambda address=address: ada.visitor.go(address).form("/delete-file"))  # type: ignore[misc]
        ada.visitor.send(form)
    until(lambda: "No files yet" in ada.visitor.go(f"/{ada.account_id}/levels").text)


def test_a_key_that_is_not_utf_8_names_no_file(ada: Person, put: Callable[..., None]) -> None:
    """It must not be read with U+FFFD in the place of what cannot be read: that is another key."""
    put("\ufffd")
    place = f"/-/{ada.account_id}/levels/delete-file"
    form = until(lambda: ada.visitor.go(f"{place}?key=%EF%BF%BD").form("/delete-file"))
    ada.visitor.send(form, status=400, key="%ff")
    for address in (f"{place}?key=%ff", f"/{ada.account_id}/levels?key=%ff"):
        ada.visitor.go(address, status=400)
    ada.visitor.go(f"/{ada.account_id}/levels/%EF%BF%BD")


def test_a_readme_is_shown_safely_and_follows_its_file(
    edge: Edge, ada: Person, put: Callable[..., None]
) -> None:
    put("README.md", README)
    place = f"/{ada.account_id}/levels"
    page = until(lambda: _with(ada.visitor.go(place), "See the data"))
    assert f'href="{place}/data/levels.csv"' in page.html
    assert f'src="{edge.platform.ready["s3"]}{place}/map.png"' in page.html
    assert "<script>alert" not in page.html
    put("README.md", b"# Another\n\nNew words.")
    until(lambda: _with(ada.visitor.go(place), "New words."))


def _with(page: Page, words: str) -> Page | None:
    return page if words in page.text else None


@pytest.mark.parametrize("key", ["page.html", "image.svg", "data.xml"])
def test_what_visitors_stored_is_never_the_site_s_own(
    edge: Edge, ada: Person, put: Callable[..., None], key: str
) -> None:
    """It is at the data door's origin alone; here it is text, if it is shown at all."""
    put(key, SVG)
    named = f"?key={key}"
    place, about = f"/{ada.account_id}/levels", f"/-/{ada.account_id}/levels"
    until(lambda: key in ada.visitor.go(place).text)
    for path in (
        *(f"{place}/{key}", f"{place}{named}", f"{about}/download{named}"),
        *(f"{about}/thumbnail{named}", f"{about}/edit{named}", f"{about}/delete-file{named}"),
    ):
        answer = ada.client.get(path, follow_redirects=False)
        assert SCRIPT not in answer.content, path
        assert "script-src 'self';" in answer.headers["content-security-policy"], path
        there = answer.headers.get("location", edge.platform.ready["s3"])
        assert there.startswith((edge.platform.ready["s3"], "/")), path
    download = ada.client.get(f"{about}/download{named}", follow_redirects=False)
    assert download.headers["location"].startswith(edge.platform.ready["s3"])


def test_a_restricted_repository_shows_all_to_its_members_only(edge: Edge, ada: Person) -> None:
    ada.new_repository("levels", visibility="restricted")
    s3 = ada.s3(edge)
    s3.put_object(Bucket=ada.account_id, Key="levels/README.md", Body=b"Secret words.")
    place = f"/{ada.account_id}/levels"
    until(lambda: _with(ada.visitor.go(place), "Secret words."))
    page = until(lambda: _with(ada.visitor.go(f"{place}/README.md"), "Open with"))
    assert "no-sign-request" not in page.html
    fetched = ada.client.get(f"/-{place}/download?key=README.md")
    assert fetched.content == b"Secret words."
    with visiting(edge.web) as visitor:
        for path in (
            *(place, f"{place}/README.md", f"{place}/", f"{place}?key=README.md"),
            *(f"/-{place}/download?key=README.md", f"/-{place}/blocks"),
            f"/stac/collections/{ada.account_id}--levels",
            f"/stac/collections/{ada.account_id}--levels/items",
        ):
            assert visitor.client.get(path).status_code == 404, path
        found = visitor.client.get("/stac/search", params={"limit": 1000}).text
        assert ada.account_id not in found


def test_a_directory_without_its_slash_is_found(ada: Person, put: Callable[..., None]) -> None:
    put("2024/a.txt")
    place = f"/{ada.account_id}/levels"
    listed(ada, place, 1)
    ada.visitor.go(f"{place}/2024")
    assert ada.visitor.here.endswith(f"{place}/2024/")
    ada.visitor.go(f"{place}/2025", status=404)
    ada.visitor.go(f"{place}/2025/", status=404)
    ada.visitor.go(f"{place}/2024/b.txt", status=404)


def test_a_file_and_a_directory_of_one_name_are_two(ada: Person, put: Callable[..., None]) -> None:
    put("a", b"the file")
    put("a/b", b"in the directory")
    place = f"/{ada.account_id}/levels"
    assert set(entries(listed(ada, place, 2), ada.account_id)) == {f"{place}/a", f"{place}/a/"}
    assert "8 bytes" in ada.visitor.go(f"{place}/a").text
    assert entries(ada.visitor.go(f"{place}/a/"), ada.account_id) == [f"{place}/a/b"]


def test_a_long_directory_goes_on_behind_a_link(ada: Person, put: Callable[..., None]) -> None:
    for number in range(205):
        put(f"many/{number:03}.txt", b"x")
    place = f"/{ada.account_id}/levels/many/"
    page = until(lambda: _with(ada.visitor.go(place), "205 files"), seconds=30)
    assert page.html.count('<td class="name">') == 200
    (following,) = (one["href"] for one in page.links if one.get("rel") == "next")
    page = ada.visitor.go(following)
    assert page.html.count('<td class="name">') == 5
    assert "First page" in page.text


def test_the_upload_form_names_its_folder(ada: Person, put: Callable[..., None]) -> None:
    del put
    place = f"/-/{ada.account_id}/levels/upload"
    page = ada.visitor.go(f"{place}?prefix=/2024/tiles")
    (form,) = (one for one in page.forms if one.attributes.get("enctype"))
    assert form.fields["key"] == "levels/2024/tiles/${filename}"
    assert list(form.fields)[-1] == "file"
    assert "no-store" in ada.visitor.answer.headers["cache-control"]
    policy = ada.visitor.answer.headers["content-security-policy"]
    assert httpx.URL(form.action).netloc.decode() in policy


def test_a_folder_is_chosen_before_there_is_a_file_to_send(
    ada: Person, put: Callable[..., None]
) -> None:
    """Nothing that is typed stands beside the button that sends a file and does not count."""
    del put
    place = f"/-/{ada.account_id}/levels/upload"
    page = ada.visitor.go(place)
    assert "Files go to levels/, the top" in page.text
    assert not any("prefix" in form.fields for form in page.forms)
    page = ada.visitor.go(page.link("folder=choose"))
    assert not any("file" in form.fields for form in page.forms)
    page = ada.visitor.send(page.form("/upload"), prefix="2024/tiles")
    assert "Files go to levels/2024/tiles/" in page.text
    (form,) = (one for one in page.forms if one.attributes.get("enctype"))
    assert form.fields["key"] == "levels/2024/tiles/${filename}"
    page = ada.visitor.go(page.link("folder=choose"))
    assert page.form("/upload").fields["prefix"] == "2024/tiles/"


def test_what_comes_back_from_an_upload_leads_to_its_file_only(ada: Person) -> None:
    place = f"/-/{ada.account_id}/levels/uploaded"
    for query, end in (
        (f"bucket={ada.account_id}&key=levels%2Fa%2Fb.txt", f"/{ada.account_id}/levels/a/b.txt"),
        ("bucket=noaa&key=mask%2Fa.txt", f"/{ada.account_id}/levels"),
        ("bucket=//evil.example&key=x%2Fy", f"/{ada.account_id}/levels"),
        ("", f"/{ada.account_id}/levels"),
    ):
        answer = ada.client.get(f"{place}?{query}", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"] == end
