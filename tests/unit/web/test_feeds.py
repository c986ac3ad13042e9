"""Atom feeds: well-formed whatever a repository says of itself."""

from datetime import UTC, datetime
from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from services.web.render.feeds import NAMESPACE, Feed, atom
from shared.contracts.repositories import Repository

SITE = "https://coop.example"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
ATOM = {"": NAMESPACE}


def repository(text: str) -> Repository:
    """One that says this wherever it can."""
    return Repository(
        repository_uid="01R",
        repository_id="mask",
        account_uid="01A",
        account_id="noaa",
        title=text,
        description=text,
        tags=[text],
        created_at=NOW,
        updated_at=NOW,
    )


@given(text=st.text(min_size=1))
def test_it_is_well_formed_whatever_is_said(text: str) -> None:
    feed = Feed(text, "/-/feed.atom", "/", [repository(text)])
    root = fromstring(atom(feed, SITE))  # noqa: S314 -- our own
    (entry,) = root.findall("entry", ATOM)
    shown = "".join(letter for letter in text if letter in "\t\n" or letter.isprintable())
    told = entry.findtext("summary", "", ATOM)
    assert set(shown) <= set(told)


def test_one_without_entries_says_when_too() -> None:
    root = fromstring(atom(Feed("Empty", "/-/feed.atom", "/", []), SITE))  # noqa: S314 -- our own
    assert root.findtext("updated", "", ATOM) == "1970-01-01T00:00:00+00:00"
    assert [one.get("rel") for one in root.findall("link", ATOM)] == ["self", "alternate"]
