"""The whole platform is backed up while it is written to, destroyed, and brought back."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.chaos.writers import s3_client
from tests.embedded import ROOT, running
from tests.visitor import sign_in, visiting
from tests.waiting import until

VERSIONED, PLAIN = "noaa--globe-land-mask", "scripps--mauna-loa-co2"
ODD = ("a", "a/b", "b//", "../up", "ü" * 20, "line\nbreak", "x" * 300)
MIB = 1024**2
COPIED = re.compile(r"copied were (\d+) objects")


def begun(home: Path, *words: str) -> "subprocess.Popen[str]":
    """`python -m services` with these words, as an operator types them."""
    return subprocess.Popen(
        [sys.executable, "-m", "services", *words],
        cwd=ROOT,
        env={**os.environ, "COOP_HOME": str(home)},  # noqa: TID251 -- a child's
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(home: Path, *words: str) -> str:
    """What it says at its end, which is a good one."""
    process = begun(home, *words)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    return told


def copied(told: str) -> int:
    """How many objects a backup says that it copied."""
    (number,) = COPIED.findall(told)
    return int(number)


class Writer(threading.Thread):
    """Overwrites, makes and deletes objects until it is told to stop."""

    def __init__(self, ready: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self.client = s3_client(ready)
        self.is_over = threading.Event()

    def run(self) -> None:
        """Each in turn."""
        for number in count():
            if self.is_over.wait(0.005):
                return
            content = b"%d " % number * 1000
            for bucket in (VERSIONED, PLAIN):
                self.client.put_object(Bucket=bucket, Key="hot", Body=content)
                self.client.put_object(Bucket=bucket, Key=f"w/{number % 50}", Body=content)
                self.client.delete_object(Bucket=bucket, Key=f"w/{(number - 10) % 50}")

    def stop(self) -> None:
        """Nothing changes any more."""
        self.is_over.set()
        self.join()
        self.client.close()


def fill(client: Any) -> None:
    """Objects, versions and what else there is beside them."""
    for key in ODD:
        client.put_object(Bucket=PLAIN, Key=key, Body=key.encode(), Metadata={"station": "2091"})
    on = {"Status": "Enabled"}
    client.put_bucket_versioning(Bucket=VERSIONED, VersioningConfiguration=on)
    # Each process remembers repositories for half a second.
    time.sleep(0.6)
    for content in (b"one", b"two"):
        for key in ("kept", "gone", "b//"):
            client.put_object(Bucket=VERSIONED, Key=key, Body=content, Tagging="colour=blue")
    client.delete_object(Bucket=VERSIONED, Key="gone")
    place = {"Bucket": PLAIN, "Key": "in/parts"}
    upload = client.create_multipart_upload(**place)["UploadId"]
    parts = [
        {"PartNumber": number, "ETag": sent["ETag"]}
        for number in (1, 2)
        for sent in [
            client.upload_part(
                **place, UploadId=upload, PartNumber=number, Body=b"%d" % number * 5 * MIB
            )
        ]
    ]
    client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.org"]}
    client.put_bucket_cors(Bucket=PLAIN, CORSConfiguration={"CORSRules": [rule]})


def facts(ready: dict[str, Any]) -> dict[str, Any]:
    """Everything that can be asked for, of every repository."""
    client = s3_client(ready)
    found: dict[str, Any] = {"cors": client.get_bucket_cors(Bucket=PLAIN)["CORSRules"]}
    with httpx.Client(base_url=ready["web"], timeout=10) as web:
        for one in web.get("/api/v1/repositories?limit=100").json()["repositories"]:
            account, name = one["account_id"], one["repository_id"]
            found[name] = one, kept_in(client, f"{account}--{name}")
            items = web.get(f"/stac/collections/{account}--{name}/items?limit=100").json()
            found[f"items of {name}"] = sorted(one["id"] for one in items["features"])
            assert web.get(f"/{account}/{name}").status_code == 200
    client.close()
    return found


def kept_in(client: Any, bucket: str) -> dict[tuple[str, str], Any]:
    """All versions with their bytes, metadata and tags, and all markers."""
    found: dict[tuple[str, str], Any] = {}
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for one in page.get("Versions", []):
            place = {"Key": one["Key"], "VersionId": one["VersionId"]}
            told = client.get_object(Bucket=bucket, ChecksumMode="ENABLED", **place)
            tags = client.get_object_tagging(Bucket=bucket, **place)["TagSet"]
            with told.pop("Body") as body:
                content = body.read()
            told.pop("ResponseMetadata")
            found[one["Key"], one["VersionId"]] = one, told, content, tags
        for one in page.get("DeleteMarkers", []):
            found[one["Key"], one["VersionId"]] = one
    return found


def backed_up_while_written_to(home: Path, target: str, ready: dict[str, Any]) -> None:
    """Twice while somebody writes, then killed in the middle, then twice more."""
    writer = Writer(ready)
    writer.start()
    first = copied(said(home, "backup", target))
    again = copied(said(home, "backup", target))
    assert first > len(ODD)
    assert again > 0
    writer.stop()

    client = s3_client(ready)
    client.put_object(Bucket=PLAIN, Key="large", Body=b"large" * 2 * MIB)
    client.close()
    killed = begun(home, "backup", target, "--rate", "1")
    until(lambda: list(Path(target).rglob(".draft-*")), seconds=30)
    killed.kill()
    killed.communicate()
    assert len(said(home, "backup", target, "--list").splitlines()) == 2

    assert copied(said(home, "backup", target, "--keep", "2")) >= 1
    assert copied(said(home, "backup", target, "--keep", "2")) == 0
    assert len(said(home, "backup", target, "--list").splitlines()) == 2


def destroy(home: Path) -> None:
    """Everything but the key file, of which there is a copy elsewhere."""
    key = (home / "key").read_bytes()
    shutil.rmtree(home)
    home.mkdir(0o700)
    (home / "key").write_bytes(key)
    (home / "key").chmod(0o600)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_platform_that_was_destroyed_comes_back(tmp_path: Path) -> None:
    home, target = tmp_path / "home", str(tmp_path / "backups")
    with running(home) as platform:
        client = s3_client(platform.ready)
        fill(client)
        client.close()
        backed_up_while_written_to(home, target, platform.ready)
        before, people = facts(platform.ready), platform.ready["accounts"]
    destroy(home)

    said(home, "restore", target)

    with running(home) as platform:
        assert platform.ready["accounts"] == people
        until(lambda: facts(platform.ready) == before, seconds=30)
        with visiting(platform.ready["web"]) as visitor:
            sign_in(visitor, people[0]["email"], people[0]["password"])
        goes_on(platform.ready)


def goes_on(ready: dict[str, Any]) -> None:
    """What is written now is heard of: nothing that it knew before is taken for newer."""
    client = s3_client(ready)
    client.put_object(Bucket=PLAIN, Key="hot", Body=b"lat,lon\n1.0,2.0\n")
    client.close()
    with httpx.Client(base_url=ready["web"], timeout=10) as web:
        api = "/api/v1/repositories/scripps/mauna-loa-co2/object?key=hot"
        until(lambda: web.get(api).is_success and web.get(api).json()["size"] == 16)
