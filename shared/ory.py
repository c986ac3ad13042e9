"""Ory's client library for Kratos, opened by the first question asked.

Its import takes half a second, which would be spent at every start. It is synchronous, so calls
run in threads of our own with timeouts, and bodies are read as the JSON they are: its models lag
behind servers, while v1.3 and the later calendar versions answer alike in what is used here.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from types import ModuleType
from typing import Any

from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from shared.errors import Unavailable

Seconds = float | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Body:
    """A request's JSON, and the library's model that it is sent as.

    Those models are unions by method; constructed, they carry any method's form.
    """

    model: str
    content: Mapping[str, Any]


class Api:
    """One of the library's APIs, such as FrontendApi, held open.

    `away` is what people read when Kratos does not answer in `timeout`, which a call may shorten
    by its `_request_timeout`: seconds in all, or to connect and to read.
    """

    def __init__(self, name: str, url: str, *, threads: int, timeout: Seconds, away: str) -> None:
        self.name = name
        self.url = url
        self.connections = threads
        self.timeout = timeout
        self.away = away
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="kratos")

    async def ask(self, call: str, *args: Any, **options: Any) -> HTTPResponse:  # noqa: ANN401
        """Kratos' answer of any status below 500; Unavailable for others, and for none in time."""
        work = partial(self._call, call, *args, **{"_request_timeout": self.timeout} | options)
        return await self._answered(work)

    async def _answered(self, work: Callable[[], HTTPResponse]) -> HTTPResponse:
        answer = await asyncio.get_running_loop().run_in_executor(self.threads, work)
        if answer.status >= 500:
            raise Unavailable(self.away)
        return answer

    async def get(self, path: str, **options: Any) -> HTTPResponse:  # noqa: ANN401
        """The same for an address of Kratos' that the library has no call for."""
        return await self._answered(partial(self._get, path, **options))

    def close(self) -> None:
        """Let go of threads and connections."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _call(self, call: str, *args: Any, **options: Any) -> HTTPResponse:  # noqa: ANN401
        given = [self._modelled(one) if isinstance(one, Body) else one for one in args]
        method = getattr(self._client, f"{call}_without_preload_content")
        return self._tried(partial(method, *given, **options))

    def _get(self, path: str, **options: Any) -> HTTPResponse:  # noqa: ANN401
        wire = self._client.api_client.rest_client
        given = {"_request_timeout": self.timeout} | options
        return self._tried(partial(wire.request, "GET", f"{self.url}{path}", **given))

    def _tried(self, call: Callable[[], Any]) -> HTTPResponse:
        try:
            answer = call()
        except (HTTPError, self._library.OpenApiException, OSError) as error:
            raise Unavailable(self.away) from error
        raw: HTTPResponse = getattr(answer, "response", answer)
        return raw

    def _modelled(self, body: Body) -> Any:  # noqa: ANN401
        return getattr(self._library, body.model).model_construct(actual_instance=body.content)

    @cached_property
    def _library(self) -> ModuleType:
        import ory_kratos_client  # noqa: PLC0415 -- see above

        library: ModuleType = ory_kratos_client
        return library

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401
        # Where it would send a browser is for us to decide: nothing is followed, nor tried again.
        once = Retry(0, raise_on_redirect=False)
        configuration = self._library.Configuration(host=self.url, retries=once)
        configuration.connection_pool_maxsize = self.connections
        client = self._library.ApiClient(configuration)
        # Its own would stand in place of the visitor's, which the list of sessions shows.
        client.default_headers.clear()
        return getattr(self._library, self.name)(client)
