"""Forms about data connections."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.web.forms.accounts import FormModel, Line
from shared.contracts.repositories import DEFAULT_REGION, BucketName, RegionName

HALVES = frozenset({"access_key_id", "secret_access_key"})


class ConnectionForm(FormModel):
    """A bucket to be connected; both halves of a key, or neither."""

    name: Annotated[Line, Field(min_length=1, max_length=128)]
    bucket: Annotated[BucketName, StringConstraints(strip_whitespace=True)]
    endpoint: Annotated[Line, Field(max_length=512)] = ""
    region: Annotated[RegionName, StringConstraints(strip_whitespace=True)] = DEFAULT_REGION
    access_key_id: Annotated[Line, Field(max_length=256)] = ""
    secret_access_key: Annotated[Line, Field(max_length=1024)] = ""


class RemoveConnectionForm(FormModel):
    """The connection through which nothing is to be read any more."""

    connection_uid: Annotated[Line, Field(min_length=1, max_length=64)]
