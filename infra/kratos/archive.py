"""Fetches Kratos' official release archive, and takes it only if its checksum is the pinned one."""

import hashlib
import io
import tarfile
from pathlib import Path

import httpx

from infra.kratos.release import CHECKSUMS, archive_url

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0


class ArchiveError(Exception):
    """The archive did not come, or is not what was released."""


def fetch_archive(target: str, binary: Path) -> None:
    """Put the `kratos` of the platform's archive at `binary`. Raises ArchiveError."""
    content = _download(archive_url(target))
    if hashlib.sha256(content).hexdigest() != CHECKSUMS[target]:
        raise ArchiveError("the archive's SHA-256 is not the pinned one, so it is not used")
    install(_member(content), binary)


def install(program: bytes, binary: Path) -> None:
    """Write a program in one step: another start never sees half of it."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    draft = binary.with_name(f".{binary.name}.part")
    draft.write_bytes(program)
    draft.chmod(0o755)
    draft.replace(binary)


def _download(url: str) -> bytes:
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        response = httpx.get(url, follow_redirects=True, timeout=timeout)
        response.raise_for_status()
    except httpx.HTTPError as error:
        raise ArchiveError(f"the archive did not come ({error or type(error).__name__})") from error
    return response.content


def _member(archive: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as bundle:
        member = bundle.extractfile("kratos")
        if member is None:
            raise ArchiveError("the archive holds no kratos")
        return member.read()
