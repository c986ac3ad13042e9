"""Forms about share links."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from services.web.forms.accounts import FormModel, Line
from shared.contracts.repositories import Prefix


class ShareForm(FormModel):
    """A new share link; a prefix is taken as it is typed, spaces too."""

    prefix: Prefix = ""
    name: Annotated[Line, Field(max_length=128)] = ""
    days: Annotated[int, Field(ge=1, le=3650)] = 7

    def expires_at(self, moment: datetime) -> datetime:
        """When it ends, made at this moment."""
        return moment + timedelta(days=self.days)


class RevokeShareForm(FormModel):
    """The share link that is to open nothing more."""

    link_id: Annotated[Line, Field(min_length=1, max_length=64)]
