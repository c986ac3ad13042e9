"""Pages for everybody: their headers, their weight, what they keep to themselves."""

import gzip
import re
from collections import defaultdict
from itertools import product
from typing import Any

import httpx
import pytest

from services.web.routes import PAGES
from tests.edge import SESSION, Edge, Person, bearer, token_of
from tests.pages import Page
from tests.visitor import visiting


def test_a_page_is_light_and_blocks_on_one_style_sheet(edge: Edge) -> None:
    html = httpx.get(edge.web).text
    assert len(gzip.compress(html.encode())) < 20_000
    assert re.findall(r'<link rel="stylesheet"', html) == ['<link rel="stylesheet"']
    for script in re.findall(r"<script[^>]*>", html):
        assert 'type="module"' in script


def test_everything_a_page_names_is_there_and_kept_for_ever(edge: Edge) -> None:
    html = httpx.get(edge.web).text
    named = set(re.findall(r'"(/static/[^"#]+)', html))
    assert len(named) >= 5
    for path in named:
        answer = httpx.get(edge.web + path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_static_files_lead_nowhere_else(edge: Edge) -> None:
    for path in ("/static/x/../app.py", "/static/x/%2e%2e/app.py", "/static/x/styles/base.css"):
        assert httpx.get(edge.web + path).status_code == 404


def test_who_only_reads_gets_no_cookie(edge: Edge) -> None:
    for path in ("/", "/-/docs", "/nothing", "/stac", "/api/v1"):
        assert "set-cookie" not in httpx.get(edge.web + path).headers


def test_pages_are_not_shared_between_people(ada: Person) -> None:
    answer = ada.client.get("/")
    assert "private" in answer.headers["cache-control"]
    assert "cookie" in answer.headers["vary"].lower()


def test_what_is_hidden_and_what_is_not_there_look_alike(edge: Edge, ada: Person) -> None:
    ada.new_repository("hidden", visibility="restricted", title="Secret title")
    with visiting(edge.web) as visitor:
        pages = []
        for name in ("hidden", "nothing"):
            page = visitor.go(f"/{ada.account_id}/{name}", status=404)
            assert "Secret title" not in page.html
            pages.append(re.sub(r"hidden|nothing", "", page.text))
            for path in ("blocks", "download?key=a", "delete-file?key=a"):
                place = f"/-/{ada.account_id}/{name}/{path}"
                status = visitor.client.get(place, follow_redirects=False).status_code
                assert status in {303, 404}
        assert pages[0] == pages[1]
        events = f"/-/events?repository={ada.account_id}/hidden"
        assert visitor.client.get(events).status_code == 404
        assert "hidden" not in visitor.go(f"/{ada.account_id}").text
        assert "Secret title" not in visitor.go("/-/search?q=secret").text


def test_no_route_tells_what_is_hidden_from_what_is_not_there(
    edge: Edge, ada: Person, eve: Person
) -> None:
    ada.new_repository("hidden", visibility="restricted", title="Secret title")
    token = token_of(eve.client.get("/-/new").text)
    form = {"data": {"csrf_token": token}, "headers": {"origin": edge.web}}
    routes = [one for one in PAGES if "{repository_id}" in one.path]
    assert len(routes) > 30
    with visiting(edge.web) as nobody:
        for client, route in product((nobody.client, eve.client), routes):
            method, more = ("POST", form) if "POST" in (route.methods or ()) else ("GET", {})
            assert told(client, method, route.path, ada, "hidden", **more) == told(
                client, method, route.path, ada, "absent", **more
            ), (method, route.path)


def test_no_operation_tells_what_is_hidden_from_what_is_not_there(
    edge: Edge, ada: Person, eve: Person
) -> None:
    ada.new_repository("hidden", visibility="restricted", title="Secret title")
    paths = httpx.get(f"{edge.web}/api/v1/openapi.json").json()["paths"]
    about = {path: methods for path, methods in paths.items() if "{repository_id}" in path}
    assert len(about) > 15
    key = bearer(eve.new_key())
    with httpx.Client(base_url=f"{edge.web}/api/v1") as client:
        for headers, (path, methods) in product(({}, key), about.items()):
            for method in methods:
                more: dict[str, Any] = {"headers": headers}
                more |= {"json": {}} if "requestBody" in methods[method] else {}
                assert told(client, method, path, ada, "hidden", **more) == told(
                    client, method, path, ada, "absent", **more
                ), (method, path)


def told(
    client: httpx.Client, method: str, path: str, owner: Person, name: str, **more: Any
) -> str:
    """All that is said about a repository of this name, but for the name."""
    places = defaultdict(lambda: "x", account_id=owner.account_id, repository_id=name)
    address = path.format_map(places)
    answer = client.request(method, address, params={"key": "a"}, follow_redirects=False, **more)
    assert "Secret title" not in answer.text, address
    kind = answer.headers.get("content-type", "")
    text = Page(answer.text).text if "html" in kind else ""
    problem = answer.json()["detail"] if "problem" in kind else ""
    said = (answer.status_code, answer.headers.get("location"), kind, text, problem)
    return str(said).replace(name, "…")


def test_its_owner_sees_it(ada: Person) -> None:
    ada.new_repository("hidden", visibility="restricted")
    assert "Restricted" in ada.visitor.go(f"/{ada.account_id}/hidden").text
    assert "hidden" in ada.visitor.go(f"/{ada.account_id}").text


@pytest.mark.parametrize(
    "path",
    ["/%00", "/noaa/%ff", "/" + "a" * 5000, "/-/", "/-/x", "//evil.example", "/noaa/mask/%c0%ae"],
)
def test_odd_addresses_are_not_found(edge: Edge, path: str) -> None:
    answer = httpx.get(edge.web + path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_nothing_is_written_where_things_are_shown(edge: Edge) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert httpx.request(method, f"{edge.web}/noaa/mask").status_code == 405


def test_a_head_has_no_body(edge: Edge) -> None:
    answer = httpx.head(edge.web)
    assert answer.status_code == 200
    assert answer.content == b""


def test_every_answer_has_an_id_to_ask_by(edge: Edge) -> None:
    ids = {httpx.get(edge.web).headers["x-correlation-id"] for _ in range(2)}
    assert len(ids) == 2


def test_a_session_that_ended_is_simply_nobody(edge: Edge) -> None:
    answer = httpx.get(edge.web, cookies={SESSION: "ended"})
    assert answer.status_code == 200
    assert "Sign in" in answer.text
