"""Ory Kratos' public API: who a cookie belongs to, and its self-service flows for browsers.

Cookies pass through; Kratos never faces a browser.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from itertools import count
from typing import Any, Literal

import orjson
from urllib3 import HTTPResponse

from shared.errors import Invalid
from shared.ory import Api, Body

FlowKind = Literal["login", "registration", "recovery", "verification", "settings"]
THREADS = 8
CONNECT_SECONDS = 2.0
WHOAMI_SECONDS = 1.5
LONGEST_AGENT = 500
PAGE = 250
SECOND_FACTOR = "session_aal2_required"
AWAY = "Signing in does not work at the moment. Try again in a minute."


@dataclass(frozen=True, slots=True)
class Browser:
    """Who is at the other end: Kratos' cookies, and what is told to the owner of a session."""

    cookie: str
    address: str = ""
    agent: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """As Kratos reads them."""
        told = {
            "Cookie": self.cookie,
            "True-Client-IP": self.address,
            "User-Agent": self.agent[:LONGEST_AGENT],
        }
        return {"Accept": "application/json"} | {name: one for name, one in told.items() if one}


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie Kratos wants set; `max_age` 0 forgets it, None keeps it for the browser session."""

    name: str
    value: str
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What Kratos said: a flow to show, a session, or an error with an `id`; or a list."""

    status: int
    body: Mapping[str, Any]
    cookies: Sequence[Cookie] = ()
    items: Sequence[Mapping[str, Any]] = ()
    location: str = ""

    @property
    def goes_to(self) -> str:
        """Where a browser has to go on; empty where it need not."""
        return self.location or str(self.body.get("redirect_browser_to", ""))

    @property
    def error_id(self) -> str:
        """Kratos' name of what went wrong, such as `session_already_available`."""
        error = self.body.get("error") or {}
        return str(error.get("id", "")) if isinstance(error, Mapping) else ""


@dataclass(frozen=True, slots=True)
class Session:
    """Whom a cookie belongs to. `identity_id` is Kratos' own and never leaves the platform."""

    identity_id: str
    traits: Mapping[str, Any] = field(default_factory=dict)
    verified: bool = False


class SecondFactorNeeded(Exception):
    """Somebody is signed in who has a second factor and has not shown it yet (AAL 1 of 2)."""


class Kratos:
    """A client held open. Every call raises Unavailable when Kratos does not answer in time."""

    def __init__(self, public_url: str, *, timeout_seconds: float = 5.0) -> None:
        timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        self.api = Api("FrontendApi", public_url, threads=THREADS, timeout=timeout, away=AWAY)
        # Every page asks whose session it is, and none should wait long to hear that nobody knows.
        self.quick = (min(WHOAMI_SECONDS, timeout_seconds),) * 2

    async def whoami(self, cookie: str) -> Session | None:
        """The session of a cookie, None where it has none; raises SecondFactorNeeded."""
        answer = await self.session(Browser(cookie))
        if answer.error_id == SECOND_FACTOR:
            raise SecondFactorNeeded
        identity = answer.body.get("identity")
        if answer.status != 200 or not answer.body.get("active") or not identity:
            return None
        traits = identity.get("traits") or {}
        return Session(str(identity["id"]), traits, _is_verified(identity, traits.get("email")))

    async def session(self, browser: Browser) -> Answer:
        """The session itself, with the devices it was used from."""
        return await self._ask("to_session", browser=browser, _request_timeout=self.quick)

    async def start(self, kind: FlowKind, browser: Browser, **options: Any) -> Answer:  # noqa: ANN401
        """A new flow, and the anti-forgery cookie that belongs to it."""
        return await self._ask(f"create_browser_{kind}_flow", browser=browser, **options)

    async def fetch(self, kind: FlowKind, flow_id: str, browser: Browser) -> Answer:
        """A flow as it stands; 403, 404 or 410 where it is another's, none, or too old."""
        return await self._ask(f"get_{kind}_flow", flow_id, browser=browser)

    async def submit(
        self, kind: FlowKind, flow_id: str, fields: Mapping[str, str], browser: Browser
    ) -> Answer:
        """Send a flow's form: 200 is done, 400 the flow with what is wrong, 410 grown too old.

        422 where a browser has to go on elsewhere: to the second factor, or from recovery to
        the settings.
        """
        body = Body(f"Update{kind.title()}FlowBody", nested(fields))
        return await self._ask(f"update_{kind}_flow", flow_id, body, browser=browser)

    async def returned(self, path: str, browser: Browser) -> Answer:
        """Who comes back from another provider: where they go on, and the session they may have.

        `path` is what of the address follows Kratos' own.
        """
        headers = browser.headers | {"Accept": "text/html"}
        return _answer(await self.api.get(path, headers=headers))

    async def logout(self, browser: Browser) -> Answer:
        """End the session of a cookie, here and in Kratos; harmless where there is none."""
        answer = await self._ask("create_browser_logout_flow", browser=browser)
        if answer.status != 200:
            return answer
        token = answer.body["logout_token"]
        return await self._ask("update_logout_flow", token=token, browser=browser)

    async def other_sessions(self, browser: Browser) -> Sequence[Mapping[str, Any]]:
        """All sessions of this person but the one that asks.

        By number of page, from 1 on: the links that v1.3 gives of this list lead to its first.
        """
        found: dict[str, Mapping[str, Any]] = {}
        for page in count(1):
            options = {"per_page": PAGE, "page": page}
            answer = await self._ask("list_my_sessions", browser=browser, **options)
            told = {str(one["id"]): one for one in answer.items}
            is_last = len(told) < PAGE or told.keys() <= found.keys()
            found |= told
            if is_last:
                break
        return list(found.values())

    async def revoke(self, session_id: str, browser: Browser) -> Answer:
        """End another session of the same person; 404 where it is nobody's or another's."""
        return await self._ask("disable_my_session", session_id, browser=browser)

    async def revoke_others(self, browser: Browser) -> Answer:
        """End all sessions of this person but the one that asks."""
        return await self._ask("disable_my_other_sessions", browser=browser)

    def close(self) -> None:
        """Let go of threads and connections."""
        self.api.close()

    async def _ask(self, call: str, *args: Any, browser: Browser, **options: Any) -> Answer:  # noqa: ANN401
        return _answer(await self.api.ask(call, *args, _headers=browser.headers, **options))


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """`{"traits.email": x}` as Kratos wants it in JSON: `{"traits": {"email": x}}`."""
    body: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        place = body
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise Invalid(f"The form has both {step} and fields inside it.")
        place[last] = value
    return body


def _is_verified(identity: Mapping[str, Any], email: object) -> bool:
    addresses = identity.get("verifiable_addresses") or ()
    return any(one["value"] == email and one["verified"] for one in addresses)


def _answer(response: HTTPResponse) -> Answer:
    data = response.data
    try:
        body = orjson.loads(data) if data else {}
    except orjson.JSONDecodeError:
        body = {}
    cookies = response.headers.getlist("set-cookie")
    return Answer(
        response.status,
        body if isinstance(body, dict) else {},
        tuple(cookie for header in cookies for cookie in _cookies(header)),
        body if isinstance(body, list) else (),
        response.headers.get("location", ""),
    )


def _cookies(header: str) -> list[Cookie]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return []
    return [Cookie(name, one.value, _max_age(one["max-age"])) for name, one in jar.items()]


def _max_age(text: str) -> int | None:
    try:
        return max(int(text), 0)
    except ValueError:
        return None
