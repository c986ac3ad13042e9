"""Killed in the middle of a purge, again and again: in the end all is gone, and told once."""

import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import embedded
from tests.chaos.storm import Storm
from tests.chaos.writers import s3_client
from tests.kept_rows import rows_with
from tests.operator_feed import stored
from tests.waiting import until

ACCOUNT, REPOSITORY = "noaa", "doomed-survey"
NAME = f"{ACCOUNT}/{REPOSITORY}"
FILES, BYTES, KILLS = 400, 20_000, 5
SETTINGS = {"COOP_REPOSITORIES__UNDELETE_DAYS": "0", "COOP_REPOSITORIES__PURGE_SECONDS": "0.2"}
# In the key of every object, so that any trace of one is found.
MARK, TITLE = "doomed-table", "Doomed nests"
WORDS = (MARK, TITLE)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("victims", [["storage"], ["repositories"], ["storage", "repositories"]])
async def test_a_purge_survives_kills(tmp_path: Path, victims: list[str]) -> None:
    home = tmp_path / "home"
    with embedded.running(home, **SETTINGS) as platform:
        ready = platform.ready
        client = s3_client(ready)
        with api_of(ready) as api:
            fill(client, api)
            storm, whole = (
                Storm(platform.process.pid, seed=1),
                len(rows_with(home, MARK, "storage")),
            )
            assert whole >= FILES
            api.delete(f"/repositories/{NAME}", params={"confirm": NAME}).raise_for_status()
            strike_while_it_lasts(home, storm, victims)
        assert len(storm.kills) >= KILLS, storm.kills
        assert what_stays(home) == []
        told = await stored(platform.ready, "COOP_CONTROL", "coop.v1.repositories.>")
    purged = [one for one in told if one["type"] == "coop.repositories.repository_purged.v1"]
    assert [one["data"]["repository_id"] for one in purged] == [REPOSITORY]


def api_of(ready: dict[str, Any]) -> httpx.Client:
    """The API as the sample's first account."""
    person = ready["accounts"][0]
    bearer = f"Bearer {person['access_key_id']}.{person['secret_access_key']}"
    headers = {"authorization": bearer}
    return httpx.Client(base_url=f"{ready['web']}/api/v1", headers=headers, timeout=10)


def fill(client: Any, api: httpx.Client) -> None:
    """Many small objects, and an upload that nobody has completed."""
    wanted = {"account_id": ACCOUNT, "repository_id": REPOSITORY, "title": TITLE}
    api.post("/repositories", json=wanted).raise_for_status()
    for number in range(FILES):
        key = f"{REPOSITORY}/{number:03d}/{MARK}.bin"
        client.put_object(Bucket=ACCOUNT, Key=key, Body=os.urandom(BYTES))
    place = {"Bucket": ACCOUNT, "Key": f"{REPOSITORY}/{MARK}-begun"}
    upload = client.create_multipart_upload(**place)["UploadId"]
    client.upload_part(**place, UploadId=upload, PartNumber=1, Body=os.urandom(BYTES))
    until(lambda: api.get(f"/repositories/{NAME}/summary").json()["files"] == FILES, seconds=60)


def strike_while_it_lasts(home: Path, storm: Storm, victims: list[str]) -> None:
    """Kill whenever something more is gone, so that each kill meets a purge under way."""
    before = len(rows_with(home, MARK, "storage"))
    end = time.monotonic() + 60
    while len(storm.kills) < KILLS and time.monotonic() < end:
        now = len(rows_with(home, MARK, "storage"))
        if now < before or "storage" not in victims:
            for victim in victims:
                storm.strike(victim)
            before = now
        time.sleep(0.1)


def left(home: Path) -> list[str]:
    """Bytes and records of it that are still anywhere."""
    paths = (Path(top, name) for top, _, names in os.walk(home / "storage") for name in names)
    files = [str(path) for path in paths if is_trace(path)]
    services = ("storage", "indexer", "repositories")
    return files + [row for word in WORDS for row in rows_with(home, word, *services)]


def what_stays(home: Path) -> list[str]:
    """The same once nothing is, or a minute and a half later."""
    end = time.monotonic() + 90
    while (traces := left(home)) and time.monotonic() < end:
        time.sleep(0.5)
    return traces


def is_trace(path: Path) -> bool:
    """Whether it is of the repository: by its name, or as a part of the begun upload."""
    try:
        return REPOSITORY in path.parts or path.stat().st_size == BYTES
    except FileNotFoundError:
        return False
