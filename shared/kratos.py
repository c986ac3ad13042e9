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
from ory_kratos_client.models.update_registration_flow_body import UpdateRegistrationFlowBody
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from shared.errors import Invalid, Unavailable

FlowKind = Literal["login", "registration"]
THREADS = 8
CONNECT_SECONDS = 2.0
WHOAMI_SECONDS = 1.5
AWAY = "Signing in does not work at the moment. Try again in a minute."


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie Kratos wants set; `max_age` 0 forgets it, None keeps it for the browser session."""

    name: str
    value: str
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What Kratos said: a flow to show, a session, or an error with an `id`."""

    status: int
    body: Mapping[str, Any]
    cookies: Sequence[Cookie] = ()

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


class Kratos:
    """A client held open. Every call raises Unavailable when Kratos does not answer in time."""

    def __init__(self, public_url: str, *, timeout_seconds: float = 5.0) -> None:
        configuration = Configuration(host=public_url, retries=0)
        configuration.connection_pool_maxsize = THREADS
        self.api = FrontendApi(ApiClient(configuration))
        self.timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        # Every page asks whose session it is, and none should wait long to hear that nobody knows.
        self.quick = (min(WHOAMI_SECONDS, timeout_seconds),) * 2
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kratos")

    async def whoami(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it has none, or one that is not enough (AAL)."""
        whoami = self.api.to_session_without_preload_content
        answer = await self._ask(whoami, cookie=cookie, timeout=self.quick)
        identity = answer.body.get("identity")
        if answer.status != 200 or not answer.body.get("active") or not identity:
            return None
        return Session(str(identity["id"]), identity.get("traits") or {})

    async def start(self, kind: FlowKind, cookie: str, **options: Any) -> Answer:  # noqa: ANN401
        """A new flow, and the anti-forgery cookie that belongs to it."""
        starts: dict[FlowKind, Callable[..., HTTPResponse]] = {
            "login": self.api.create_browser_login_flow_without_preload_content,
            "registration": self.api.create_browser_registration_flow_without_preload_content,
        }
        return await self._ask(starts[kind], cookie=cookie, **options)

    async def submit(
        self, kind: FlowKind, flow_id: str, fields: Mapping[str, str], cookie: str
    ) -> Answer:
        """Send a flow's form: 200 is done, 400 the flow with what is wrong, 410 grown too old."""
        # The library's bodies are unions by method; constructed, they carry any method's form.
        body: Any = nested(fields)
        if kind == "login":
            login = UpdateLoginFlowBody.model_construct(actual_instance=body)
            call = self.api.update_login_flow_without_preload_content
            return await self._ask(call, flow_id, login, cookie=cookie)
        registration = UpdateRegistrationFlowBody.model_construct(actual_instance=body)
        send = self.api.update_registration_flow_without_preload_content
        return await self._ask(send, flow_id, registration, cookie=cookie)

    async def logout(self, cookie: str) -> Answer:
        """End the session of a cookie, here and in Kratos; harmless where there is none."""
        start = self.api.create_browser_logout_flow_without_preload_content
        answer = await self._ask(start, cookie=cookie)
        if answer.status != 200:
            return answer
        end = self.api.update_logout_flow_without_preload_content
        return await self._ask(end, token=answer.body["logout_token"], cookie=cookie)

    def close(self) -> None:
        """Let go of threads and connections."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(
        self,
        call: Callable[..., HTTPResponse],
        *args: Any,  # noqa: ANN401
        cookie: str,
        timeout: tuple[float, float] | None = None,  # noqa: ASYNC109 -- the library's own
        **options: Any,  # noqa: ANN401
    ) -> Answer:
        def work() -> Answer:
            headers = {"Accept": "application/json", **({"Cookie": cookie} if cookie else {})}
            return _answer(
                call(*args, _request_timeout=timeout or self.timeout, _headers=headers, **options)
            )

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
