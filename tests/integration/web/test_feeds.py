"""Atom feeds: what lists show, in the order they show it, and asked for again for nothing."""

from xml.etree.ElementTree import Element, fromstring

import httpx

from services.web.render.feeds import MEDIA_TYPE, NAMESPACE
from tests.edge import Edge, Person, bearer
from tests.pages import Page

ATOM = {"": NAMESPACE}


def read(answer: httpx.Response) -> Element:
    """The feed of an answer."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(MEDIA_TYPE)
    return fromstring(answer.content)  # noqa: S314 -- our own


def titles(answer: httpx.Response) -> list[str | None]:
    return [one.findtext("title", "", ATOM) for one in read(answer).iterfind("entry", ATOM)]


def feed_of(page: Page) -> str:
    """Where a page says that its feed is."""
    (found,) = (one["href"] for one in page.heads if one.get("type") == MEDIA_TYPE)
    return found


def test_an_account_s_feed_tells_its_repositories_newest_first(
    edge: Edge, ada: Person, eve: Person
) -> None:
    ada.new_repository("first", title="Ice & <snow>", description="Of the north")
    ada.new_repository("second", tags="a, b")
    ada.new_repository("hidden", visibility="restricted")
    address = edge.web + feed_of(eve.visitor.go(f"/{ada.account_id}"))
    assert titles(httpx.get(address)) == ["Second", "Ice & <snow>"]
    key = bearer(ada.new_key())
    assert titles(httpx.get(address, headers=key)) == ["Hidden", "Second", "Ice & <snow>"]
    assert titles(ada.client.get(address)) == ["Hidden", "Second", "Ice & <snow>"]
    newest, oldest = read(httpx.get(address)).findall("entry", ATOM)
    assert [one.get("term") for one in newest.findall("category", ATOM)] == ["a", "b"]
    assert oldest.findtext("summary", "", ATOM) == "Of the north"
    (page,) = (one.get("href") for one in oldest.findall("link", ATOM))
    assert page == f"{edge.web}/{ada.account_id}/first"
    refused = httpx.get(address, headers=bearer(("COOPNOSUCHKEY0000000", "x")))
    assert refused.status_code == 401
    assert httpx.get(f"{edge.web}/-/nobody-at-all/feed.atom").status_code == 404


def test_it_is_sent_again_only_where_it_changed(edge: Edge, ada: Person) -> None:
    ada.new_repository("first")
    address = f"{edge.web}/-/{ada.account_id}/feed.atom"
    seen = {"if-none-match": httpx.get(address).headers["etag"]}
    assert httpx.get(address, headers=seen).status_code == 304
    ada.new_repository("second")
    assert titles(httpx.get(address, headers=seen)) == ["Second", "First"]


def test_older_ones_are_behind_a_link(edge: Edge, ada: Person) -> None:
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=bearer(ada.new_key())) as api:
        for number in range(51):
            names = {"account_id": ada.account_id, "repository_id": f"number-{number}"}
            assert api.post("/repositories", json={**names, "title": f"{number}"}).is_success
    first = httpx.get(f"{edge.web}/-/{ada.account_id}/feed.atom")
    assert titles(first) == [f"{number}" for number in range(50, 0, -1)]
    links = {one.get("rel"): str(one.get("href")) for one in read(first).findall("link", ATOM)}
    assert titles(httpx.get(links["next"])) == ["0"]


def test_the_feed_of_all_is_named_by_the_first_page(edge: Edge, ada: Person) -> None:
    ada.new_repository("seen", title=f"Seen of {ada.account_id}")
    ada.new_repository("hidden", title=f"Hidden of {ada.account_id}", visibility="restricted")
    told = titles(httpx.get(edge.web + feed_of(ada.visitor.go("/"))))
    assert told[0] == f"Seen of {ada.account_id}"
    assert f"Hidden of {ada.account_id}" not in told
