"""Citations: written for people and for tools, and read back from CITATION.cff."""

from datetime import UTC, date, datetime

import pytest
import yaml

from services.web.render.citations import as_bibtex, as_cff, as_sentence, read_cff
from shared.contracts.metadata import Author, Citation
from shared.contracts.repositories import Repository
from shared.errors import Invalid

URL = "https://coop.example/scripps/co2"
OWNER = "Scripps & Sons"
REPOSITORY = Repository(
    repository_uid="01R",
    repository_id="co2",
    account_uid="01A",
    account_id="scripps",
    title="Mauna Loa CO2 {100%}",
    description="Weekly: means",
    tags=["air"],
    license="CC0-1.0",
    doi="10.5066/f7abc",
    citation=Citation(
        authors=[
            Author(
                family_names="Keeling", given_names="Charles David", orcid="0000-0002-1825-0097"
            ),
            Author(name="Scripps CO2 Program", affiliation="UCSD"),
        ],
        version="2.0",
        released=date(2004, 5, 1),
    ),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def test_in_words() -> None:
    assert as_sentence(REPOSITORY, URL, OWNER) == (
        "Keeling, C. D.; Scripps CO2 Program (2004). Mauna Loa CO2 {100%} (2.0) [Data set]. "
        "Scripps & Sons. https://doi.org/10.5066/f7abc"
    )


def test_without_anything_it_is_the_account_the_year_and_the_address() -> None:
    bare = REPOSITORY.model_copy(update={"citation": Citation(), "doi": ""})
    assert as_sentence(bare, URL, OWNER).startswith("Scripps & Sons (2026). Mauna Loa")
    assert as_sentence(bare, URL, OWNER).endswith(URL)


def test_as_bibtex_with_what_tex_would_take_for_commands_escaped() -> None:
    text = as_bibtex(REPOSITORY, URL, OWNER)
    assert text.startswith("@dataset{scripps-co2,\n")
    assert "author = {Keeling, Charles David and {Scripps CO2 Program}}," in text
    assert r"title = {{Mauna Loa CO2 \{100\%\}}}," in text
    assert r"publisher = {{Scripps \& Sons}}," in text


def test_a_citation_file_says_it_all_and_is_read_again() -> None:
    text = as_cff(REPOSITORY, URL, OWNER)
    said = yaml.safe_load(text)
    assert said["cff-version"] == "1.2.0"
    assert said["date-released"] == date(2004, 5, 1)
    assert said["authors"][0]["orcid"] == "https://orcid.org/0000-0002-1825-0097"
    found = read_cff(text.encode())
    assert found["citation"] == REPOSITORY.citation
    assert (found["title"], found["doi"]) == (REPOSITORY.title, REPOSITORY.doi)


def test_the_format_demands_an_author() -> None:
    bare = REPOSITORY.model_copy(update={"citation": Citation()})
    assert yaml.safe_load(as_cff(bare, URL, OWNER))["authors"] == [{"name": OWNER}]


@pytest.mark.parametrize(
    ("license_", "written"),
    [
        ("MIT", "MIT"),
        ("MIT OR CC0-1.0", ["MIT", "CC0-1.0"]),
        ("MIT AND CC0-1.0", None),
        ("LicenseRef-own OR MIT", None),
        ("(MIT)", None),
        ("", None),
    ],
)
def test_the_format_knows_licenses_of_which_one_is_chosen(
    license_: str, written: str | list[str] | None
) -> None:
    told = yaml.safe_load(as_cff(REPOSITORY.model_copy(update={"license": license_}), URL, OWNER))
    assert told.get("license") == written


def test_a_file_of_others_is_read_for_what_it_says() -> None:
    found = read_cff(
        b"cff-version: 1.2.0\nversion: 1.0\nauthors:\n"
        b"  - {family-names: Berg, given-names: A, name-particle: van der}\n  - text\n"
        b"date-released: 2024-05-31\nlicense: [MIT, CC0-1.0]\n"
    )
    citation = found["citation"]
    assert citation.authors == [Author(family_names="van der Berg", given_names="A")]
    assert (citation.version, citation.released) == ("1.0", date(2024, 5, 31))
    assert found["license"] == "MIT OR CC0-1.0"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"title: [",
        b"- 1",
        b"authors: Ada",
        b"authors: " + b"[" * 5000,
        b"a: &a [x]\nauthors: !!python/object:os.system {}",
        b"\xff\xfe\x00",
        b"authors: [{name: " + b"x" * 300 + b"}]",
        b"authors: []\n" + b"#" * 70_000,
    ],
)
def test_what_is_no_citation_file_says_so(content: bytes) -> None:
    with pytest.raises(Invalid, match=r"CITATION\.cff"):
        read_cff(content)
