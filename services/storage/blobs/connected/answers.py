"""What a bucket tells, as far as it can be so; and what it says when it refuses, in our words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError as HttpError
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from services.storage.blobs.connected.resolver import NotPublicError
from services.storage.blobs.port import GoneError
from shared.errors import Unavailable
from shared.log import logger

# No object of S3 is larger, and none of a later year can be shown.
MOST_SIZE = 50 * 1024**4
YEAR_10000 = 253_402_300_800
# What goes into a header as it is, and into a condition (RFC 9110, 8.8.3).
ETAG = re.compile(r"[!#-~]{1,128}")
# Of these each listing says one at least; without objects nothing else tells it from a web page.
LISTING = frozenset({"Name", "IsTruncated", "KeyCount"})
CODE = re.compile(r"[A-Za-z0-9.]{1,64}")
OUT_OF_REACH = "The bucket of its data connection is out of reach."
NOT_PUBLIC = "The data connection leads to a host that is not public."
NO_S3 = "What answers at the address of its data connection does not answer as S3 does."
STALE = "The object changed in its bucket since it was listed. Try again in a moment."
# In what the reading of an answer of another shape ends.
SHAPELESS = (
    ResponseParserError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
log = logger("storage")


class StaleError(Unavailable):
    """There are other bytes than those that were listed, or none."""


class RefusedError(Unavailable):
    """403; where not every key may be listed, of one that is not there too."""


@dataclass(frozen=True, slots=True)
class Far:
    """An object as its bucket tells of it; `etag` is without quotes."""

    key: str
    size: int
    etag: str
    modified_ms: int

    @property
    def mark(self) -> str:
        """What changes when its bytes do."""
        return self.etag or f"{self.size}-{self.modified_ms}"


def far_told(key: str, told: dict[str, Any], size: int) -> Far:
    """An object by what an answer says of it. Raises one of SHAPELESS where that cannot be."""
    # Listings tell milliseconds where headers tell seconds.
    modified = int(told["LastModified"].timestamp())
    if not (0 <= size <= MOST_SIZE and 0 <= modified < YEAR_10000):
        raise ValueError("There is no such object.")
    etag = told.get("ETag", "").strip('"')
    return Far(key, size, etag if ETAG.fullmatch(etag) else "", modified * 1000)


def page_told(page: dict[str, Any], prefix: str) -> list[Far]:
    """The objects on a page of a listing. Raises as `far_told` does, and for another document."""
    told = page.get("Contents", [])
    if not page.keys() & LISTING or not all(one["Key"].startswith(prefix) for one in told):
        raise ValueError("That is no listing, or not this one.")
    return [far_told(one["Key"], one, one["Size"]) for one in told]


@contextmanager
def answering() -> Iterator[None]:
    """GoneError for what is not there, StaleError for what is another, Unavailable for all else."""
    try:
        yield
    except ClientError as error:
        raise _refusal(error.response) from None
    except (BotoCoreError, HttpError, OSError, TimeoutError) as error:
        log.info("a connected bucket is out of reach", reason=type(error).__name__)
        raise Unavailable(NOT_PUBLIC if _is_private(error) else OUT_OF_REACH) from None
    except SHAPELESS as error:
        log.info("a connected bucket does not answer as S3 does", reason=type(error).__name__)
        raise Unavailable(NO_S3) from None


def _refusal(told: Any) -> Exception:  # noqa: ANN401 (what its server wrote)
    status = told["ResponseMetadata"]["HTTPStatusCode"]
    if status == HTTPStatus.NOT_FOUND:
        return GoneError()
    if status in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}:
        return StaleError(STALE)
    code = str(told.get("Error", {}).get("Code"))
    code = code if CODE.fullmatch(code) else str(status)
    log.info("a connected bucket refuses", code=code, status=status)
    kind = RefusedError if status == HTTPStatus.FORBIDDEN else Unavailable
    return kind(f"The bucket of its data connection refuses: {code}.")


def _is_private(error: BaseException | None) -> bool:
    """Whether we refused ourselves, however deep that is."""
    while error is not None and not isinstance(error, NotPublicError):
        error = error.__cause__ or error.__context__
    return error is not None
