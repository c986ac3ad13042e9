"""Server-sent events: only for what one may read, for as long as one may read it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx

from tests.edge import Edge, Person
from tests.waiting import until


class Stream:
    """An open stream, read in a thread; `status` once it is answered."""

    def __init__(self, client: httpx.Client, repository: str) -> None:
        self.status = 0
        self.headers = httpx.Headers()
        self.lines: list[str] = []
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(client, repository), daemon=True)
        self._thread.start()

    def _read(self, client: httpx.Client, repository: str) -> None:
        path = f"/-/events?repository={repository}"
        # Whoever closes the client ends it.
        with suppress(httpx.HTTPError), client.stream("GET", path, timeout=60) as answer:
            self.headers, self.status = answer.headers, answer.status_code
            for line in answer.iter_lines():
                self.lines.append(line)
        self.ended.set()


@contextmanager
def watching(edge: Edge, repository: str) -> Iterator[Stream]:
    with httpx.Client(base_url=edge.web) as client:
        stream = Stream(client, repository)
        until(lambda: stream.lines)
        yield stream


def test_a_stream_ends_when_the_repository_is_hidden(edge: Edge, ada: Person) -> None:
    ada.new_repository("watched")
    place = f"/-/{ada.account_id}/watched/settings"
    with watching(edge, f"{ada.account_id}/watched") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        assert "retry: 2000" in stream.lines
        form = ada.visitor.go(place).form(place)
        ada.visitor.send(form, title="Still there")
        until(lambda: ": still here" in stream.lines, seconds=5)
        assert not stream.ended.is_set()
        form = ada.visitor.go(place).form(place)
        ada.visitor.send(form, visibility="restricted")
        assert stream.ended.wait(5)


def test_nobody_watches_what_is_not_there(edge: Edge) -> None:
    for repository in ("", "noaa", "no/such", "../x", "a/b/c", "noaa/mask%00"):
        answer = httpx.get(f"{edge.web}/-/events", params={"repository": repository})
        assert answer.status_code == 404


def test_one_address_has_room_for_so_many(edge: Edge, ada: Person) -> None:
    ada.new_repository("crowded")
    repository = f"{ada.account_id}/crowded"
    with ExitStack() as open_pages:
        answered = [open_pages.enter_context(asking(edge, repository)) for _ in range(40)]
        statuses = sorted(int(one.recv(12)[-3:]) for one in answered)
        assert statuses == [200] * 32 + [429] * 8
    with asking(edge, repository) as again:
        assert again.recv(12).endswith(b"200")


def asking(edge: Edge, repository: str) -> socket.socket:
    """A connection that has asked for a stream."""
    url = httpx.URL(edge.web)
    connection = socket.create_connection((url.host, url.port), timeout=10)
    path = f"/-/events?repository={repository}"
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\n\r\n".encode())
    return connection
