"""Where a person is signed in: each session with its device, ended one by one or all at once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.web.render.devices import device
from services.web.resources import resources_of
from services.web.views.flows import browser_of
from services.web.views.page import page
from services.web.views.sending import needed_visitor, see, sent_form
from shared.errors import NotFound

HERE = "/-/sessions"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One session as its owner sees it."""

    session_id: str
    device: str
    agent: str
    address: str
    since: datetime
    has_second_factor: bool
    is_this: bool = False


async def sessions(request: Request) -> Response:
    """This one first, then the others as they were begun."""
    await needed_visitor(request)
    kratos, browser = resources_of(request).kratos, browser_of(request)
    this, others = await asyncio.gather(kratos.session(browser), kratos.other_sessions(browser))
    listed = [_signed_in(this.body, is_this=True), *(_signed_in(one) for one in others)]
    response = await page(
        request,
        "flows/sessions.html",
        sessions=listed,
    )
    response.headers["cache-control"] = "no-store"
    return response


async def send_revoke(request: Request) -> Response:
    """Another session, or all others. What is not one's own does not exist."""
    fields = await sent_form(request)
    await needed_visitor(request)
    kratos, browser = resources_of(request).kratos, browser_of(request)
    if fields.get("all"):
        await kratos.revoke_others(browser)
    else:
        own = {str(one["id"]) for one in await kratos.other_sessions(browser)}
        if fields.get("session_id", "") not in own:
            raise NotFound("This session has ended already.")
        await kratos.revoke(fields["session_id"], browser)
    return see(HERE, "sessions-ended")


def _signed_in(session: Mapping[str, Any], *, is_this: bool = False) -> SignedIn:
    last: Mapping[str, Any] = next(iter(session.get("devices") or ()), {})
    agent = str(last.get("user_agent") or "")
    return SignedIn(
        session_id=str(session["id"]),
        device=device(agent),
        agent=agent,
        address=str(last.get("ip_address") or "").rpartition(":")[0] or str(last.get("ip_address")),
        since=datetime.fromisoformat(str(session["authenticated_at"])),
        has_second_factor=session.get("authenticator_assurance_level") == "aal2",
        is_this=is_this,
    )
