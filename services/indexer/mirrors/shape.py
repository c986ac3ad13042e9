"""Which columns the items of a collection have, and what is said of all of them together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.indexer.mirrors.forms import (
    Form,
    Listed,
    Plain,
    Record,
    fitted,
    leaves,
    settled,
    widened,
)
from services.indexer.mirrors.wkb import has_heights, wkb_of

Item = Mapping[str, Any]

# Who reads such a table must hold a page of each column.
MOST_LEAVES = 2_000
MEMBERS = (
    *("type", "stac_version", "stac_extensions", "id", "collection", "links", "assets"),
    *("geometry", "bbox"),
)
PLAIN_MEMBERS = MEMBERS[:-2]
MOMENTS = frozenset(
    {
        *("datetime", "start_datetime", "end_datetime", "created", "updated"),
        *("expires", "published", "unpublished"),
    }
)
EDGES = {4: ("xmin", "ymin", "xmax", "ymax"), 6: ("xmin", "ymin", "zmin", "xmax", "ymax", "zmax")}
LINK = ("href", "rel", "type")


class TooVaried(Exception):
    """They have more columns than a table can sensibly have."""


def _first_forms() -> dict[str, Form]:
    """Of columns that there are whatever items say."""
    link = Record(dict.fromkeys(LINK, Plain.TEXT))
    text = dict.fromkeys(("type", "stac_version", "id", "collection"), Plain.TEXT)
    return {
        **text,
        "stac_extensions": Listed(Plain.TEXT),
        "links": Listed(link),
        "assets": Record(),
        "datetime": Plain.MOMENT,
    }


@dataclass(slots=True)
class Shape:
    """What was found of the items that were looked at."""

    forms: dict[str, Form] = field(default_factory=_first_forms)
    geometry_types: set[str] = field(default_factory=set)
    edges: tuple[str, ...] = EDGES[4]
    box: list[float] | None = None
    is_crossing: bool = False

    def take(self, items: list[Item]) -> None:
        """These too. Raises TooVaried."""
        for item in items:
            for name, value in _values(item).items():
                before = self.forms.get(name, Plain.NOTHING)
                self.forms[name] = (
                    _moment(before, value) if name in MOMENTS else widened(before, value)
                )
            self._place(item)
        if sum(map(leaves, self.forms.values())) > MOST_LEAVES:
            raise TooVaried

    def _place(self, item: Item) -> None:
        geometry, bbox = item.get("geometry"), item.get("bbox")
        if geometry:
            height = " Z" if has_heights(geometry) else ""
            self.geometry_types.add(geometry["type"] + height)
        if bbox:
            if len(bbox) == len(EDGES[6]):
                self.edges = EDGES[6]
            middle = len(bbox) // 2
            self.is_crossing |= bbox[0] > bbox[middle]
            self.box = _around(self.box, [*bbox[:2], *bbox[middle : middle + 2]])

    def settle(self) -> None:
        """All items were looked at."""
        found = {name: settled(form) for name, form in self.forms.items()}
        if found["assets"] is Plain.ANY:
            found["assets"] = Record({"data": Record({"href": Plain.TEXT})})
        self.forms = {name: form for name, form in found.items() if form is not Plain.NOTHING}

    def row(self, item: Item) -> dict[str, Any]:
        """An item as its columns have it. Raises as what does not fit them does."""
        values = _values(item)
        row = {
            name: _instant(values.get(name))
            if form is Plain.MOMENT
            else fitted(form, values.get(name))
            for name, form in self.forms.items()
        }
        geometry, bbox = item.get("geometry"), item.get("bbox")
        row["geometry"] = wkb_of(geometry) if geometry else None
        row["bbox"] = dict(zip(EDGES[len(bbox)], map(float, bbox), strict=True)) if bbox else None
        return row


def _values(item: Item) -> dict[str, Any]:
    """Members and properties; a property that is called as a member is has no room."""
    said = {name: value for name, value in item["properties"].items() if name not in MEMBERS}
    return said | {name: item[name] for name in PLAIN_MEMBERS if name in item}


def _moment(before: Form, value: Any) -> Form:  # noqa: ANN401 (JSON)
    """A time as long as all of them are."""
    if before not in (Plain.NOTHING, Plain.MOMENT):
        return widened(before, value)
    if value is None or (isinstance(value, str) and _instant(value)):
        return Plain.MOMENT
    return widened(Plain.TEXT if before is Plain.MOMENT else Plain.NOTHING, value)


def _instant(text: str | None) -> datetime | None:
    """None also where it is none that a calendar has."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None


def _around(box: list[float] | None, other: list[float]) -> list[float]:
    if box is None:
        return other
    lows, highs = zip(box[:2], other[:2], strict=True), zip(box[2:], other[2:], strict=True)
    return [*map(min, lows), *map(max, highs)]
