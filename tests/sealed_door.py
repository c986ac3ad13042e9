"""A door whose bytes are sealed: its setting, an upload in parts, a command at its machine."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.door import Client

SEALS = {"COOP_STORAGE__SEALED": "true"}
WORD = b"nobody but us may read this. "
PART = WORD * (6 * 1024**2 // len(WORD))


def upload(s3: Client, place: str, key: str, *contents: bytes) -> None:
    """In parts."""
    where = {"Bucket": place, "Key": key}
    begun = s3.create_multipart_upload(**where)["UploadId"]
    parts = []
    for number, content in enumerate(contents, 1):
        told = s3.upload_part(**where, UploadId=begun, PartNumber=number, Body=content)
        parts.append({"PartNumber": number, "ETag": told["ETag"]})
    s3.complete_multipart_upload(**where, UploadId=begun, MultipartUpload={"Parts": parts})


def run(home: Path, settings: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """A command of storage, or a process of it that ends before it asks for anything else."""
    return subprocess.run(
        [sys.executable, "-m", "services.storage", *words],
        env={**os.environ, "COOP_HOME": str(home), **settings},  # noqa: TID251 -- a child's
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
