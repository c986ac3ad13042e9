"""Records that nobody outside sees."""

from pydantic import BaseModel


class Name(BaseModel):
    """Which repository a name leads to; the name of a deleted one rests until a moment.

    `rests_until` is in seconds since 1970, and absent while the repository is in use.
    """

    account_uid: str
    repository_id: str
    repository_uid: str
    rests_until: int | None = None
