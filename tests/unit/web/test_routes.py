"""The URL table: what each entry is, and that no name of people can stand in its way."""

import pytest
from starlette.routing import Match, Mount, Route

from services.web.api.app import create_api
from services.web.routes import PAGES, create_routes
from services.web.views import (
    accounts,
    docs,
    files,
    keys,
    repositories,
    repository_settings,
    repository_states,
    statics,
    things,
    uploads,
)
from shared.identifiers import RESERVED_IDS

ROUTES = create_routes(create_api())


def found(path: str, method: str = "GET") -> object:
    scope = {"type": "http", "path": path, "method": method, "root_path": ""}
    for route in ROUTES:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return route.endpoint if isinstance(route, Route) else route
    return None


@pytest.mark.parametrize(
    ("path", "method", "view"),
    [
        ("/-/ada/settings", "GET", accounts.settings),
        ("/-/ada/settings", "POST", accounts.send_settings),
        ("/-/ada/keys", "GET", keys.keys),
        ("/-/ada/keys", "POST", keys.send_key),
        ("/-/ada/keys/revoke", "POST", keys.send_revoke),
        ("/-/noaa/mask/settings", "GET", repository_settings.settings),
        ("/-/noaa/mask/settings", "POST", repository_settings.send_settings),
        ("/-/noaa/mask/delete", "POST", repository_states.send_delete),
        ("/-/noaa/mask/upload", "GET", uploads.upload),
        ("/-/noaa/mask/uploaded", "GET", uploads.uploaded),
        ("/-/noaa/mask/download", "GET", files.download),
        ("/-/noaa/mask/delete-file", "GET", files.delete),
        ("/-/noaa/mask/delete-file", "POST", files.send_delete),
        ("/-/noaa/mask/blocks", "GET", repositories.blocks),
        ("/noaa", "GET", things.show),
        ("/noaa/mask", "GET", things.show),
        ("/noaa/mask/settings", "GET", things.show),
        ("/noaa/mask/a\nb\0c", "GET", things.show),
        ("/noaa/mask//", "GET", things.show),
        ("/noaa/mask/-/settings", "GET", things.show),
        ("/static-maps/-/a", "GET", things.show),
        ("/static/1/style.css", "GET", statics.static),
        ("/robots.txt", "GET", docs.robots),
        ("/-/nothing/of/this/name", "GET", things.show),
    ],
)
def test_an_address_leads_to_its_view(path: str, method: str, view: object) -> None:
    assert found(path, method) is view


@pytest.mark.parametrize("path", ["/noaa", "/noaa/mask/a.tif", "/-/noaa/mask/upload"])
def test_nothing_is_written_where_things_are_shown(path: str) -> None:
    assert found(path, "POST") is None
    assert found(path, "DELETE") is None


@pytest.mark.parametrize("path", ["/stac/collections", "/api/v1/repositories", "/api/v1/nope"])
def test_the_apis_are_mounted(path: str) -> None:
    assert isinstance(found(path), Mount)


def test_first_steps_of_ours_are_no_names_of_people() -> None:
    """`/-/…` aside, every first step of a route is reserved or cannot be an id at all."""
    first = {route.path.split("/")[1] for route in PAGES} - {"-", ""}
    for step in first:
        assert step in RESERVED_IDS or "." in step, step


def test_every_page_that_writes_is_under_the_dash() -> None:
    for route in PAGES:
        if "POST" in (route.methods or ()):
            assert route.path.startswith("/-/")


def test_no_two_entries_are_alike() -> None:
    entries = [(route.path, *sorted(route.methods or ())) for route in PAGES]
    assert len(set(entries)) == len(entries)


def test_names_come_last() -> None:
    last = ROUTES[-1]
    assert isinstance(last, Route)
    assert last.path == "/{names:path}"
