"""One family of problems, raised anywhere, carried over the bus, rendered by each door in its form.

Problem
 +- Invalid             400  the request says something that cannot be
 +- Unauthenticated     401  who asks is not known
 +- Forbidden           403  who asks may see the thing, but not do this to it
 +- NotFound            404  it does not exist, or it does not exist for who asks
 +- Conflict            409  it is there already, or another change came first
     +- Outdated        409  a change is meant for another version than there is
 +- PreconditionFailed  412  an If-... condition does not hold
 +- TooLarge            413  over a stated limit
 +- KeyReused           422  an Idempotency-Key was sent with another request before
 +- TooManyRequests     429  over a stated rate
 +- Internal            500  our fault
 +- Unavailable         503  something that is needed does not answer; try again

Bodies are RFC 9457 problem details.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, TypedDict


class FieldError(TypedDict):
    """What is wrong with one field, in words that say how to mend it."""

    field: str
    message: str


class Problem(Exception):
    """The root: `detail` is for the person who asked, `code` for programs."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong here"

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = list(errors)

    def to_dict(self) -> dict[str, Any]:
        """As RFC 9457 members; `errors` only where a field is to blame."""
        body: dict[str, Any] = {
            "type": f"urn:coop:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = self.errors
        return body

    @staticmethod
    def from_dict(body: Mapping[str, Any]) -> "Problem":
        """The problem that `to_dict` wrote; an unknown type becomes Internal."""
        code = str(body.get("type", "")).rpartition(":")[2]
        family = PROBLEMS.get(code, Internal)
        return family(str(body.get("detail", "")), errors=body.get("errors", ()))


class Invalid(Problem):
    """The request says something that cannot be."""

    status, code, title = 400, "invalid", "The request is not valid"


class Unauthenticated(Problem):
    """Who asks is not known."""

    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(Problem):
    """Who asks may see the thing, but not do this to it."""

    status, code, title = 403, "forbidden", "You may not do this"


class NotFound(Problem):
    """It does not exist, or not for who asks: the two are told alike."""

    status, code, title = 404, "not-found", "There is nothing here"


class Conflict(Problem):
    """It is there already, or another change came first."""

    status, code, title = 409, "conflict", "Another change came first"


class Outdated(Conflict):
    """A change is meant for another version than there is; at the API a condition that failed."""

    code = "outdated"


class PreconditionFailed(Problem):
    """A condition of the request does not hold."""

    status, code, title = 412, "precondition-failed", "A condition of the request does not hold"


class TooLarge(Problem):
    """Over a stated limit."""

    status, code, title = 413, "too-large", "This is over the limit"


class KeyReused(Problem):
    """An Idempotency-Key stands for one request; another needs a key of its own."""

    status, code = 422, "idempotency-key-reused"
    title = "This Idempotency-Key was sent with another request before"


class TooManyRequests(Problem):
    """Over a stated rate; `retry_after_seconds` says when to come again."""

    status, code, title = 429, "too-many-requests", "Too many requests"

    def __init__(
        self, detail: str = "", *, errors: Sequence[FieldError] = (), retry_after_seconds: int = 1
    ) -> None:
        super().__init__(detail, errors=errors)
        self.retry_after_seconds = retry_after_seconds


class Internal(Problem):
    """Our fault; the log has the reason."""


class Unavailable(Problem):
    """Something that is needed does not answer."""

    status, code, title = 503, "unavailable", "Not available at the moment"


PROBLEMS: dict[str, type[Problem]] = {
    family.code: family
    for family in (
        Invalid,
        Unauthenticated,
        Forbidden,
        NotFound,
        # Before the wider one, which is what its status stands for.
        Outdated,
        Conflict,
        PreconditionFailed,
        TooLarge,
        KeyReused,
        TooManyRequests,
        Internal,
        Unavailable,
    )
}
BY_STATUS = {family.status: family for family in PROBLEMS.values()}

# What `to_dict` makes, as JSON Schema.
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"enum": [f"urn:coop:problem:{code}" for code in sorted(PROBLEMS)]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "For the person who asked."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


@contextmanager
def ungrouped(kind: type[Exception]) -> Iterator[None]:
    """The first of this kind in place of the group that a TaskGroup raises.

    Not `except*`: until Python 3.11.4 what is raised there comes out in a group again.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        found: BaseException | None = group.subgroup(kind)
        if found is None:
            raise
        while isinstance(found, BaseExceptionGroup):
            found = found.exceptions[0]
        raise found from None
