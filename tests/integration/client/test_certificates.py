"""A server whose certificate nobody here vouches for, and the setting that changes that."""

import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from coop.api import Api
from coop.errors import Unavailable, Untrusted
from coop.models import Profile
from coop.storage import open_s3, told
from tests.certificate import make_certificate

BUCKETS = (
    b"<ListAllMyBucketsResult><Buckets><Bucket><Name>noaa</Name></Bucket></Buckets>"
    b"</ListAllMyBucketsResult>"
)


class Handler(BaseHTTPRequestHandler):
    """JSON to those who ask for it, and XML to S3 clients."""

    def do_GET(self) -> None:
        body = b'{"ok": true}' if self.path.startswith("/api/") else BUCKETS
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path)[0]


@pytest.fixture
def server(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("door.key"))
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def asked(server: str) -> object:
    """What the API answers."""
    api = Api(Profile(server))
    try:
        return api.get("/account")
    finally:
        api.close()


def buckets(server: str) -> list[str]:
    """What the data door answers."""
    with told("noaa"):
        found = open_s3(Profile("", "key", "secret"), server, 1).list_buckets()
    return [one["Name"] for one in found["Buckets"]]


def test_it_is_said_and_which_setting_helps(server: str) -> None:
    with pytest.raises(Untrusted, match=r"self.signed.*AWS_CA_BUNDLE="):
        asked(server)
    with pytest.raises(Untrusted, match=r"data door.*AWS_CA_BUNDLE="):
        buckets(server)


def test_the_setting_is_read_for_both_doors(
    server: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    assert asked(server) == {"ok": True}
    assert buckets(server) == ["noaa"]


def test_a_certificate_of_another_name_is_none(
    server: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with pytest.raises(Untrusted, match=r"ip6-localhost|mismatch|not valid"):
        asked(server.replace("127.0.0.1", "127.1"))


def test_who_is_not_there_does_not_answer() -> None:
    with pytest.raises(Unavailable):
        asked("https://127.0.0.1:9")
