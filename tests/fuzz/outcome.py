"""How a parser of the data door ended: with what it read, or with S3's word for what was wrong."""

from collections.abc import Callable
from typing import Any

from services.storage.s3.errors import S3Error

REFUSED = "refused"


def outcome(read: Callable[..., Any], *args: Any, **named: Any) -> tuple[str, Any]:
    """("read", what it gave) or ("refused", the code). Any other exception is a finding."""
    try:
        return "read", read(*args, **named)
    except S3Error as error:
        refused = error
    assert refused.status < 500 or refused.code == "NotImplemented", refused.code
    return REFUSED, refused.code
