"""What the client sends again, and how a server knows it for the same."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from coop.api import Api
from coop.errors import Unavailable
from coop.models import Profile


class Losing(HTTPServer):
    """Does what it is asked, and keeps its first answers to itself."""

    def __init__(self, losses: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.losses = losses
        self.keys: list[str | None] = []

    @property
    def profile(self) -> Profile:
        return Profile(f"http://127.0.0.1:{self.server_port}", "key", "secret")


class Handler(BaseHTTPRequestHandler):
    """Hangs up instead of answering while there are losses left."""

    server: Losing

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.keys.append(self.headers["idempotency-key"])
        if len(self.server.keys) > self.server.losses:
            body = json.dumps({"made": len(set(self.server.keys))}).encode()
            self.send_response(201)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    do_PUT = do_POST  # noqa: N815 (the name that http.server looks for)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def losing(request: pytest.FixtureRequest) -> Iterator[Losing]:
    with Losing(request.param) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("losing", [2], indirect=True)
def test_what_is_created_is_sent_again_with_its_key(losing: Losing) -> None:
    api = Api(losing.profile)
    assert api.create("/repositories", {"title": "A"}) == {"made": 1}
    assert len(losing.keys) == 3
    api.create("/repositories", {"title": "A"})
    assert len(set(losing.keys)) == 2, "another call is another creation"
    api.close()


@pytest.mark.parametrize("losing", [1], indirect=True)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_is_changed_is_not_sent_again(losing: Losing, method: str) -> None:
    api = Api(losing.profile)
    with pytest.raises(Unavailable):
        api.send(method, "/accounts/noaa/members/ada", {"role": "reader"})
    assert losing.keys == [None]
    api.close()
