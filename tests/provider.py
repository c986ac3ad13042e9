"""An OpenID Connect provider on this machine: authorization code with PKCE, ID tokens by RS256.

Who signs in there is what `claims` says; nobody is asked for a password.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from tests.issuer import Key, public, rsa_key

CLIENT_ID, CLIENT_SECRET = "coop", "a secret of two"
Answer = tuple[int, Mapping[str, str], bytes]


@dataclass
class Provider:
    """`refusal` is what it answers in place of a code; `asked` are the questions it got."""

    url: str = ""
    key: Key = field(default_factory=rsa_key)
    claims: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def setting(self) -> str:
        """As `COOP_KRATOS__PROVIDERS` has it."""
        told = {"id": "river-lab", "label": "River Lab", "issuer": self.url}
        client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        return json.dumps([told | client])

    def authorize(self, asked: dict[str, str]) -> Answer:
        """Sends the browser back at once (OpenID Connect Core 1.0 §3.1.2)."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        told = (
            {"error": self.refusal, "error_description": "No"} if self.refusal else {"code": code}
        )
        query = urlencode(told | {"state": asked["state"]})
        return 302, {"location": f"{asked['redirect_uri']}?{query}"}, b""

    def token(self, client: str, sent: dict[str, str]) -> Answer:
        """An ID token for a code, once, for who has the secret and the verifier (RFC 7636 §4.6)."""
        asked = self.codes.pop(sent.get("code", ""), {})
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        is_right = (
            client == f"{CLIENT_ID}:{CLIENT_SECRET}"
            and sent.get("grant_type") == "authorization_code"
            and sent.get("redirect_uri") == asked.get("redirect_uri")
            and asked.get("code_challenge_method") == "S256"
            and asked.get("code_challenge") == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        )
        if not is_right:
            return _document({"error": "invalid_grant"}, 400)
        now = int(time.time())
        base = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        token = jwt.encode(base | self.claims, self.key, "RS256", headers={"kid": "rsa"})
        told = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300}
        return _document(told | {"id_token": token})

    def discovery(self) -> Answer:
        """OpenID Connect Discovery 1.0 §4."""
        return _document(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def got(self, address: str) -> Answer:
        """What a GET is answered."""
        parts = urlsplit(address)
        match parts.path:
            case "/.well-known/openid-configuration":
                return self.discovery()
            case "/keys":
                return _document({"keys": [public("rsa", self.key)]})
            case "/authorize":
                return self.authorize(dict(parse_qsl(parts.query)))
        return 404, {}, b""


@contextmanager
def providing() -> Iterator[Provider]:
    """Answers while entered."""
    provider = Provider()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(provider.got(self.path))

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            client = self.headers.get("authorization", "").removeprefix("Basic ")
            named = base64.b64decode(client).decode().replace("+", " ")
            self.answer(provider.token(named, dict(parse_qsl(sent))))

        def answer(self, answer: Answer) -> None:
            status, headers, content = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
            """Nothing: the tests speak for themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _document(content: Mapping[str, Any], status: int = 200) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps(content).encode()
