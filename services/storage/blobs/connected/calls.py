"""How a bucket is asked: one answer a request, from where it was sent, and of a bounded size."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from http import HTTPStatus
from typing import Any

from aiobotocore.httpsession import AIOHTTPSession
from aiohttp import (
    ClientConnectionError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

from services.storage.blobs.connected.resolver import PooledResolver, PublicResolver, public_socket

# A page of 1,000 keys of 1,024 bytes each, escaped to three times their length, is less.
MOST_BYTES = 4 * 1024**2
PIECE_BYTES = 64 * 1024
# Of objects only what comes before their bytes is waited for so long.
ANSWER_SECONDS = 90


class Answer(ClientResponse):
    """One that is not kept in memory however long it is; who streams does not read it whole."""

    async def read(self) -> bytes:
        """See ClientResponse.read. Raises ClientPayloadError for too much."""
        if self._body is None:
            pieces = bytearray()
            while piece := await self._piece():
                pieces += piece
                if len(pieces) > MOST_BYTES:
                    self.close()
                    raise ClientPayloadError(f"It is more than {MOST_BYTES} bytes.")
            self._body = bytes(pieces)
        return await super().read()

    async def _piece(self) -> bytes:
        try:
            return await self.content.read(PIECE_BYTES)
        except BaseException:
            self.close()
            raise


class Direct:
    """What asks, and asks nobody else where the answer is to do so."""

    def __init__(self, session: ClientSession) -> None:
        self.request = partial(session.request, allow_redirects=False)


class Calls(AIOHTTPSession):
    """Of one client: no redirect is followed, and no answer waited for without end."""

    # The base's own, of which its types say nothing.
    _sessions: dict[str | None, ClientSession]
    _connector_args: dict[str, Any]
    _timeout: ClientTimeout
    _exit_stack: AsyncExitStack
    _is_over = False

    async def __aexit__(self, *error: Any) -> None:  # noqa: ANN401 (as Python has it)
        """See AIOHTTPSession: it would begin anew, and nobody would close that."""
        self._is_over = True
        await super().__aexit__(*error)

    def _create_connector(self, proxy_url: str | None) -> TCPConnector:
        self._connector_args = {**self._connector_args, **self._ways()}
        connector: TCPConnector = super()._create_connector(proxy_url)  # type: ignore[misc]
        return connector

    def _ways(self) -> dict[str, Any]:
        return {"resolver": PooledResolver()}

    async def _get_session(self, proxy_url: str | None) -> Direct:
        if self._is_over:
            raise ClientConnectionError("It was closed.")
        if proxy_url not in self._sessions:
            session = ClientSession(
                connector=self._create_connector(proxy_url),
                timeout=self._timeout,
                response_class=Answer,
                cookie_jar=DummyCookieJar(),
                skip_auto_headers={"Content-Type"},
                auto_decompress=False,
            )
            self._sessions[proxy_url] = await self._exit_stack.enter_async_context(session)
        return Direct(self._sessions[proxy_url])

    async def send(self, request: Any) -> Any:  # noqa: ANN401 (its types are of another library)
        """See AIOHTTPSession.send. Raises TimeoutError, which is not tried again."""
        async with asyncio.timeout(ANSWER_SECONDS):
            answer: Any = await super().send(request)
            # From there on botocore reads all of it.
            if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
                await answer.content
        return answer


def stay(context: dict[str, Any], **_: object) -> None:
    """An answer that names another region is an error: what it says is not gone after."""
    context["s3_redirect"]["redirected"] = True


class PublicCalls(Calls):
    """To public addresses alone: of names as they are looked up, and of all as they are used."""

    def _ways(self) -> dict[str, Any]:
        return {"resolver": PublicResolver(), "socket_factory": public_socket}
