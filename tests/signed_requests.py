"""Requests signed by others: captured from real clients, or made by botocore."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from services.storage.s3.request import Request

CAPTURED = Path(__file__).parent / "data" / "s3-client-requests.jsonl"
ACCESS_KEY_ID = "AKIATEST"
SECRET = "secretsecret"
CREDENTIALS = Credentials(ACCESS_KEY_ID, SECRET)


class _Signer(S3SigV4Auth):
    """botocore knows fewer payload modes than S3 has, so the mode is given."""

    wanted = ""

    def payload(self, request: AWSRequest) -> str:
        return self.wanted or str(super().payload(request))


@cache
def captured_requests() -> tuple[Request, ...]:
    """Every captured request, signed or not, in the order they came."""
    requests = []
    for line in CAPTURED.read_text().splitlines():
        record = json.loads(line)
        path, _, query = record["p"].partition("?")
        requests.append(Request(record["m"], path.encode(), query.encode(), record["h"]))
    return tuple(requests)


def signed_requests() -> list[Request]:
    """The captured requests whose signature can be recomputed (an old curl's cannot)."""
    return [
        request
        for request in captured_requests()
        if "authorization" in request.headers and "x-amz-content-sha256" in request.headers
    ]


def sign_header(
    method: str,
    url: str,
    headers: dict[str, str],
    *,
    now: datetime,
    payload: str = "",
    credentials: Credentials = CREDENTIALS,
) -> Request:
    """A request whose Authorization header botocore made; without `payload` the body is empty."""
    request = AWSRequest(method=method, url=url, headers=headers)
    signer = _Signer(credentials, "s3", "us-east-1")
    signer.wanted = payload
    with botocore_clock(now):
        signer.add_auth(request)
    return _received(request, url)


def sign_query(
    method: str,
    url: str,
    *,
    now: datetime,
    expires: int = 900,
    credentials: Credentials = CREDENTIALS,
) -> Request:
    """A request for a URL that botocore presigned."""
    request = AWSRequest(method=method, url=url)
    with botocore_clock(now):
        S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=expires).add_auth(request)
    return _received(request, str(request.url))


def request_of(method: str, url: str, headers: dict[str, str] | None = None) -> Request:
    """The request a client would send for the URL."""
    parts = urlsplit(url)
    received = {"host": parts.netloc, **(headers or {})}
    return Request(method, parts.path.encode(), parts.query.encode(), received)


@contextmanager
def botocore_clock(now: datetime) -> Iterator[None]:
    """botocore reads the clock itself: here it reads `now`."""
    with patch("botocore.auth.get_current_datetime", lambda: now.replace(tzinfo=None)):
        yield


def _received(request: AWSRequest, url: str) -> Request:
    return request_of(
        str(request.method), url, {name.lower(): value for name, value in request.headers.items()}
    )
