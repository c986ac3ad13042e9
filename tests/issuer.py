"""An issuer of identity tokens on this machine: its documents over HTTP, its tokens by hand."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "coop-tests"
SUBJECT = "repo:river-lab/gauges:ref:refs/heads/main"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class Issuer:
    """What it publishes and how often it was asked; `documents` may be changed at any time."""

    url: str = ""
    keys: dict[str, Key] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    redirect: str = ""
    asked: int = 0

    def publish(self, **keys: Key) -> None:
        """From now on it signs with these, by their ids, and with no others."""
        self.keys = dict(keys)
        discovery = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        listed = {"keys": [public(key_id, key) for key_id, key in keys.items()]}
        self.documents["/.well-known/openid-configuration"] = json.dumps(discovery).encode()
        self.documents["/keys"] = json.dumps(listed).encode()

    def claims(self, **changes: Any) -> dict[str, Any]:
        """What a good token says; None takes a claim away."""
        now = int(time.time())
        good = {"iss": self.url, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 300}
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, key_id: str = "rsa", **changes: Any) -> str:
        """A token signed with one of its keys."""
        key = self.keys[key_id]
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(self.claims(**changes), key, algorithm, headers={"kid": key_id})

    def forged(self, header: dict[str, Any], secret: bytes | None = None) -> str:
        """A token with a header of one's own: unsigned, or with HMAC under what is no secret."""
        content = [header, self.claims()]
        text = ".".join(_encoded(json.dumps(one).encode()) for one in content)
        if secret is None:
            return f"{text}."
        signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        return f"{text}.{_encoded(signature.sign(text.encode(), secret))}"


def public_pem(key: Key) -> bytes:
    """The public half as text."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public(key_id: str, key: Key) -> dict[str, Any]:
    """The public half as issuers publish it."""
    if isinstance(key, rsa.RSAPrivateKey):
        told = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        told = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**told, "kid": key_id, "use": "sig"}


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A new key for RS256."""
    return rsa.generate_private_key(65537, bits)


def ec_key() -> ec.EllipticCurvePrivateKey:
    """A new key for ES256."""
    return ec.generate_private_key(ec.SECP256R1())


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer with a key of each kind."""
    issuer = Issuer()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            content = issuer.documents.get(self.path)
            self.send_response(302 if issuer.redirect else 200 if content is not None else 404)
            if issuer.redirect:
                self.send_header("location", issuer.redirect)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
            """Nothing: the tests speak for themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    issuer.publish(rsa=rsa_key(), ec=ec_key())
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
