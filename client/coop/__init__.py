"""The client of Coop: repositories made, listed, uploaded to, downloaded from, kept in step.

    from coop import Client

    with Client.from_profile() as coop:
        coop.upload("tiles", "noaa/globe-land-mask/tiles/")

`coop` on the command line does the same. Everything raises one of `coop.errors`.
"""

from coop.client import Client
from coop.errors import (
    Conflict,
    CoopError,
    Damaged,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    SomeFailed,
    Unavailable,
)
from coop.models import (
    AccessRequest,
    Account,
    Member,
    Profile,
    Repository,
    Role,
    Step,
    StoredObject,
    SyncRules,
    Transfer,
    Visibility,
)
from coop.places import Place

__all__ = [
    "AccessRequest",
    "Account",
    "Client",
    "Conflict",
    "CoopError",
    "Damaged",
    "Forbidden",
    "Invalid",
    "Member",
    "NotFound",
    "Place",
    "Profile",
    "Refused",
    "Repository",
    "Role",
    "SomeFailed",
    "Step",
    "StoredObject",
    "SyncRules",
    "Transfer",
    "Unavailable",
    "Visibility",
]
