"""Items become a table, and the table the same items."""

import io
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from services.indexer.mirrors import CHANGED, DATA, END, LOOK, REFUSED, WRITE, table
from services.indexer.mirrors.shape import MOST_LEAVES
from services.indexer.mirrors.steps import Mirror
from tests.mirrors import comparable, content_of, items_of, metadata_of
from tests.written_stac import item

Item = dict[str, Any]


def told(own_id: str, properties: Item | None = None, **changes: Any) -> Item:
    said = {"datetime": "2020-05-04T03:02:01Z"} | (properties or {})
    return item(own_id, ("a.tif",), properties=said, collection="noaa--mask", **changes)


def table_of(*steps: list[Item]) -> bytes:
    """Given in these pieces, twice."""
    mirror = Mirror()
    for one in steps:
        assert mirror.step(LOOK, orjson.dumps(one)) == {DATA: ""}
    answers = [mirror.step(WRITE, orjson.dumps(one)) for one in steps]
    answers.append(mirror.step(END, b"[]"))
    return b"".join(map(content_of, answers))


def test_items_are_told_again_as_they_were() -> None:
    items = [
        told("none"),
        told(
            "long",
            {
                "datetime": None,
                "start_datetime": "2020-01-01T00:00:00Z",
                "end_datetime": "2020-02-01T00:00:00.25Z",
            },
        ),
        told("rich", {"gsd": 10, "nested": {"a": [1, 2.5], "b": {"c": True}}, "big": 2**53}),
        told(
            "more",
            {"gsd": 2.5, "nested": {"b": {"d": "x"}}},
            links=[{"rel": "via", "href": "b", "title": "B"}],
        ),
        told("nowhere", geometry=None, bbox=None),
        told("high", geometry={"type": "Point", "coordinates": [1, 2, 3]}, bbox=[1, 2, 3, 1, 2, 3]),
    ]
    found = items_of(table_of(items[:2], items[2:]))
    assert [comparable(one) for one in found] == [comparable(one) for one in items]


def test_a_collection_without_assets_has_the_column() -> None:
    bare = item("bare", properties={"datetime": "2020-05-04T03:02:01Z"})
    assert items_of(table_of([bare]))[0]["id"] == "bare"


def test_what_is_of_several_forms_is_json_in_a_text() -> None:
    items = [told("one", {"mixed": 1}), told("two", {"mixed": {"a": [None]}})]
    said = [one["properties"]["mixed"] for one in items_of(table_of(items))]
    assert [orjson.loads(one) for one in said] == [1, {"a": [None]}]


def test_times_that_are_none_are_texts() -> None:
    items = [told("one", {"created": "2020-05-04T03:02:01Z"}), told("two", {"created": "May"})]
    said = [one["properties"]["created"] for one in items_of(table_of(items))]
    assert said == ["2020-05-04T03:02:01Z", "May"]


def test_a_property_that_is_called_as_a_member_is_left_out() -> None:
    (found,) = items_of(table_of([told("one", {"id": "other", "links": 1, "gsd": 1})]))
    assert found["id"] == "one"
    assert set(found["properties"]) == {"datetime", "gsd"}


def test_the_whole_is_said_to_lie_somewhere() -> None:
    square = [[[0, 0], [4, 0], [4, 4], [0, 0]]]
    items = [
        told("one"),
        told("two", geometry={"type": "Polygon", "coordinates": square}, bbox=[0, 0, 4, 4]),
    ]
    column = metadata_of(table_of(items))["columns"]["geometry"]
    assert column["bbox"] == [0, 0, 7.5, 47.5]
    assert column["geometry_types"] == ["Point", "Polygon"]
    assert column["covering"]["bbox"]["xmax"] == ["bbox", "xmax"]


def test_boxes_over_the_antimeridian_cover_nothing() -> None:
    fiji = told("fiji", bbox=[177, -20, -178, -15])
    column = metadata_of(table_of([told("one"), fiji]))["columns"]["geometry"]
    assert "covering" not in column
    assert "bbox" not in column


def test_row_groups_are_written_when_they_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 20)
    content = table_of(*[[told(f"{step}-{one}") for one in range(15)] for step in range(5)])
    metadata = pq.read_metadata(io.BytesIO(content))
    groups = [metadata.row_group(one).num_rows for one in range(metadata.num_row_groups)]
    assert groups == [30, 30, 15]


def test_more_columns_than_are_of_use_are_refused() -> None:
    items = [told(f"i{one}", {f"p{one}": one}) for one in range(MOST_LEAVES)]
    assert REFUSED in Mirror().step(LOOK, orjson.dumps(items))


@pytest.mark.parametrize("changed", [{"gsd": "wide"}, {"gsd": {"a": 1}}, {"datetime": [1]}])
def test_items_that_are_others_by_then_are_noticed(changed: Item) -> None:
    mirror = Mirror()
    mirror.step(LOOK, orjson.dumps([told("one", {"gsd": 1})]))
    assert mirror.step(WRITE, orjson.dumps([told("one", changed)])) == {CHANGED: True}
