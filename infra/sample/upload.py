"""Puts files through the data door like any S3 client: signed, with a checksum, never twice."""

import asyncio
from pathlib import Path

import httpx
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.sample.content import Repository, media_type
from infra.sample.credentials import SampleAccount

REGION = "us-east-1"
TIMEOUT_SECONDS = 30.0
# A door that has just heard of the account or the repository may need a moment.
TRIES, PAUSE_SECONDS = 20, 0.25


async def upload(s3_url: str, person: SampleAccount, repository: Repository) -> int:
    """Store every file of the repository that is not there yet; how many were stored."""
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
        stored = 0
        for key, path in repository.files():
            url = f"{s3_url}/{repository.account_id}/{repository.repository_id}/{key}"
            stored += await _put(client, url, path, person)
    return stored


async def _put(client: httpx.AsyncClient, url: str, path: Path, person: SampleAccount) -> bool:
    content = await asyncio.to_thread(path.read_bytes)
    for _ in range(TRIES):
        headers = signed(url, content, media_type(path), person)
        response = await client.put(url, content=content, headers=headers)
        if response.is_success or response.status_code == httpx.codes.PRECONDITION_FAILED:
            return response.is_success
        await asyncio.sleep(PAUSE_SECONDS)
    response.raise_for_status()
    return False


def signed(url: str, content: bytes, kind: str, person: SampleAccount) -> dict[str, str]:
    """The headers of a PUT that stores only what is not there (RFC 9110, If-None-Match: *)."""
    headers = {"Content-Type": kind, "If-None-Match": "*"}
    request = AWSRequest("PUT", url, data=content, headers=headers)
    credentials = Credentials(person.access_key_id, person.secret_access_key)
    S3SigV4Auth(credentials, "s3", REGION).add_auth(request)
    return dict(request.headers.items())
