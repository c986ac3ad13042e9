"""The explore page: items on a map and in a list, found by place, time and whose they are."""

from collections.abc import Iterator

import httpx
import pytest

from tests.edge import Edge, Person, bearer, registered
from tests.objects import point_csv
from tests.visitor import Visitor, visiting
from tests.waiting import until
from tests.written_stac import item, written

PAGE = "/-/explore"
FILES = {
    "wells/basel-1999-06-30.csv": point_csv((47.5, 7.5)),
    "wells/bern-2004-01-01.csv": point_csv((46.9, 7.4)),
    "suva.csv": point_csv((-18.1, 178.4)),
}


@pytest.fixture(scope="module")
def digger(edge: Edge) -> Iterator[Person]:
    """Somebody with three items in a repository."""
    with registered(edge, "digger") as person:
        person.new_repository("wells")
        s3 = person.s3(edge)
        for key, body in FILES.items():
            s3.put_object(Bucket="digger", Key=f"wells/{key}", Body=body)
        until(lambda: found(person.visitor, within="digger") == set(FILES))
        yield person


def found(visitor: Visitor, **query: str) -> set[str]:
    """The keys of what is shown."""
    page = visitor.go(f"{PAGE}?{httpx.QueryParams(query)}")
    home = "/digger/wells/"
    return {
        address.removeprefix(home)
        for one in page.links
        if (address := one["href"]).startswith(home)
    }


@pytest.mark.usefixtures("digger")
def test_items_are_found_by_place_and_time(visitor: Visitor) -> None:
    basel, bern, suva = FILES
    for query, keys in (
        ({"within": "digger/wells"}, {basel, bern, suva}),
        ({"bbox": "7, 46, 8, 48"}, {basel, bern}),
        ({"bbox": "170, -20, -170, -10"}, {suva}),
        ({"bbox": "7,46,8,48", "end": "1999-06-30"}, {basel}),
        ({"start": "2004-01-01", "end": "2004-01-01", "within": "digger"}, {bern}),
        ({"within": "nobody"}, set()),
        ({"within": "digger/nothing"}, set()),
    ):
        assert found(visitor, **query) == keys, query


@pytest.mark.usefixtures("digger")
def test_the_map_is_a_picture_with_a_footprint_for_each(visitor: Visitor) -> None:
    page = visitor.go(f"{PAGE}?within=digger&bbox=7,46,8,48")
    assert page.html.count('<g id="print-') == page.html.count('data-hit="print-') == 2
    assert 'class="asked"' in page.html
    assert "1999-06-30" in page.text


def test_an_item_that_says_nothing_of_itself(visitor: Visitor, edge: Edge, digger: Person) -> None:
    place = {"geometry": {"type": "Point", "coordinates": [99.5, -59.5]}, "bbox": [99.5, -59.5] * 2}
    body = written(item("mute", **place))
    digger.s3(edge).put_object(Bucket="digger", Key="wells/mute.json", Body=body)
    until(lambda: "mute-" in visitor.go(f"{PAGE}?bbox=99,-60,100,-59").text)


@pytest.mark.usefixtures("digger")
def test_the_form_is_a_plain_one_that_keeps_what_was_asked(visitor: Visitor) -> None:
    form = visitor.go(f"{PAGE}?within=digger").form(PAGE)
    assert form.method == "GET"
    page = visitor.send(form, bbox="7, 46, 8, 48")
    assert page.form(PAGE).fields == {
        "bbox": "7, 46, 8, 48",
        "start": "",
        "end": "",
        "within": "digger",
    }


def test_what_cannot_be_meant_is_told_at_its_field(visitor: Visitor) -> None:
    page = visitor.go(f"{PAGE}?bbox=1,2&start=x&within=A", status=400)
    assert page.faults == ["bbox", "start", "within"]
    for query in ("cursor=LTE", "cursor=" + "x" * 5000, "bbox=%ff"):
        visitor.go(f"{PAGE}?{query}", status=400)


def test_what_is_restricted_is_on_the_map_of_its_people_only(
    edge: Edge, digger: Person, eve: Person
) -> None:
    program = httpx.Client(base_url=edge.web, headers=bearer(digger.new_key()))
    name = "/api/v1/repositories/digger/wells"
    ways = ({"within": "digger"}, {"within": "digger/wells"}, {"bbox": "7,46,8,48"})
    with visiting(edge.web) as nobody, program:
        for visibility, is_told in (("restricted", False), ("public", True)):
            assert program.patch(name, json={"visibility": visibility}).is_success
            for way in ways:
                for visitor in (nobody, eve.visitor):
                    until(
                        lambda visitor=visitor, way=way, told=is_told: (
                            bool(found(visitor, **way)) is told
                        )
                    )
                until(lambda way=way: bool(found(digger.visitor, **way)))


def test_pages_hold_everything_once(edge: Edge, ada: Person) -> None:
    ada.new_repository("many")
    s3 = ada.s3(edge)
    keys = {f"{number}.csv" for number in range(25)}
    for key in keys:
        s3.put_object(Bucket=ada.account_id, Key=f"many/{key}", Body=point_csv((1, 2)))
    home, shown = f"/{ada.account_id}/many/", list[str]()

    def links(page: str) -> list[str]:
        hrefs = [one["href"] for one in ada.visitor.go(page).links]
        return [one.removeprefix(home) for one in hrefs if one.startswith(home)]

    address: str | None = f"{PAGE}?within={ada.account_id}"
    until(lambda: sum(1 for _ in stac_ids(edge, ada)) == len(keys))
    while address:
        shown += links(address)
        following = [one for one in ada.visitor.page.links if one.get("rel") == "next"]
        address = following[0]["href"] if following else None
    assert sorted(shown) == sorted(keys)


def stac_ids(edge: Edge, person: Person) -> Iterator[str]:
    collection = f"{person.account_id}--many"
    answer = httpx.get(f"{edge.web}/stac/search", params={"collections": collection})
    yield from (one["id"] for one in answer.json()["features"])
