"""Where and when an item is, as far as finding it goes, and the order in which items are found."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.indexer.models.boxes import Box, box_of

BEGINNING, MICROSECOND = datetime(1, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
DIGITS = 18
LAST: int = 10**DIGITS - 1


class Placed(BaseModel):
    """`start` and `end` as `micros`; without a box it is nowhere on Earth."""

    model_config = ConfigDict(frozen=True)

    box: Box | None
    start: int
    end: int


def placed_of(item: Mapping[str, Any]) -> Placed:
    """By its footprint, not by the box that it tells; from its start, which is its time else."""
    said = item["properties"]
    start = _read(said.get("start_datetime") or said.get("datetime"))
    end = _read(said.get("end_datetime") or said.get("datetime"))
    return Placed(box=box_of(item["geometry"]), start=start, end=end)


def placed_at(bbox: Sequence[float], start: str, end: str) -> Placed:
    """The same of something whose box, empty if it is nowhere, and times are known."""
    west, south, east, north = bbox or (0.0,) * 4
    box = (west, south, east, north) if bbox else None
    return Placed(box=box, start=_read(start), end=_read(end))


def micros(moment: datetime) -> int:
    """Microseconds since the year 1."""
    return (moment - BEGINNING) // MICROSECOND


def rank_of(start: int) -> str:
    """Sorts as text, the newest first."""
    return f"{LAST - start:0{DIGITS}d}"


def _read(text: object) -> int:
    """The beginning of all time where it is none: what tells no time is older than all else."""
    try:
        moment = datetime.fromisoformat(str(text))
        return micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return 0
