"""NDJSON: records a line, and what a line holds that is something else."""

from typing import Any

import orjson
import pytest

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import WHOLE_BYTES
from tests.extraction import extracted, facts_of, line, previewed

POINT = {"type": "Point", "coordinates": [7.5, 47.5]}


def written(*records: Any, end: bytes = b"\n") -> bytes:
    """One a line."""
    return b"".join(orjson.dumps(one) + end for one in records)


def test_members_and_records() -> None:
    records = ({"id": 1, "name": "a", "at": None}, {"id": 2.5, "more": [1]}, {"name": {}})
    facts = facts_of("a.ndjson", written(*records))
    assert facts.table is not None
    assert (facts.format, facts.summary) == ("NDJSON", "NDJSON, 3 records")
    assert (facts.media_type, facts.table.row_count) == ("application/x-ndjson", 3)
    assert {one.name: one.type for one in facts.table.columns} == {
        "id": "number",
        "name": "mixed",
        "at": "empty",
        "more": "array",
    }
    assert (facts.place, facts.moment) == (None, None)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n", b" \n\t\n"])
def test_however_its_lines_end(end: bytes) -> None:
    data = b"\xef\xbb\xbf" + written({"a": 1}, {"a": 2}, end=end)
    assert facts_of("a.jsonl", data).summary == "NDJSON, 2 records"
    assert facts_of("a.jsonl", data.rstrip()).summary == "NDJSON, 2 records"


@pytest.mark.parametrize("name", ["a.json", "a.txt", "a"])
def test_it_is_known_by_its_content(name: str) -> None:
    assert facts_of(name, written({"a": 1}, {"a": 2})).format == "NDJSON"
    assert facts_of(name, written({"a": 1})).format == "JSON"
    assert facts_of(name, b'{\n"a": 1\n}').format == "JSON"


def test_values_that_are_no_objects() -> None:
    facts = facts_of("a.jsonl", written([1, 2], "x", 3))
    assert facts.table is not None
    assert facts.summary == "NDJSON, 3 records"
    assert [(one.name, one.type) for one in facts.table.columns] == [("value", "mixed")]


def test_where_and_when_by_members_of_these_names() -> None:
    rows = [{"Lat": 1, "lon": 179, "date": "2020-01-02"}, {"Lat": 3.5, "lon": -179}]
    filler = {"Lat": -9999, "lon": -9999, "date": "2019-06-30T12:00:00+02:00"}
    facts = facts_of("a.ndjson", written(*rows, filler))
    assert facts.place is not None
    assert facts.moment is not None
    assert facts.place.bbox == (179, 1, -179, 3.5)
    assert (facts.moment.start, facts.moment.end) == (
        "2019-06-30T10:00:00Z",
        "2020-01-02T00:00:00Z",
    )
    odd = {"lat": "north", "lon": [1], "date": {}}
    assert facts_of("a.ndjson", written(odd, odd)).place is None


def test_features_and_stac_are_what_they_are() -> None:
    feature = {"type": "Feature", "geometry": POINT, "properties": {}}
    facts = facts_of("a.ndjson", written(feature, feature))
    assert facts.place is not None
    assert (facts.format, facts.place.bbox) == ("GeoJSON sequence", (7.5, 47.5, 7.5, 47.5))
    item = {"stac_version": "1.1.0", "id": "x", **feature}
    assert facts_of("a.jsonl", written(item, item)).format == "STAC"
    assert facts_of("a.jsonl", written({"type": "FeatureCollection", "features": []})).format == (
        "GeoJSON"
    )


def test_a_record_that_holds_a_geometry_is_no_feature() -> None:
    record = {"id": 1, "where": POINT}
    for name in ("a.ndjson", "a.json"):
        assert facts_of(name, written(record, record)).summary == "NDJSON, 2 records"


def test_of_a_large_one_the_beginning_is_read() -> None:
    row = written({"lat": 1, "lon": 2})
    found = extracted("a.ndjson", row * (WHOLE_BYTES // len(row) + 9))
    assert (found.requests, found.facts.summary) == (1, "NDJSON, 8.4 MB")
    assert found.facts.partial.startswith("It is larger than 8 MB")
    assert found.facts.table is not None
    assert (found.facts.table.row_count, found.facts.place) == (None, None)
    assert line(found.facts, "lat") == "integer"


def test_a_giant_line_costs_no_more_than_others() -> None:
    giant = b'{"a":"' + b"x" * WHOLE_BYTES + b'"}\n'
    assert extracted("a.ndjson", giant + b'{"a":1}\n').requests == 1
    assert facts_of("a.ndjson", giant).summary == "NDJSON, 8.4 MB"
    found = extracted("a.ndjson", b'{"a":1}\n' * 3 + giant)
    assert (found.requests, line(found.facts, "a")) == (1, "integer")


def test_very_many_short_lines() -> None:
    assert facts_of("a.ndjson", b"{}\n" * 100_000).summary == "NDJSON, 100,000 records"


def test_very_many_members() -> None:
    facts = facts_of("a.ndjson", written({f"m{number}": 1 for number in range(50_000)}, {}))
    assert facts.table is not None
    assert len(facts.table.columns) == 200


def test_the_first_records_are_shown() -> None:
    (part,) = previewed("a.ndjson", written({"a": 1}, {"b": "x"}, 7)).facts.parts
    assert (part.columns, part.note) == (["a", "b", "value"], "")
    assert part.rows == [["1", "", ""], ["", "x", ""], ["", "", "7"]]
    many = previewed("a.ndjson", written(*({"a": number} for number in range(30_000))))
    assert many.requests == 1
    assert (len(many.facts.parts[0].rows), many.facts.parts[0].note) == (20, "the first 20 rows")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a":1}\n{"a":\n', "Its record 2 is not JSON"),
        (b'{"a":1\n"b":2}\n', "Its record 1 is not JSON"),
        (b'{"a":1}\n{"a":1},{"a":1}\n', "Its record 2 is not JSON"),
        (b'{"a":1}\n{"a":NaN}\n', "Its record 2 is not JSON"),
        (b'{"a":Infinity}\n', "Its record 1 is not JSON"),
        (b'{"a":1}\n{"a":"\xff"}\n', "Its record 2 is not JSON"),
        (b'{"a":1}\n' + b"[" * 200_000, "Its record 2 is not JSON"),
        (b'{\n"a":1\n}', "Its record 1 is not JSON"),
        (b"<html>", "Its name says NDJSON.*HTML"),
    ],
)
def test_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.ndjson", data)
