"""What goes with a problem over HTTP, whatever form it is told in."""

from shared.errors import Problem

RETRY_SECONDS = 5


def problem_headers(problem: Problem) -> dict[str, str]:
    """How to sign in (RFC 9110 §11.6.1), or when to come again (§10.2.3)."""
    if problem.status == 401:
        return {"www-authenticate": "Bearer"}
    if problem.status == 503:
        return {"retry-after": str(RETRY_SECONDS)}
    return {}
