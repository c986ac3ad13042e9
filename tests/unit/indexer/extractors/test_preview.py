"""What files show of themselves, against what other programs read of them."""

import io
from datetime import date

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.preview import MAX_CELL, Part, cell, table, table_of, text
from tests.extraction import SAMPLE, previewed, sample_preview
from tests.unit.indexer.extractors.test_documents import notebook

COUNTRIES = SAMPLE / "natural-earth/countries"


def shown(name: str, data: bytes) -> Part:
    """Its rows or its text, behind a picture where there is one."""
    return previewed(name, data).facts.parts[-1]


@pytest.mark.parametrize(
    "name", ["africa.geojson", "countries.fgb", "countries.gpkg", "shapefile/countries.dbf"]
)
def test_rows_are_those_that_gdal_reads(name: str) -> None:
    *_, part = sample_preview(f"natural-earth/countries/{name}").parts
    read = pyogrio.raw.read(COUNTRIES / name.replace(".dbf", ".shp"), max_features=20)
    names, values = read[0]["fields"].tolist(), read[3]
    for column, expected in zip(names, values, strict=True):
        cells = [row[part.columns.index(column)] for row in part.rows]
        if expected.dtype.kind == "O":
            assert cells == list(expected)
        else:
            assert [float(one) for one in cells] == expected.tolist()
    total = 51 if "africa" in name else 177
    assert part.note == f"the first 20 rows of {total}"


def test_rows_of_parquet_are_those_that_pyarrow_reads() -> None:
    *_, part = sample_preview("natural-earth/countries/countries.parquet").parts
    read = pq.read_table(COUNTRIES / "countries.parquet")
    for column in ("name", "iso_a3"):
        number = part.columns.index(column)
        assert [row[number] for row in part.rows] == read[column].to_pylist()[:20]
    assert part.rows[0][part.columns.index("geometry")].endswith("bytes")


def test_a_large_parquet_is_read_where_its_first_rows_are() -> None:
    many = pa.table({f"c{number}": pa.array(range(300_000)) for number in range(4)})
    buffer = io.BytesIO()
    pq.write_table(many, buffer, compression="none", use_dictionary=False, data_page_size=32 * 1024)
    found = previewed("a.parquet", buffer.getvalue())
    assert found.facts.parts[0].rows[19] == ["19"] * 4
    assert found.bytes_read < 1_000_000


def test_values_of_parquet_that_python_has_no_word_for() -> None:
    when = pa.array([1], pa.timestamp("ns"))
    values = {
        "when": when,
        "no": pa.array([None]),
        "list": [[{"a": date(2020, 1, 2)}]],
        "": ["x" * 500],
    }
    buffer = io.BytesIO()
    pq.write_table(pa.table(values), buffer)
    (row,) = shown("a.parquet", buffer.getvalue()).rows
    assert row[:3] == ["1", "", '[{"a":"2020-01-02"}]']
    assert len(row[3]) == MAX_CELL


def test_a_parquet_without_rows() -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([], pa.int8())}), buffer)
    part = shown("a.parquet", buffer.getvalue())
    assert (part.columns, part.rows, part.note) == (["a"], [], "")


def test_a_small_csv_is_shown_whole_and_of_a_large_one_the_head_is_read() -> None:
    part = shown("a.csv", b"id,name\n1,\n2,b,c\n3\n")
    assert part == Part("table", "", "", ["id", "name"], [["1", ""], ["2", "b"], ["3", ""]])
    found = previewed("a.csv", b"id,name\n" + b"1,x\n" * 1_000_000)
    assert (found.requests, found.facts.parts[0].note) == (1, "the first 20 rows")


def test_wide_tables_are_cut() -> None:
    part = table([f"c{number}" for number in range(95)], [list(range(95))], 1)
    assert (len(part.columns), len(part.rows[0]), part.note) == (30, 30, "30 of 95 columns")


def test_records_that_differ() -> None:
    part = table_of([{"a": 1}, {"b": True, "a": None}], 2)
    assert (part.columns, part.rows) == (["a", "b"], [["1", ""], ["", "true"]])


def test_features_of_a_large_document_are_those_of_its_head() -> None:
    feature = {
        "type": "Feature",
        "properties": {"id": 1},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    line = orjson.dumps(feature)
    whole = b'{"type":"FeatureCollection","features":[' + b",".join([line] * 200_000) + b"]}"
    found = previewed("a.geojson", whole)
    part = found.facts.parts[-1]
    assert (found.requests, part.columns, part.rows[0]) == (1, ["id", "geometry"], ["1", "Point"])
    assert shown("a.geojsonl", line + b"\n" + line).note == ""


def test_json_is_set_out_and_other_text_is_as_it_is() -> None:
    assert shown("a.json", b'{"a":[1]}').text == '{\n  "a": [\n    1\n  ]\n}'
    assert shown("a.json", b'{"a":').text == '{"a":'
    assert shown("a.html", b"<html><script>x</script>").text == "<html><script>x</script>"
    part = shown("a.txt", b"line\n" * 100_000)
    assert (part.note, len(part.text.splitlines())) == ("the first 200 lines", 200)
    assert shown("a.geojson", b'{"type":"Point","coordinates":[1,2]}').kind == "text"


def test_cells_of_a_notebook_are_one_text_that_code_cannot_leave() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Ice\n", "text"]},
        {"cell_type": "code", "source": "print('```')", "outputs": ["secret"]},
    ]
    part = shown("a.ipynb", notebook(cells=cells))
    assert part.kind == "markdown"
    assert part.text == "# Ice\ntext\n\n````\nprint('```')\n````"


def test_what_has_nothing_to_show() -> None:
    for name, data in (("a.zip", b"PK\5\6" + bytes(18)), ("a.bin", b"\0\1\2"), ("a", b"")):
        assert previewed(name, data).facts.parts == []


def test_a_broken_file_says_why() -> None:
    with pytest.raises(Malformed, match="does not end as a Parquet file does"):
        previewed("a.parquet", b"PAR1" + bytes(100))
    data = (COUNTRIES / "countries.fgb").read_bytes()
    with pytest.raises(Malformed, match="not as its header says"):
        previewed("a.fgb", data.replace(b"\x16\0\0\0Fr. S.", b"\xff\xff\0\0Fr. S."))


def test_texts_and_cells_are_no_longer_than_a_page_can_hold() -> None:
    assert len(text("x" * 1_000_000).text) == 8_000
    assert cell(b"x" * 1234) == "1.2 KB"
    assert len(cell({"a": ["x" * 1000]})) == MAX_CELL
    assert cell(2.5) == "2.5"
