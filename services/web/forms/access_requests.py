"""Forms about requests for access."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from services.web.forms.accounts import FormModel, Line
from shared.contracts.accounts import Role


class AskForm(FormModel):
    """What to tell those who may answer."""

    message: Annotated[Line, Field(max_length=10_000)] = ""


class RequestForm(FormModel):
    """The request that something is to be done with."""

    request_uid: Annotated[Line, Field(min_length=1, max_length=64)]


class AnswerRequestForm(RequestForm):
    """The answer: a role for good (no days) or for so many days, or no and a note."""

    do: Literal["approve", "decline"]
    role: Role = Role.READER
    days: Annotated[int, Field(ge=0, le=3650)] = 0
    note: Annotated[Line, Field(max_length=500)] = ""

    def until(self, moment: datetime) -> datetime | None:
        """When the role ends, given at this moment."""
        return moment + timedelta(days=self.days) if self.days else None
