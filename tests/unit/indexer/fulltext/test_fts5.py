"""The index of words: what is found, in which order, and that it can be thrown away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.indexer.fulltext import FullText, open_fts5
from services.indexer.fulltext.words import expression
from services.indexer.models.texts import Piece, Question
from services.indexer.settings import WordsSettings
from shared.contracts.repositories import State, Visibility
from shared.errors import Unavailable
from shared.policy import RepositoryResource
from tests.documents import document


@pytest.fixture
async def fulltext(tmp_path: Path) -> AsyncIterator[FullText]:
    made = await open_fts5(tmp_path / "indexer" / "search.db", WordsSettings())
    yield made
    await made.close()


async def uids(fulltext: FullText, words: str = "", **more: object) -> list[str]:
    texts = (words,) if words.strip() else ()
    found = await fulltext.find(Question(texts, **more))  # type: ignore[arg-type]
    return [one.resource.repository_uid for one in found]


async def test_a_title_counts_more_than_tags_columns_description_and_readme(
    fulltext: FullText,
) -> None:
    for field in ("readme", "description", "columns", "tags", "title"):
        await fulltext.put(document(field, **{"title": "x", field: "heron"}))
    assert await uids(fulltext, "heron") == ["title", "tags", "columns", "description", "readme"]


async def test_all_words_must_be_there_and_the_last_may_be_begun_only(fulltext: FullText) -> None:
    await fulltext.put(document("tides", title="Tidal gauges", readme="Of the North Sea"))
    assert await uids(fulltext, "sea gau") == ["tides"]
    assert await uids(fulltext, "gau sea") == []
    assert await uids(fulltext, "gauges lake") == []


async def test_plurals_case_and_accents_make_no_difference(fulltext: FullText) -> None:
    await fulltext.put(document("oaks", title="Wälder of Oaks"))
    assert await uids(fulltext, "walder OAK of") == ["oaks"]


async def test_of_several_texts_one_is_enough(fulltext: FullText) -> None:
    await fulltext.put(document("tides", title="Tidal gauges"))
    await fulltext.put(document("birds", title="Herons"))
    asked = Question(("lake gauges", "heron", "--"))
    assert [one.resource.repository_uid for one in await fulltext.find(asked)] == ["birds"]


async def test_a_name_with_an_underscore_is_found_whole(fulltext: FullText) -> None:
    await fulltext.put(document("one", columns="t2m_max wind"))
    await fulltext.put(document("two", columns="max t2m"))
    assert await uids(fulltext, "t2m_max") == ["one"]


async def test_facets_narrow(fulltext: FullText) -> None:
    await fulltext.put(document("one", facets=(("tag", "Ocean"), ("tag", "tide"))))
    await fulltext.put(document("two", facets=(("tag", "ocean"), ("format", "COG"))))
    assert await uids(fulltext, facets=(("tag", "ocean"), ("format", "COG"))) == ["two"]
    (one,) = await fulltext.find(Question(facets=(("format", "COG"),)))
    assert one.facets == '["tag:ocean","format:COG"]'


async def test_what_is_not_public_is_looked_at_for_those_who_have_to_do_with_it(
    fulltext: FullText,
) -> None:
    await fulltext.put(document("open"))
    await fulltext.put(document("closed", visibility=Visibility.RESTRICTED))
    assert await uids(fulltext) == ["open"]
    for uid in ("noaa", "closed"):
        assert set(await uids(fulltext, beside_public=frozenset([uid]))) == {"open", "closed"}
    assert set(await uids(fulltext, beside_public=None)) == {"open", "closed"}


async def test_the_newest_version_wins_in_whatever_order_they_come(fulltext: FullText) -> None:
    await fulltext.put(document("one", version=2, title="new"))
    await fulltext.put(document("one", version=1, title="old"))
    await fulltext.put(document("one", version=2, title="new"))
    assert await uids(fulltext, "new") == ["one"]
    assert await uids(fulltext, "old") == []


async def test_who_may_see_it_changes_at_once_and_only_forward(fulltext: FullText) -> None:
    await fulltext.put(document("one", version=2))
    closed = RepositoryResource("noaa", "one", Visibility.RESTRICTED, State.ACTIVE)
    await fulltext.allow(closed, 1)
    assert await uids(fulltext) == ["one"]
    await fulltext.allow(closed, 3)
    assert await uids(fulltext) == []
    await fulltext.put(document("one", version=2))
    assert await uids(fulltext) == []


async def test_what_was_removed_is_not_found_and_another_takes_its_place(
    fulltext: FullText,
) -> None:
    await fulltext.put(document("one", title="heron", facets=(("tag", "bird"),)))
    await fulltext.remove("one")
    await fulltext.remove("one")
    assert await uids(fulltext, "heron") == []
    await fulltext.put(document("two", title="gull"))
    assert await uids(fulltext, facets=(("tag", "bird"),)) == []
    assert await fulltext.stamps() == {"two": "1"}
    assert await fulltext.owned_by("noaa") == ["two"]


async def test_passages_show_the_words(fulltext: FullText) -> None:
    await fulltext.put(document("one", readme="Where the grey heron breeds"))
    rows = [one.row for one in await fulltext.find(Question(("heron",)))]
    assert await fulltext.passages(["heron"], rows) == {
        "one": [
            Piece("Where the grey ", is_found=False),
            Piece("heron", is_found=True),
            Piece(" breeds", is_found=False),
        ]
    }
    assert await fulltext.passages([], rows) == {}


@pytest.mark.parametrize(
    "words",
    [
        *('"', '""', "*", "NEAR(a b)", "a OR b", "title:x", "-x", "^x", "(", "a AND", "NOT"),
        *(
            "\0",
            "a\0b",
            "--",
            "💧",
            "a" * 500,
            "x " * 250,
            '"; DROP TABLE texts',
            "\ud800",
            "{a b}",
        ),
    ],
)
async def test_the_language_of_the_index_is_out_of_reach(fulltext: FullText, words: str) -> None:
    await fulltext.put(document("one", title="title near or"))
    assert await uids(fulltext, words) in (["one"], [])


@given(words=st.text(max_size=60))
@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
async def test_any_text_is_a_question(fulltext: FullText, words: str) -> None:
    found = await fulltext.find(Question((words,)))
    await fulltext.passages([words], [one.row for one in found])


def test_words_are_quoted() -> None:
    assert expression(['tidal "gauges* NOT']) == '("tidal" AND """gauges*" AND "NOT" *)'
    assert expression(["a b", "--", "c"]) == '("a" AND "b") OR ("c")'
    assert expression([' "" -- ']) == ""


@pytest.mark.parametrize("words", ["a", "of", "t2m_ma", "x-y", "tidal of"])
def test_a_beginning_of_one_letter_or_two_is_taken_as_a_word(words: str) -> None:
    assert not expression([words]).endswith("*)")
    assert expression([f"{words}xy"]).endswith(" *)")


async def test_of_too_many_the_newest_are_ranked_after_those_that_are_called_so(
    tmp_path: Path,
) -> None:
    fulltext = await open_fts5(tmp_path / "search.db", WordsSettings(max_ranked=3))
    for uid, field in {"called": "tags", **dict.fromkeys("abcd", "readme")}.items():
        await fulltext.put(document(uid, **{"title": "x", field: "heron"}))
    assert await uids(fulltext, "heron") == ["called", "b", "c", "d"]
    await fulltext.close()


async def test_what_may_not_be_looked_at_takes_no_room_of_what_is_ranked(tmp_path: Path) -> None:
    fulltext = await open_fts5(tmp_path / "search.db", WordsSettings(max_ranked=2))
    await fulltext.put(document("open", title="heron"))
    for uid in ("one", "two", "three"):
        await fulltext.put(document(uid, title="heron", visibility=Visibility.RESTRICTED))
    assert await uids(fulltext, "heron") == ["open"]
    await fulltext.close()


async def test_a_search_ends_after_its_time_and_the_next_one_is_answered(tmp_path: Path) -> None:
    fulltext = await open_fts5(tmp_path / "search.db", WordsSettings(max_seconds=1e-9))
    for number in range(200):
        await fulltext.put(document(f"{number}", title="heron"))
    with pytest.raises(Unavailable, match="takes too long"):
        await fulltext.find(Question(("heron",)))
    assert len(await fulltext.stamps()) == 200
    await fulltext.close()


@pytest.mark.parametrize("content", [b"not a database at all, but some text" * 40, b""])
async def test_a_damaged_file_begins_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "search.db"
    path.write_bytes(content)
    fulltext = await open_fts5(path, WordsSettings())
    await fulltext.put(document("one"))
    assert await uids(fulltext) == ["one"]
    await fulltext.close()


async def test_two_processes_share_the_file_and_what_was_written_is_there_again(
    tmp_path: Path,
) -> None:
    one, other = [await open_fts5(tmp_path / "search.db", WordsSettings()) for _ in range(2)]
    await one.put(document("one"))
    assert await uids(other) == ["one"]
    await other.remove("one")
    assert await uids(one) == []
    for fulltext in (one, other):
        await fulltext.close()


async def test_what_begins_so_most_used_first_and_each_once(fulltext: FullText) -> None:
    for uid, tags in {"one": ("Ocean", "old"), "two": ("ocean",), "three": ("océan",)}.items():
        facets = [("tag", tag) for tag in tags]
        await fulltext.put(document(uid, facets=(("account", "ocelot"), *facets)))
    closed, aside = Visibility.RESTRICTED, State.DEACTIVATED
    await fulltext.put(document("closed", visibility=closed, facets=(("tag", "oc"),)))
    await fulltext.put(document("aside", state=aside, facets=(("tag", "ochre"),)))
    for text in ("oc", "OC"):
        values = [one.value.lower() for one in await fulltext.begun(text, Question())]
        assert values == ["ocelot", "ocean", "océan"]
    assert not await fulltext.begun("%", Question())
    told = await fulltext.begun("oc", Question(beside_public=frozenset({"closed"})))
    assert ("tag", "oc", "closed") in [(*one[:2], one.resource.repository_uid) for one in told]


async def test_what_a_repository_is_called_is_not_what_its_readme_says(fulltext: FullText) -> None:
    await fulltext.put(document("one", title="Herons"))
    await fulltext.put(document("two", title="x", tags="heronry"))
    await fulltext.put(document("three", title="y", readme="herons"))
    assert await uids(fulltext, "her", is_called=True) == ["one", "two"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hydrolgy", "hydrology"),
        ("hydrologgy", "hydrology"),
        ("hydrolagy", "hydrology"),
        ("hydroolgy", "hydrology"),
        ("Hydrology", "hydrology"),
        ("hydrolog", "hydrolog"),
        ("hydrlgy", ""),
        ("oac", ""),
        ("", ""),
        ('"*', ""),
    ],
)
async def test_a_slip_of_the_hand(fulltext: FullText, typed: str, meant: str) -> None:
    await fulltext.put(document("one", title="Hydrology of oaks"))
    await fulltext.put(document("two", title="Hydrologa", visibility=Visibility.RESTRICTED))
    assert await fulltext.standing(typed, Question()) == meant
    assert await fulltext.standing(typed, Question(facets=(("tag", "x"),))) == ""


async def test_of_several_that_may_be_meant_it_is_the_most_used(fulltext: FullText) -> None:
    for uid, title in {"one": "tides", "two": "tiles", "three": "Tiles"}.items():
        await fulltext.put(document(uid, title=title))
    assert await fulltext.standing("tines", Question()) == "tiles"
    assert await fulltext.standing("tides", Question()) == "tides"
