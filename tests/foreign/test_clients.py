"""Clients of others, unmodified: a short visit of each, and a long one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.door import ACCOUNT, Door, body_of
from tests.foreign.client import Client
from tests.foreign.clients import CLIENTS
from tests.foreign.table import line, lines_of_the_page
from tests.foreign.tour import ODD, Tour

every_client = pytest.mark.parametrize("name", CLIENTS)


@pytest.fixture
def client(door: Door, name: str) -> Iterator[Client]:
    client = CLIENTS[name](door, door.repository().repository_id)
    yield client
    client.close()


@every_client
def test_one_file(client: Client, tmp_path: Path) -> None:
    """To there and back, under a name with spaces, or only back where a client only reads."""
    path, back = tmp_path / "file", tmp_path / "back"
    client.make(path, b"n\n1\n" * 500)
    place = {"Bucket": ACCOUNT, "Key": f"{client.repository}/{ODD}"}
    owner = client.door.client()
    try:
        client.upload(path, ODD)
        assert body_of(owner, place["Bucket"], place["Key"]) == path.read_bytes()
    except NotImplementedError:
        owner.put_object(**place, Body=path.read_bytes())
        client.download(ODD, back)
        assert back.read_bytes() == path.read_bytes()


@pytest.mark.slow
@pytest.mark.timeout(300)
@every_client
def test_all_that_it_does(client: Client, name: str, tmp_path: Path) -> None:
    """The page says what was seen; of which version, where we say which."""
    told, seen = lines_of_the_page()[name], Tour(client, tmp_path).take()
    version = client.version() if client.is_locked else told.split("|")[2].strip()
    assert told == line(name, version, seen)


def test_the_page_names_each_client() -> None:
    assert list(lines_of_the_page()) == list(CLIENTS)
