"""Ory Kratos' public API: who a cookie belongs to, and its self-service flows for browsers.

The client library is synchronous and its models lag behind servers, so calls run in threads of
our own with timeouts, and bodies are read as the JSON they are: v1.3 and the later calendar
versions answer alike in what is used here. Cookies pass through; Kratos never faces a browser.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal

import orjson
from ory_kratos_client.api.frontend_api import FrontendApi
from ory_kratos_client.api_client import ApiClient
from ory_kratos_client.configuration import Configuration
from ory_kratos_client.exceptions import ApiException
from ory_kratos_client.models.update_login_flow_body import UpdateLoginFlowBody
from ory_kratos_client.models.update_recovery_flow_body import UpdateRecoveryFlowBody
from ory_kratos_client.models.update_registration_flow_body import UpdateRegistrationFlowBody
from ory_kratos_client.models.update_settings_flow_body import UpdateSettingsFlowBody
from ory_kratos_client.models.update_verification_flow_body import UpdateVerificationFlowBody
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from shared.errors import Invalid, Unavailable

FlowKind = Literal["login", "registration", "recovery", "verification", "settings"]
# The library's bodies are unions by method; constructed, they carry any method's form.
BODIES: dict[FlowKind, Any] = {
    "login": UpdateLoginFlowBody,
    "registration": UpdateRegistrationFlowBody,
    "recovery": UpdateRecoveryFlowBody,
    "verification": UpdateVerificationFlowBody,
    "settings": UpdateSettingsFlowBody,
}
THREADS = 8
CONNECT_SECONDS = 2.0
WHOAMI_SECONDS = 1.5
LONGEST_AGENT = 500
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
        # Where it would send a browser is for us to decide: nothing is followed, nor tried again.
        once = Retry(0, raise_on_redirect=False)
        configuration = Configuration(host=public_url, retries=once)  # type: ignore[arg-type]  # as urllib3 does
        configuration.connection_pool_maxsize = THREADS
        client = ApiClient(configuration)
        # Its own would stand in place of the visitor's, which the list of sessions shows.
        client.default_headers.clear()
        self.api = FrontendApi(client)
        self.timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        # Every page asks whose session it is, and none should wait long to hear that nobody knows.
        self.quick = (min(WHOAMI_SECONDS, timeout_seconds),) * 2
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kratos")

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
        call = self.api.to_session_without_preload_content
        return await self._ask(call, browser=browser, timeout=self.quick)

    async def start(self, kind: FlowKind, browser: Browser, **options: Any) -> Answer:  # noqa: ANN401
        """A new flow, and the anti-forgery cookie that belongs to it."""
        call = getattr(self.api, f"create_browser_{kind}_flow_without_preload_content")
        return await self._ask(call, browser=browser, **options)

    async def fetch(self, kind: FlowKind, flow_id: str, browser: Browser) -> Answer:
        """A flow as it stands; 403, 404 or 410 where it is another's, none, or too old."""
        call = getattr(self.api, f"get_{kind}_flow_without_preload_content")
        return await self._ask(call, flow_id, browser=browser)

    async def submit(
        self, kind: FlowKind, flow_id: str, fields: Mapping[str, str], browser: Browser
    ) -> Answer:
        """Send a flow's form: 200 is done, 400 the flow with what is wrong, 410 grown too old.

        422 where a browser has to go on elsewhere: to the second factor, or from recovery to
        the settings.
        """
        body = BODIES[kind].model_construct(actual_instance=nested(fields))
        call = getattr(self.api, f"update_{kind}_flow_without_preload_content")
        return await self._ask(call, flow_id, body, browser=browser)

    async def logout(self, browser: Browser) -> Answer:
        """End the session of a cookie, here and in Kratos; harmless where there is none."""
        start = self.api.create_browser_logout_flow_without_preload_content
        answer = await self._ask(start, browser=browser)
        if answer.status != 200:
            return answer
        end = self.api.update_logout_flow_without_preload_content
        return await self._ask(end, token=answer.body["logout_token"], browser=browser)

    async def other_sessions(self, browser: Browser) -> Sequence[Mapping[str, Any]]:
        """The sessions of this person but the one that asks."""
        call = self.api.list_my_sessions_without_preload_content
        return (await self._ask(call, browser=browser)).items

    async def revoke(self, session_id: str, browser: Browser) -> Answer:
        """End another session of the same person; 404 where it is nobody's or another's."""
        call = self.api.disable_my_session_without_preload_content
        return await self._ask(call, session_id, browser=browser)

    async def revoke_others(self, browser: Browser) -> Answer:
        """End all sessions of this person but the one that asks."""
        call = self.api.disable_my_other_sessions_without_preload_content
        return await self._ask(call, browser=browser)

    def close(self) -> None:
        """Let go of threads and connections."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(
        self,
        call: Callable[..., HTTPResponse],
        *args: Any,  # noqa: ANN401
        browser: Browser,
        timeout: tuple[float, float] | None = None,  # noqa: ASYNC109 -- the library's own
        **options: Any,  # noqa: ANN401
    ) -> Answer:
        def work() -> Answer:
            waits = timeout or self.timeout
            return _answer(call(*args, _request_timeout=waits, _headers=browser.headers, **options))

        try:
            answer = await asyncio.get_running_loop().run_in_executor(self.threads, work)
        except (HTTPError, ApiException, OSError) as error:
            raise Unavailable(AWAY) from error
        if answer.status >= 500:
            raise Unavailable(AWAY)
        return answer


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
