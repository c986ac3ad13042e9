"""Answers of the STAC API: orjson, an ETag, open to scripts of any site."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.web.render.problems import problem_headers
from services.web.stac_api.links import GEOJSON, JSON
from shared.errors import Problem

CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "etag, link, location, retry-after",
}
PREFLIGHT = {
    **CORS,
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": "authorization, content-type, if-match, if-none-match, "
    "if-range, range",
    "access-control-max-age": "86400",
}
CACHE = {"cache-control": "no-cache", "vary": "authorization, cookie"}
NO_HEADERS: Mapping[str, str] = {}
PROBLEM = "application/problem+json"


def answer(request: Request, body: Any, media_type: str = JSON) -> Response:  # noqa: ANN401
    """The document, or 304 to those who have it (RFC 9110 §13.1.2)."""
    return answer_text(request, orjson.dumps(body), media_type)


def answer_text(request: Request, content: bytes, media_type: str) -> Response:
    """The same of its text. The tag is weak: the same document may travel compressed."""
    tag = tag_of(content)
    headers = {**CORS, **CACHE, "etag": tag}
    known = request.headers.get("if-none-match", "")
    if tag in (one.strip() for one in known.split(",")) or known.strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def tag_of(content: bytes) -> str:
    """What names this form of a document."""
    return f'W/"{sha256(content).hexdigest()[:32]}"'


def confirmation(status: int, body: Any, headers: Mapping[str, str] = NO_HEADERS) -> Response:  # noqa: ANN401
    """What a change came to; an item as GET tells it has the tag that it has there."""
    content = orjson.dumps(body)
    told = {**CORS, "cache-control": "no-store", "etag": tag_of(content), **headers}
    return Response(content, status, told, GEOJSON if body.get("type") == "Feature" else JSON)


def refusal(problem: Problem) -> Response:
    """A problem, readable by scripts of any site too."""
    headers = {**CORS, **problem_headers(problem)}
    return Response(orjson.dumps(problem.to_dict()), problem.status, headers, PROBLEM)
