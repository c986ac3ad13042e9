"""The two forms of a change of address."""

from typing import Annotated

from pydantic import Field

from services.web.forms.accounts import FormModel, Line


class EmailForm(FormModel):
    """Which address."""

    email: Annotated[Line, Field(min_length=1, max_length=254)]


class CodeForm(EmailForm):
    """The code that was mailed there; `change` says for what."""

    change: Annotated[str, Field(max_length=64)]
    code: Annotated[Line, Field(min_length=1, max_length=20)]
