"""Search for people: pages and API, from the upload to the word that is found, and who finds it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.edge import Edge, Person, bearer
from tests.visitor import visiting
from tests.waiting import until

PAGE, API = "/-/search", "/api/v1/search"
HOSTILE = (
    *('"', "*", "NEAR(a b)", "title:x OR", "(((", "-x", "\0", "a\0b", "💧", "; DROP TABLE texts"),
    *("<script>alert(1)</script>", "AND", "' OR 1=1"),
)


@pytest.fixture
def word(ada: Person) -> str:
    """Something nobody else says."""
    return f"word{ada.account_id.replace('-', '')}"


def found(edge: Edge, **query: str) -> list[str]:
    """What a stranger finds."""
    answer = httpx.get(edge.web + API, params=query)
    assert answer.status_code == 200, answer.text
    return [one["repository"]["repository_id"] for one in answer.json()["found"]]


@pytest.fixture
def gauges(edge: Edge, ada: Person, word: str) -> str:
    """A repository with a README and a table, in the index."""
    ada.new_repository("gauges", title=f"Tidal {word}", tags=f"{word}tag")
    s3 = ada.s3(edge)
    for key, content in {
        "README.md": f"# Gauges\n\nAll about the {word}lore of the coast.\n",
        "data/levels.csv": f"lat,lon,{word}_level\n47.56,7.58,4\n",
    }.items():
        s3.put_object(Bucket=ada.account_id, Key=f"gauges/{key}", Body=content.encode())
    until(lambda: found(edge, q=f"{word}lore", format="CSV") == ["gauges"])
    return "gauges"


@pytest.mark.usefixtures("gauges")
def test_a_repository_is_found_by_whatever_it_says(edge: Edge, ada: Person, word: str) -> None:
    for words in (
        word,
        f"TIDAL {word}",
        f"{word}lore coast",
        f"{word}_level",
        f"{ada.account_id} gau",
    ):
        assert found(edge, q=words) == ["gauges"], words
    for facets in ({"tag": f"{word}TAG"}, {"account": ada.account_id, "format": "CSV"}):
        assert found(edge, **facets) == ["gauges"], facets
    assert found(edge, q=f"{word} no-such-word") == []
    assert found(edge, q=word, license="CC0-1.0") == []


@pytest.mark.usefixtures("gauges")
def test_the_page_shows_the_words_and_ways_to_narrow_it_down(edge: Edge, word: str) -> None:
    with visiting(edge.web) as visitor:
        page = visitor.go(f"{PAGE}?q={word}lore")
        assert f"<mark>{word}lore</mark>" in page.html
        assert f"q={word}lore&amp;format=CSV" in page.html
        narrowed = visitor.go(f"{PAGE}?q={word}lore&format=CSV")
        assert "gauges" in narrowed.text
        assert f'href="{PAGE}?q={word}lore"' in narrowed.html
        assert "Nothing found" in visitor.go(f"{PAGE}?q={word}&format=Parquet").text


@pytest.mark.usefixtures("gauges")
def test_it_is_found_where_its_data_lies(edge: Edge, word: str) -> None:
    until(lambda: found(edge, q=word, region="europe") == ["gauges"])
    assert found(edge, q=word, bbox="7, 47, 8, 48") == ["gauges"]
    assert found(edge, q=word, bbox="8,47,9,48") == found(edge, q=word, region="Africa") == []
    with visiting(edge.web) as visitor:
        page = visitor.go(f"{PAGE}?q={word}&bbox=7,47,8,48")
        assert f"q={word}&amp;region=Europe&amp;bbox=7%2C47%2C8%2C48" in page.html
        assert f'href="{PAGE}?q={word}"' in page.html
        assert page.form(PAGE).fields["bbox"] == "7,47,8,48"
        assert 'class="asked"' in page.html
        assert page.html.count('data-hit="print-1"') == page.html.count('<g id="print-1"') == 1
        assert "Nothing found" in visitor.go(f"{PAGE}?q={word}&bbox=8,47,9,48").text
        assert visitor.go(f"{PAGE}?q={word}&bbox=8,47", status=400).faults == ["bbox"]


@pytest.mark.usefixtures("gauges")
def test_it_is_found_when_its_data_is_of(edge: Edge, word: str) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    until(lambda: found(edge, q=word, start="1999-06-30") == ["gauges"])
    assert found(edge, q=word, end="1999-06-30") == []
    with visiting(edge.web) as visitor:
        page = visitor.go(f"{PAGE}?q={word}&start=1999-06-30&end={today}")
        assert f"q={word}&amp;format=CSV&amp;start=1999-06-30&amp;end={today}" in page.html
        assert f'href="{PAGE}?q={word}&amp;end={today}"' in page.html
        assert page.form(PAGE).fields["start"] == "1999-06-30"
        assert "Nothing found" in visitor.go(f"{PAGE}?q={word}&end=1999-06-30").text
        address = f"{PAGE}?q={word}&start=2020-01-01&end=2019-12-31"
        assert visitor.go(address, status=400).faults == ["end"]


@pytest.mark.usefixtures("gauges")
def test_a_slip_of_the_hand_is_put_right_and_told(edge: Edge, word: str) -> None:
    slip = f"{word}lroe"
    answer = httpx.get(edge.web + API, params={"q": slip}).json()
    assert (answer["mended"], len(answer["found"])) == (f"{word}lore", 1)
    with visiting(edge.web) as visitor:
        page = visitor.go(f"{PAGE}?q={slip}")
        assert f"Nothing has all the words of “{slip}”. Shown is what has {word}lore." in page.text
        assert f"<mark>{word}lore</mark>" in page.html
        assert "Shown is" not in visitor.go(f"{PAGE}?q={word}lore").text


def test_the_head_of_every_page_leads_there_and_so_does_the_old_address(edge: Edge) -> None:
    with visiting(edge.web) as visitor:
        assert f'role="search" action="{PAGE}"' in visitor.go("/-/docs").html
    answer = httpx.get(f"{edge.web}/?q=tidal+gauges")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{PAGE}?q=tidal+gauges")


@pytest.mark.usefixtures("gauges")
def test_what_is_restricted_is_found_by_its_people_only_and_within_a_moment(
    edge: Edge, ada: Person, eve: Person, word: str
) -> None:
    program = httpx.Client(base_url=edge.web, headers=bearer(ada.new_key()))
    name = f"/api/v1/repositories/{ada.account_id}/gauges"
    for visibility, is_told in (("restricted", False), ("unlisted", False), ("public", True)):
        assert program.patch(name, json={"visibility": visibility}).is_success
        until(lambda told=is_told: bool(found(edge, q=f"{word}lore")) is told)
        until(lambda: "gauges" in ada.visitor.go(f"{PAGE}?q={word}lore").text)
        assert ("All about" in eve.visitor.go(f"{PAGE}?q={word}lore").text) is is_told
    assert program.delete(name, params={"confirm": f"{ada.account_id}/gauges"}).is_success
    until(lambda: not found(edge, q=f"{word}lore"))
    program.close()


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("field", ["q", "tag", "cursor"])
def test_whatever_is_asked_is_answered(edge: Edge, words: str, field: str) -> None:
    for place in (PAGE, API):
        answer = httpx.get(edge.web + place, params={field: words})
        assert answer.status_code == 400 if field == "cursor" else answer.status_code == 200
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "word+" * 2000,
        "tag=" + "x" * 300,
        "cursor=LTE",
        "cursor=" + "x" * 5000,
        "q=%ff",
        "bbox=1,2",
        "bbox=0,60,1,50",
        "bbox=" + "1," * 200,
        "start=0",
        "start=2021-02-30",
        "end=" + "9" * 5000,
        "start=2021-01-01&end=2020-01-01",
    ],
)
def test_what_cannot_be_meant_is_refused(edge: Edge, query: str) -> None:
    for place in (PAGE, API):
        assert httpx.get(f"{edge.web}{place}?{query}").status_code == 400


@pytest.mark.parametrize("limit", ["0", "-1", "1000000000", "x"])
def test_a_limit_that_is_none_is_refused(edge: Edge, limit: str) -> None:
    assert httpx.get(f"{edge.web}{API}", params={"limit": limit}).status_code == 400


def pages(edge: Edge, **query: str) -> Iterator[list[str]]:
    """All pages of a search in the API."""
    address: str | None = f"{edge.web}{API}?{httpx.QueryParams(query)}"
    while address:
        answer = httpx.get(address)
        yield [one["repository"]["repository_id"] for one in answer.json()["found"]]
        address = answer.links.get("next", {}).get("url")


def test_pages_hold_everything_once(edge: Edge, ada: Person, word: str) -> None:
    names = [f"part-{number}" for number in range(5)]
    for name in names:
        ada.new_repository(name, title=f"{word} part")
    until(lambda: len(found(edge, q=word)) == len(names))
    parts = list(pages(edge, q=word, limit="2"))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert sorted(name for part in parts for name in part) == names


def suggested(client: httpx.Client, text: str) -> list[tuple[str, str, str]]:
    """The kind, value and address of each."""
    answer = client.get("/api/v1/search/suggestions", params={"q": text})
    assert answer.status_code == 200, answer.text
    told = answer.json()["suggestions"]
    return [(one["kind"], one["value"], one["address"]) for one in told]


@pytest.mark.usefixtures("gauges")
def test_what_is_typed_is_completed_by_what_may_be_found(
    edge: Edge, ada: Person, eve: Person, word: str
) -> None:
    name = f"{ada.account_id}/gauges"
    repository, account = ("repository", name, f"/{name}"), ("account", ada.account_id)
    tag = ("tag", f"{word}tag", f"{PAGE}?tag={word}tag")
    program = httpx.Client(base_url=edge.web, headers=bearer(ada.new_key()))
    with httpx.Client(base_url=edge.web) as nobody, program:
        assert suggested(nobody, word) == [repository, tag]
        assert (*account, f"/{ada.account_id}") in suggested(nobody, ada.account_id)
        assert suggested(nobody, word[:1]) == suggested(nobody, f"{word}lore") == []
        change = {"visibility": "restricted"}
        assert program.patch(f"/api/v1/repositories/{name}", json=change).is_success
        for client in (nobody, eve.client):
            until(lambda client=client: suggested(client, word) == [])
        until(lambda: suggested(ada.client, word) == [repository, tag])


def test_suggestions_keep_to_the_rate_and_answer_whatever_is_typed(edge: Edge) -> None:
    address = f"{edge.web}/api/v1/search/suggestions"
    for words in HOSTILE:
        answer = httpx.get(address, params={"q": words})
        assert answer.status_code == 200
        assert "ratelimit" in answer.headers
    assert httpx.get(address, params={"q": "x" * 501}).status_code == 400
