"""CSV and TSV as people write them."""

import pytest

from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.sparse_file import WHOLE_BYTES
from tests.extraction import facts_of, line, sample_facts


def csv_of(text: str, name: str = "a.csv", encoding: str = "utf-8") -> Facts:
    """The facts of this text."""
    return facts_of(name, text.encode(encoding))


def kinds(facts: Facts) -> dict[str, str]:
    """Types by column."""
    assert facts.table is not None
    return {column.name: column.type for column in facts.table.columns}


def test_sample() -> None:
    facts = sample_facts("scripps/mauna-loa-co2/weekly.csv")
    assert facts.summary == "CSV, 2,284 rows"
    assert kinds(facts) == {"date": "datetime", "co2": "number"}
    assert facts.moment is not None
    assert facts.moment.start == "1958-03-29T00:00:00Z"
    assert facts.moment.end == "2001-12-29T00:00:00Z"
    assert facts.place is None


def test_place_of_positions() -> None:
    facts = csv_of("id,Latitude,Longitude\n1,10.5,170\n2,-9999,-9999\n3,11,-170\n4,,\n")
    assert facts.place is not None
    assert facts.place.bbox == (170, 10.5, -170, 11)
    assert facts.projection is not None
    assert facts.projection.code == "EPSG:4326"


@pytest.mark.parametrize(
    "header", ["lat,lon", "LAT,LNG", "lat_deg,lon_deg", "decimalLatitude,decimalLongitude"]
)
def test_names_of_positions(header: str) -> None:
    assert csv_of(f"{header}\n1,2\n").place is not None


@pytest.mark.parametrize("header", ["x,y", "flat,slon", "lat_error,lon_error", "latency,longing"])
def test_names_that_are_no_positions(header: str) -> None:
    assert csv_of(f"{header}\n1,2\n").place is None


def test_positions_that_mostly_are_not() -> None:
    assert csv_of("lat,lon\n" + "-9999,0\n" * 3 + "1,2\n").place is None


@pytest.mark.parametrize(
    ("delimiter", "said"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")]
)
def test_delimiters(delimiter: str, said: str) -> None:
    text = "\n".join(delimiter.join(row) for row in (("a", "b c", "d"), ("1", "2,5", "x")))
    facts = csv_of(text.replace("2,5", '"2,5"' if delimiter == "," else "2,5"))
    assert line(facts, "Delimiter") == said
    assert list(kinds(facts)) == ["a", "b c", "d"]


def test_tsv_by_name() -> None:
    facts = csv_of("a\tb\n1\t2\n", "a.tsv")
    assert (facts.format, facts.media_type) == ("TSV", "text/tab-separated-values")


def test_without_a_header() -> None:
    facts = csv_of("1,2\n3,4\n")
    assert facts.summary == "CSV, 2 rows"
    assert kinds(facts) == {"column_1": "integer", "column_2": "integer"}


def test_comments_before_the_header() -> None:
    facts = csv_of("# measured by hand\n# twice\nday,value\n2020-01-01,1\n")
    assert facts.summary == "CSV, 1 row"
    assert kinds(facts) == {"day": "datetime", "value": "integer"}


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_encodings(encoding: str, said: str) -> None:
    facts = (
        csv_of("név,ärea\nGöteborg,1\n", encoding=encoding)
        if encoding != "cp1252"
        else csv_of("ort,ärea\nGöteborg,1\n", encoding=encoding)
    )
    assert line(facts, "Encoding") == said
    assert list(kinds(facts))[1] == "ärea"


def test_quotes_over_lines() -> None:
    assert csv_of('a,b\n"one\ntwo",2\n').summary == "CSV, 1 row"


def test_too_large_a_file_is_read_at_its_beginning() -> None:
    row = "2020-01-01,1,2\n"
    facts = csv_of("date,lat,lon\n" + row * (WHOLE_BYTES // len(row) + 1))
    assert facts.summary == "CSV, 8.4 MB"
    assert facts.partial
    assert (facts.place, facts.moment) == (None, None)
    assert kinds(facts) == {"date": "datetime", "lat": "integer", "lon": "integer"}


@pytest.mark.parametrize("text", ["\n\n\n", "# only\n# comments\n", ",,,\n"])
def test_nothing_in_it(text: str) -> None:
    with pytest.raises(Malformed, match="no rows"):
        csv_of(text)
