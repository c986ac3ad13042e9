"""Who asks: the signature is proved with a secret from the projection, or nobody is claimed to be.

A service of ours may name a person for whom it signed (`x-coop-actor`, which the signature covers);
then that person's rights of this moment count, and not the service's.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from services.storage.operations.presigning import ACTOR_FIELD, KEY_MARK, LINK_MARK
from services.storage.s3.claims import Claim, read_claim
from services.storage.s3.errors import S3Error
from services.storage.s3.sigv4 import Verified, verify
from services.storage.views.exchange import ANONYMOUS, Caller, Exchange, Held
from shared.contracts.accounts import SealedAccessKey
from shared.contracts.base import Actor, Scope
from shared.contracts.repositories import SHARE_FIELD, SealedShareLink
from shared.identifiers import is_uid
from shared.keyfile import SERVICE_KEY_PREFIX
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, service_principal
from shared.sealing import SealError

LINK_REFUSED = "This share link is not known, has ended, or was altered."


async def find_caller(exchange: Exchange) -> Caller:
    """Who sent the request. Raises S3Error where a claim cannot be proved."""
    claim = read_claim(exchange.request)
    token = exchange.request.query.get(SHARE_FIELD) if exchange.request.query_string else None
    if token is not None:
        if claim is not None:
            raise S3Error("InvalidArgument", "Either a signature or a share link, not both.")
        return await link_holder(exchange.held, token)
    if claim is None:
        return ANONYMOUS
    if claim.session_token:
        return await session_holder(exchange, claim)
    held, key_id = exchange.held, claim.access_key_id
    known = held.holders.recall(key_id)
    if known is not None:
        refuse_when_stale(held)
        held.uses.note(key_id)
        return Caller(known.principal, known.account_uid, prove(exchange, claim, known.secret))
    changes = held.projection.changes
    secret, sealed = await secret_of(held, key_id)
    verified = prove(exchange, claim, secret)
    if sealed is None:
        return await service(held, key_id, exchange.request.query, verified)
    caller = await holder(held, sealed, verified)
    held.holders.remember(sealed, caller.principal, changes)
    return caller


async def session_holder(exchange: Exchange, claim: Claim) -> Caller:
    """The holder of a short-lived key: its account of today, within the limits of the trust.

    Raises InvalidToken (also where the trust is no more), ExpiredToken.
    """
    held = exchange.held
    try:
        session = held.sessions.open(claim.access_key_id, claim.session_token)
    except SealError:
        raise S3Error("InvalidToken") from None
    verified = prove(exchange, claim, held.sessions.secret_of(session.access_key_id))
    if session.expires_at <= datetime.now(UTC):
        raise S3Error("ExpiredToken")
    refuse_when_stale(held)
    trust = await held.projection.trust(session.trust_uid)
    if trust is None:
        raise S3Error("InvalidToken", "The trust that this key was given for is no more.")
    return await person(held, actor_of(trust.account_uid, trust.scope), verified)


async def secret_of(held: Held, access_key_id: str) -> tuple[str, SealedAccessKey | None]:
    """The secret of a key and the key if it is no service's, unless what is known is too old."""
    secret, sealed = await held.holders.secret_of(access_key_id)
    if sealed:
        refuse_when_stale(held)
    return secret, sealed


def refuse_when_stale(held: Held) -> None:
    """A key that was revoked meanwhile must not work for ever."""
    if held.projection.silence() > held.stale_after:
        raise S3Error(
            "ServiceUnavailable", "What is known of access keys is too old. Please try again."
        )


def prove(exchange: Exchange, claim: Claim, secret: str) -> Verified:
    """The claim, proved with its secret."""
    return verify(exchange.request, claim, secret, now=datetime.now(UTC))


async def holder(held: Held, sealed: SealedAccessKey, verified: Verified | None) -> Caller:
    """The holder of a key: its account with the rights of today, within the key's limits."""
    held.uses.note(sealed.access_key_id)
    return await person(held, actor_of(sealed.account_uid, sealed.scope), verified)


async def person(held: Held, actor: Actor, verified: Verified | None) -> Caller:
    """An account, with the rights it has today. Raises AccessDenied for one that is disabled."""
    principal = await held.projection.principal(actor)
    if principal.disabled:
        raise S3Error("AccessDenied", "This account is disabled.")
    return Caller(principal, actor.account_uid, verified)


@lru_cache(maxsize=4096)
def actor_of(account_uid: str, scope: Scope | None = None) -> Actor:
    """An account as the one who asks; remembered, as validating it costs more than looking."""
    return Actor(kind="account", account_uid=account_uid, scope=scope)


async def link_holder(held: Held, token: str) -> Caller:
    """Whoever came with the token of a share link. Raises AccessDenied for one that opens nothing.

    Said before anything is looked at, so it tells nothing of what is there.
    """
    link_id, _, secret = token.partition(".")
    link = await good_link(held, link_id)
    if not link.fits(secret):
        raise S3Error("AccessDenied", LINK_REFUSED)
    return opened_by(held, link)


async def good_link(held: Held, link_id: str) -> SealedShareLink:
    """The link of this id. Raises AccessDenied, also for a revoked one."""
    refuse_when_stale(held)
    link = await held.projection.share_link(link_id) if is_uid(link_id) else None
    if link is None:
        raise S3Error("AccessDenied", LINK_REFUSED)
    return link


def opened_by(held: Held, link: SealedShareLink, verified: Verified | None = None) -> Caller:
    """Whoever has the link: nobody, but for what it opens."""
    held.link_uses.note(link.link_id)
    return Caller(Principal(share=link.share()), "", verified)


async def service(
    held: Held, access_key_id: str, fields: Mapping[str, str], verified: Verified | None
) -> Caller:
    """One of our services, or whom it signed for; `fields` are covered by the signature."""
    signed_for = fields.get(ACTOR_FIELD)
    if signed_for is None:
        name = access_key_id.removeprefix(SERVICE_KEY_PREFIX).lower()
        return Caller(service_principal(name), name, verified)
    if not signed_for:
        return Caller(nobody(), "", verified)
    if signed_for.startswith(LINK_MARK):
        link = await good_link(held, signed_for.removeprefix(LINK_MARK))
        return opened_by(held, link, verified)
    refuse_when_stale(held)
    account_uid, _, key_id = signed_for.partition(KEY_MARK)
    if not key_id:
        return await person(held, actor_of(account_uid), verified)
    sealed = await held.projection.access_key(key_id)
    if sealed is None:
        raise S3Error("AccessDenied", "The access key that this was made with works no more.")
    return await holder(held, sealed, verified)


def nobody() -> Principal:
    """An address that was made for an anonymous reader."""
    return ANONYMOUS_PRINCIPAL
