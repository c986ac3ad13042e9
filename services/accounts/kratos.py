"""Ory Kratos' admin API: what it knows of an identity, the end of all its sessions, and its own."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from urllib3 import HTTPResponse

from shared.contracts.accounts import EmailState
from shared.errors import Conflict, NotFound, Unavailable
from shared.ory import Api

THREADS = 4
PAGE = 250
AWAY = "Kratos does not answer; try again in a minute."
NEXT = re.compile(r'page_token=([^&>]+)[^>]*>; ?rel="next"')


class Kratos:
    """A client held open. Every call raises Unavailable where Kratos refuses it, or is late."""

    def __init__(self, admin_url: str, *, timeout_seconds: float = 5.0) -> None:
        waits = timeout_seconds
        self.api = Api("IdentityApi", admin_url, threads=THREADS, timeout=waits, away=AWAY)

    async def email_of(self, identity_id: str) -> EmailState:
        """An identity's address; empty where Kratos knows none of this id."""
        answer = await self._ask("get_identity", identity_id)
        return email_in(orjson.loads(answer.data)) if answer.status == 200 else EmailState()

    async def emails_after(self, token: str) -> tuple[list[tuple[str, EmailState]], str]:
        """Some identities with their addresses, and the token of the next; empty at the end."""
        options = {"page_size": PAGE, **({"page_token": token} if token else {})}
        answer = await self._ask("list_identities", accepted=(200,), **options)
        following = NEXT.search(answer.headers.get("link", ""))
        found = orjson.loads(answer.data)
        return [(one["id"], email_in(one)) for one in found], following[1] if following else ""

    async def change_email(self, identity_id: str, email: str) -> None:
        """Its address from now on, proven elsewhere. Conflict where it is another's; NotFound."""
        proven = {"value": email, "verified": True, "via": "email", "status": "completed"}
        patch = [
            {"op": "replace", "path": "/traits/email", "value": email},
            {"op": "replace", "path": "/verifiable_addresses", "value": [proven]},
        ]
        answer = await self._ask(
            "patch_identity", identity_id, accepted=(200, 404, 409), json_patch=patch
        )
        if answer.status == 409:
            raise Conflict("There is an account with this e-mail address already.")
        if answer.status == 404:
            raise NotFound

    async def revoke_sessions(self, identity_id: str) -> None:
        """Sign it out everywhere; harmless where there is nothing to end."""
        await self._ask("delete_identity_sessions", identity_id)

    async def delete_identity(self, identity_id: str) -> None:
        """Forget it with its credentials; harmless where it is gone."""
        await self._ask("delete_identity", identity_id)

    async def _ask(
        self,
        call: str,
        *args: str,
        accepted: Sequence[int] = (200, 204, 404),
        **options: Any,  # noqa: ANN401
    ) -> HTTPResponse:
        """What is refused was not done: it is to be tried again, as what was not answered."""
        answer = await self.api.ask(call, *args, **options)
        if answer.status not in accepted:
            raise Unavailable(f"Kratos refuses {call}: {answer.status}.")
        return answer

    def close(self) -> None:
        """Let go of threads and connections."""
        self.api.close()


def email_in(identity: Mapping[str, Any]) -> EmailState:
    """The address among an identity's traits, and whether it was proven."""
    email = str((identity.get("traits") or {}).get("email") or "")
    addresses = identity.get("verifiable_addresses") or ()
    return EmailState(
        email=email,
        verified=any(one["value"] == email and one["verified"] for one in addresses),
        active=identity.get("state") == "active",
    )
