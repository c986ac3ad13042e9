"""What goes with a problem over HTTP, whatever form it is told in."""

from starlette.exceptions import HTTPException

from shared.errors import BY_STATUS, Problem, TooManyRequests

RETRY_SECONDS = 5


def problem_headers(problem: Problem) -> dict[str, str]:
    """How to sign in (RFC 9110 §11.6.1), or when to come again (§10.2.3)."""
    if problem.status == 401:
        return {"www-authenticate": "Bearer"}
    if isinstance(problem, TooManyRequests):
        return {"retry-after": str(problem.retry_after_seconds)}
    if problem.status == 503:
        return {"retry-after": str(RETRY_SECONDS)}
    return {}


def problem_of(error: Exception) -> Problem | None:
    """What the router says, in our family's words where these have it."""
    if isinstance(error.__cause__, Problem):
        return error.__cause__
    family = BY_STATUS.get(error.status_code) if isinstance(error, HTTPException) else None
    return family() if family else None
