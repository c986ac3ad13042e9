"""Answers of the STAC API: orjson, an ETag, open to scripts of any site."""

from hashlib import sha256
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.web.render.problems import problem_headers
from services.web.stac_api.links import JSON
from shared.errors import Problem

CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "etag, link, retry-after",
}
PREFLIGHT = {
    **CORS,
    "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
    "access-control-allow-headers": "authorization, content-type, if-none-match",
    "access-control-max-age": "86400",
}
CACHE = {"cache-control": "no-cache", "vary": "authorization, cookie"}
PROBLEM = "application/problem+json"


def answer(request: Request, body: Any, media_type: str = JSON) -> Response:  # noqa: ANN401
    """The document, or 304 to those who have it (RFC 9110 §13.1.2).

    The tag is weak: the same document may travel compressed.
    """
    content = orjson.dumps(body)
    tag = f'W/"{sha256(content).hexdigest()[:32]}"'
    headers = {**CORS, **CACHE, "etag": tag}
    known = request.headers.get("if-none-match", "")
    if tag in (one.strip() for one in known.split(",")) or known.strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def refusal(problem: Problem) -> Response:
    """A problem, readable by scripts of any site too."""
    headers = {**CORS, **problem_headers(problem)}
    return Response(orjson.dumps(problem.to_dict()), problem.status, headers, PROBLEM)
