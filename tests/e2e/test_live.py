"""Open pages are told of changes while they happen."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.door import plain

Ready = dict[str, Any]
PLACE = "noaa/globe-land-mask"


@contextmanager
def heard(ready: Ready, repository: str) -> Iterator[Iterator[str]]:
    """The lines of the event stream of one repository."""
    url = f"{ready['web']}/-/events"
    with (
        httpx.Client(timeout=5) as client,
        client.stream("GET", url, params={"repository": repository}) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.iter_lines()


def test_a_change_is_told_at_once(ready: Ready, s3: Any) -> None:
    def put() -> None:
        time.sleep(0.2)
        s3.put_object(Bucket="noaa", Key="globe-land-mask/live/a.csv", Body=b"n\n1\n")

    with heard(ready, PLACE) as lines:
        writer = threading.Thread(target=put)
        writer.start()
        began = time.monotonic()
        line = next(line for line in lines if "live/a.csv" in line)
        assert line.startswith("data:")
        assert time.monotonic() - began < 2
        writer.join()


def test_others_are_not_told(ready: Ready, s3: Any) -> None:
    with heard(ready, "scripps/mauna-loa-co2") as lines:
        s3.put_object(Bucket="noaa", Key="globe-land-mask/live/b.csv", Body=b"n\n1\n")
        key = "mauna-loa-co2/live/c.csv"
        s3.put_object(Bucket="scripps", Key=key, Body=b"n\n1\n")
        told = next(line for line in lines if line.startswith("data:"))
        assert "live/c.csv" in told
    s3.delete_object(Bucket="scripps", Key=key)


@pytest.mark.parametrize("repository", ["", "noaa", "noaa/none", "none/none", "../..", "a/b/c"])
def test_nothing_to_hear(ready: Ready, repository: str) -> None:
    answer = plain.get(f"{ready['web']}/-/events", params={"repository": repository})
    assert answer.status_code == 404


def test_the_page_says_where_to_listen(ready: Ready) -> None:
    page = plain.get(f"{ready['web']}/{PLACE}").text
    assert f"/-/events?repository={PLACE}" in page


def test_a_repository_that_is_closed_falls_silent(ready: Ready, s3: Any) -> None:
    """Who may no longer see it hears nothing more of it, on a stream opened before."""
    (demo,) = ready["accounts"]
    bearer = {"authorization": f"Bearer {demo['access_key_id']}.{demo['secret_access_key']}"}
    api, name = f"{ready['web']}/api/v1/repositories", "soon-closed"
    wanted = {"account_id": "noaa", "repository_id": name, "title": "Soon closed"}
    plain.post(api, json=wanted, headers=bearer).raise_for_status()
    s3.put_object(Bucket="noaa", Key=f"{name}/before.csv", Body=b"n\n1\n")
    with heard(ready, f"noaa/{name}") as lines:
        change = {"visibility": "restricted"}
        plain.patch(f"{api}/noaa/{name}", json=change, headers=bearer).raise_for_status()
        s3.put_object(Bucket="noaa", Key=f"{name}/secret.csv", Body=b"n\n1\n")
        told = [line for line in lines if line.startswith("data:")]
    assert "secret.csv" not in repr(told)
