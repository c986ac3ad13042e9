"""Accounts follow what becomes of their identities in Kratos: by its hook, and daily in full."""

import asyncio
import time

from services.accounts.kratos import Kratos
from services.accounts.operations.accounts import demand_service
from services.accounts.store.accounts import find_account
from services.accounts.store.identities import (
    claim_round,
    find_email,
    give_round_back,
    keep_email,
)
from services.accounts.store.jobs import Job
from shared.contracts.accounts import EmailState, FollowIdentity, GetEmail, RevokeSessions
from shared.contracts.base import Done
from shared.errors import NotFound, Unavailable
from shared.log import logger
from shared.outbox import Outbox
from shared.policy import Principal

log = logger("accounts")
LOOK_SECONDS = 60.0


async def follow_identity(
    outbox: Outbox, principal: Principal, wanted: FollowIdentity, *, kratos: Kratos
) -> Done:
    """Who tells need not be believed: what is kept is what Kratos says now."""
    demand_service(principal)
    await keep_email(outbox, wanted.identity_id, await kratos.email_of(wanted.identity_id))
    return Done()


async def get_email(outbox: Outbox, principal: Principal, wanted: GetEmail) -> EmailState:
    """Another's address does not exist."""
    _demand_own(principal, wanted.account_uid)
    _, state = await find_email(outbox, wanted.account_uid)
    return state


async def revoke_sessions(
    outbox: Outbox, principal: Principal, wanted: RevokeSessions, *, kratos: Kratos
) -> Done:
    """Signed out everywhere."""
    _demand_own(principal, wanted.account_uid)
    identity_id, _ = await find_email(outbox, wanted.account_uid)
    if not identity_id:
        raise NotFound
    await kratos.revoke_sessions(identity_id)
    return Done()


async def sign_out(outbox: Outbox, kratos: Kratos, job: Job) -> None:
    """Ends the sessions of an account that is shut, if it still is."""
    account = await find_account(outbox, job.subject)
    identity_id, _ = await find_email(outbox, job.subject)
    if account is not None and account.disabled and identity_id:
        await kratos.revoke_sessions(identity_id)


async def reconcile(outbox: Outbox, kratos: Kratos) -> int:
    """Every identity is read and kept; how many there were."""
    count, token = 0, ""
    while True:
        found, token = await kratos.emails_after(token)
        for identity_id, state in found:
            await keep_email(outbox, identity_id, state)
        count += len(found)
        if not token:
            return count


async def reconcile_for_ever(outbox: Outbox, kratos: Kratos, period_seconds: float) -> None:
    """Once a period by one process of all; where Kratos is away, once it is back."""
    while True:
        if await claim_round(outbox, now=int(time.time()), period_seconds=period_seconds):
            try:
                log.info("identities reconciled", count=await reconcile(outbox, kratos))
            except Unavailable as problem:
                await give_round_back(outbox)
                log.debug("identities wait for Kratos", reason=problem.detail)
        await asyncio.sleep(min(LOOK_SECONDS, period_seconds))


def _demand_own(principal: Principal, account_uid: str) -> None:
    is_admin = principal.admin and not principal.disabled
    if principal.kind != "service" and not is_admin and principal.account_uid != account_uid:
        raise NotFound
