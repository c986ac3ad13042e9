"""Ory Kratos' admin API: what it knows of an identity, the end of all its sessions, and its own.

The client library is synchronous, so calls run in threads of our own with timeouts.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from ory_kratos_client.api.identity_api import IdentityApi
from ory_kratos_client.api_client import ApiClient
from ory_kratos_client.configuration import Configuration
from ory_kratos_client.exceptions import ApiException
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from shared.contracts.accounts import EmailState
from shared.errors import Unavailable

THREADS = 4
PAGE = 250
AWAY = "Kratos does not answer; try again in a minute."
NEXT = re.compile(r'page_token=([^&>]+)[^>]*>; ?rel="next"')


class Kratos:
    """A client held open. Every call raises Unavailable when Kratos does not answer in time."""

    def __init__(self, admin_url: str, *, timeout_seconds: float = 5.0) -> None:
        configuration = Configuration(host=admin_url, retries=0)
        configuration.connection_pool_maxsize = THREADS
        self.api = IdentityApi(ApiClient(configuration))
        self.timeout_seconds = timeout_seconds
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kratos")

    async def email_of(self, identity_id: str) -> EmailState:
        """An identity's address; empty where Kratos knows none of this id."""
        answer = await self._ask(self.api.get_identity_without_preload_content, identity_id)
        return email_in(orjson.loads(answer.data)) if answer.status == 200 else EmailState()

    async def emails_after(self, token: str) -> tuple[list[tuple[str, EmailState]], str]:
        """Some identities with their addresses, and the token of the next; empty at the end."""
        options = {"page_size": PAGE, **({"page_token": token} if token else {})}
        answer = await self._ask(self.api.list_identities_without_preload_content, **options)
        following = NEXT.search(answer.headers.get("link", ""))
        found = orjson.loads(answer.data)
        return [(one["id"], email_in(one)) for one in found], following[1] if following else ""

    async def revoke_sessions(self, identity_id: str) -> None:
        """Sign it out everywhere; harmless where there is nothing to end."""
        await self._ask(self.api.delete_identity_sessions_without_preload_content, identity_id)

    async def delete_identity(self, identity_id: str) -> None:
        """Forget it with its credentials; harmless where it is gone."""
        await self._ask(self.api.delete_identity_without_preload_content, identity_id)

    def close(self) -> None:
        """Let go of threads and connections."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(
        self,
        call: Callable[..., HTTPResponse],
        *args: str,
        **options: Any,  # noqa: ANN401
    ) -> HTTPResponse:
        def work() -> HTTPResponse:
            return call(*args, _request_timeout=self.timeout_seconds, **options)

        try:
            answer = await asyncio.get_running_loop().run_in_executor(self.threads, work)
        except (HTTPError, ApiException, OSError) as error:
            raise Unavailable(AWAY) from error
        if answer.status >= 500:
            raise Unavailable(AWAY)
        return answer


def email_in(identity: Mapping[str, Any]) -> EmailState:
    """The address among an identity's traits, and whether it was proven."""
    email = str((identity.get("traits") or {}).get("email") or "")
    addresses = identity.get("verifiable_addresses") or ()
    return EmailState(
        email=email,
        verified=any(one["value"] == email and one["verified"] for one in addresses),
        active=identity.get("state") == "active",
    )
