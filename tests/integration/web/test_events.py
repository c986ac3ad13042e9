"""Server-sent events: only for what one may read, for as long as one may read it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx

from services.web.security.cookies import SHARE
from tests.edge import SESSION, Edge, Person, bearer
from tests.waiting import until


class Stream:
    """An open stream, read in a thread; `status` once it is answered."""

    def __init__(self, client: httpx.Client, path: str) -> None:
        self.status = 0
        self.headers = httpx.Headers()
        self.lines: list[str] = []
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(client, path), daemon=True)
        self._thread.start()

    def _read(self, client: httpx.Client, path: str) -> None:
        # Whoever closes the client ends it.
        with suppress(httpx.HTTPError), client.stream("GET", path, timeout=60) as answer:
            self.headers, self.status = answer.headers, answer.status_code
            for line in answer.iter_lines():
                self.lines.append(line)
        self.ended.set()


@contextmanager
def watching(
    edge: Edge, repository: str, session: str = "", share: str = "", since: str = ""
) -> Iterator[Stream]:
    path = f"/-/events?repository={repository}&since={since}"
    cookies = {name: value for name, value in ((SESSION, session), (SHARE, share)) if value}
    with httpx.Client(base_url=edge.web, cookies=cookies, follow_redirects=True) as client:
        stream = Stream(client, path)
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


def test_a_stream_of_what_is_hidden_ends_with_its_session(edge: Edge, ada: Person) -> None:
    ada.new_repository("watched", visibility="restricted")
    session = ada.client.cookies[SESSION]
    with watching(edge, f"{ada.account_id}/watched", session) as stream:
        until(lambda: ": still here" in stream.lines, seconds=5)
        ada.visitor.send(ada.visitor.go("/").form("/-/sign-out"))
        assert stream.ended.wait(3)


def test_a_busy_stream_ends_with_its_session_too(edge: Edge, ada: Person) -> None:
    ada.new_repository("watched", visibility="restricted")
    s3, session, over = ada.s3(edge), ada.client.cookies[SESSION], threading.Event()

    def write() -> None:
        while not over.wait(0.05):
            s3.put_object(Bucket=ada.account_id, Key="watched/a.txt", Body=b"a")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with watching(edge, f"{ada.account_id}/watched", session) as stream:
            until(lambda: "event: changed" in stream.lines, seconds=5)
            ada.visitor.send(ada.visitor.go("/").form("/-/sign-out"))
            assert stream.ended.wait(3)
    finally:
        over.set()
        writer.join()


def test_who_came_by_a_link_of_a_folder_hears_of_nothing_else(edge: Edge, ada: Person) -> None:
    ada.new_repository("watched", visibility="restricted")
    place, s3 = f"{ada.account_id}/watched", ada.s3(edge)
    url, headers = f"{edge.web}/api/v1/repositories/{place}/share-links", bearer(ada.new_key())
    link = httpx.post(url, json={"prefix": "raw/"}, headers=headers).json()
    with watching(edge, place, share=link["token"]) as stream:
        for key in ("secret.csv", "raw/a.csv"):
            s3.put_object(Bucket=ada.account_id, Key=f"watched/{key}", Body=b"a")
        until(lambda: 'data: {"keys":["raw/a.csv"]}' in stream.lines, seconds=5)
        assert not any("secret" in line for line in stream.lines)
        httpx.delete(f"{url}/{link['link_id']}", headers=headers)
        assert stream.ended.wait(5)


def test_a_stream_begins_with_what_changed_since_its_page_was_made(edge: Edge, ada: Person) -> None:
    ada.new_repository("watched", visibility="restricted")
    session, place, s3 = ada.client.cookies[SESSION], f"{ada.account_id}/watched", ada.s3(edge)
    page = ada.visitor.go(f"/{place}")
    s3.put_object(Bucket=ada.account_id, Key="watched/a.txt", Body=b"a")
    until(lambda: "a.txt" in ada.visitor.go(f"/{place}").text, seconds=5)
    since = httpx.URL(page.hears).params["since"]
    with watching(edge, place, session, since=since) as stream:
        until(lambda: 'data: {"keys":["a.txt"]}' in stream.lines, seconds=5)
        ada.visitor.send(ada.visitor.go("/").form("/-/sign-out"))
        assert stream.ended.wait(3)


def test_a_page_s_moment_is_a_number(edge: Edge) -> None:
    answer = httpx.get(f"{edge.web}/-/events", params={"repository": "a/b", "since": "noon"})
    assert answer.status_code == 400


def test_a_stream_goes_on_under_the_new_name(edge: Edge, ada: Person) -> None:
    ada.new_repository("watched", visibility="restricted")
    session, place = ada.client.cookies[SESSION], f"/-/{ada.account_id}/watched"
    with watching(edge, f"{ada.account_id}/watched", session) as stream:
        form = ada.visitor.go(f"{place}/settings").form(f"{place}/rename")
        ada.visitor.send(form, new_repository_id="seen")
        assert stream.ended.wait(5)
    with watching(edge, f"{ada.account_id}/watched", session) as stream:
        ada.s3(edge).put_object(Bucket=ada.account_id, Key="seen/a.txt", Body=b"a")
        until(lambda: "event: changed" in stream.lines, seconds=5)
        ada.visitor.send(ada.visitor.go("/").form("/-/sign-out"))
        assert stream.ended.wait(3)


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
