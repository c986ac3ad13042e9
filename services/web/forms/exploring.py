"""The filters of the explore page, and those that search shares with it."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from services.web.forms.accounts import FormModel, Line
from services.web.forms.boxes import Box
from shared.identifiers import SLUG

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WITHIN = re.compile(rf"{SLUG.pattern}(?:/{SLUG.pattern})?")
LONGEST_CURSOR = 4096


def _names(text: str) -> str:
    if text and not WITHIN.fullmatch(text):
        raise ValueError("Write an account as noaa, a repository as noaa/globe-land-mask.")
    return text


def read_day(text: str) -> date | None:
    """As people write it: `2024-05-31`; nothing is no day."""
    text = text.strip()
    try:
        # The standard library takes 20240531 and 2024-W22-5 for days too.
        return date.fromisoformat(text if DAY.fullmatch(text) else "") if text else None
    except ValueError:
        raise ValueError("Write the date as 2024-05-31.") from None


Day = Annotated[date | None, BeforeValidator(read_day)]


class ExtentForm(FormModel):
    """Where and when: a box, the first and the last day."""

    bbox: Box = None
    start: Day = None
    end: Day = None

    @field_validator("end")
    @classmethod
    def _follows(cls, end: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("start")
        if start and end and end < start:
            raise ValueError("It is before the first day.")
        return end

    @property
    def interval(self) -> tuple[datetime | None, datetime | None]:
        """From the beginning of the first day to the end of the last, in UTC."""
        start = datetime.combine(self.start, time.min, UTC) if self.start else None
        return start, datetime.combine(self.end, time.max, UTC) if self.end else None

    @property
    def wanted(self) -> dict[str, Any]:
        """As a search is asked."""
        start, end = self.interval
        return {"bbox": self.bbox, "start": start, "end": end}


class ExploreForm(ExtentForm):
    """Which items are meant: by place and time, of an account or a repository."""

    within: Annotated[Line, Field(max_length=100), AfterValidator(_names)] = ""
    cursor: Annotated[str, Field(max_length=LONGEST_CURSOR)] = ""
