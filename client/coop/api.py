"""The server's JSON API: what is not bytes."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass
from uuid import uuid4

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Retry, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError

from coop.certificates import distrust
from coop.errors import BY_STATUS, CoopError, Invalid, NotFound, Refused, Unavailable
from coop.models import Profile
from coop.settings import ca_bundle

PREFIX = "/api/v1"
KEY = "idempotency-key"
JSON = {"content-type": "application/json"}
NOTHING: Mapping[str, str] = {}
TIMEOUT = Timeout(connect=10, read=30)
DONE = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED)
RETRIES = Retry(
    total=3,
    allowed_methods={"GET"},
    status_forcelist={429, 502, 503, 504},
    backoff_factor=0.2,
    raise_on_status=False,
    redirect=False,
)
# What is created goes with a key of its own, so that it is created once.
RETRIES_WITH_KEY = RETRIES.new(allowed_methods={"POST"})


class Api:
    """Asks one server as the holder of one access key."""

    def __init__(self, profile: Profile) -> None:
        address = urlsplit(profile.server)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise Invalid(f"{profile.server!r} is no address of a server; it begins with https://.")
        self.server = profile.server.rstrip("/")
        self._pool = _pool(address.scheme, address.hostname)
        self._headers = {"accept": "application/json"}
        if profile.access_key_id:
            bearer = f"{profile.access_key_id}.{profile.secret_access_key}"
            self._headers["authorization"] = f"Bearer {bearer}"

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.clear()

    def demand_key(self) -> None:
        """Raises Refused, saying what to do, where there is no access key to send."""
        if "authorization" not in self._headers:
            raise Refused(
                "No access key is set. Make one on the web under Access keys, then use: coop "
                "sign-in, or set COOP_ACCESS_KEY_ID and COOP_SECRET_ACCESS_KEY."
            )

    def get(self, path: str, *, called: str = "", **query: str) -> Any:  # noqa: ANN401 (JSON)
        """What is at a path below /api/v1; NotFound says what it is called."""
        said = f"?{urlencode(query)}" if query else ""
        try:
            return self._ask("GET", path + said)
        except NotFound as error:
            raise NotFound(f"There is no {called} for you.") if called else error from None

    def send(self, method: str, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 (JSON)
        """Change something; Refused without a key."""
        self.demand_key()
        return self._ask(method, path, json.dumps(body).encode(), JSON)

    def put(self, path: str, content: bytes, media_type: str) -> Any:  # noqa: ANN401 (JSON)
        """Send bytes that are no JSON; Refused without a key."""
        self.demand_key()
        return self._ask("PUT", path, content, {"content-type": media_type})

    def create(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 (JSON)
        """Make something, once, although it is sent again where no answer came; Refused."""
        self.demand_key()
        return self._ask("POST", path, json.dumps(body).encode(), {**JSON, KEY: f'"{uuid4()}"'})

    def listed(self, path: str, name: str, **query: str) -> Iterator[Any]:
        """All entries of a list, page by page; `name` is what the page calls them."""
        while True:
            page = self.get(path, **query)
            yield from page[name]
            if not page.get("cursor"):
                return
            query["cursor"] = page["cursor"]

    def _ask(
        self, method: str, path: str, body: bytes | None = None, sent: Mapping[str, str] = NOTHING
    ) -> Any:  # noqa: ANN401 (JSON)
        headers = {**self._headers, **sent}
        url, retries = f"{self.server}{PREFIX}{path}", RETRIES_WITH_KEY if KEY in sent else RETRIES
        try:
            answer = self._pool.request(
                method, url, body=body, headers=headers, retries=retries, redirect=False
            )
        except (MaxRetryError, HTTPError) as error:
            away = Unavailable(f"{self.server} does not answer.")
            raise distrust(self.server, error) or away from error
        if answer.status == HTTPStatus.NO_CONTENT:
            return None
        return self._content(answer)

    def _content(self, answer: BaseHTTPResponse) -> Any:  # noqa: ANN401 (JSON)
        try:
            content = json.loads(answer.data)
        except ValueError:
            content = None
        if answer.status in DONE and content is not None:
            return content
        problem = content if isinstance(content, dict) else {}
        if not problem.get("detail") and answer.status not in BY_STATUS:
            raise CoopError(f"{self.server} answers {answer.status}; is it the address of a Coop?")
        said = problem.get("detail") or HTTPStatus(answer.status).phrase
        raise BY_STATUS.get(answer.status, CoopError)(str(said))


def _pool(scheme: str, host: str) -> PoolManager:
    """Connections, by way of the proxy that the system names for this host."""
    proxy = None if proxy_bypass(host) else getproxies().get(scheme)
    if proxy:
        return ProxyManager(proxy, retries=RETRIES, timeout=TIMEOUT, ca_certs=ca_bundle())
    return PoolManager(retries=RETRIES, timeout=TIMEOUT, ca_certs=ca_bundle())


def path_of(*names: str) -> str:
    """Names as a path, each one segment."""
    return "".join(f"/{quote(name, safe='')}" for name in names)
