"""`/.sts`: AWS STS AssumeRoleWithWebIdentity, which gives a short-lived key for an identity token.

Parameters come as a form or in the query, answers and errors are those of the AWS STS API
reference, version 2011-06-15. The role is `arn:aws:iam::<account>:role/<trust>`; its last part
alone says which trust is meant.
"""

import re
from datetime import timedelta
from urllib.parse import parse_qsl

from services.storage.issuers.sessions import Session
from services.storage.issuers.tokens import Identity, TokenError, identify
from services.storage.s3.errors import S3Error
from services.storage.s3.escaping import escape
from services.storage.views.bodies import drain, raw_pieces
from services.storage.views.callers import refuse_when_stale
from services.storage.views.exchange import XML, Exchange
from services.storage.views.refusals import as_s3
from shared.contracts.accounts import Trust
from shared.contracts.accounts.trusts import SHORTEST_SECONDS
from shared.contracts.base import now
from shared.errors import Problem
from shared.fetching import FetchError

PATHS = frozenset({b"/.sts", b"/.sts/"})
XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/"
ACTION = "AssumeRoleWithWebIdentity"
MAX_FORM_BYTES, MAX_FIELDS = 64 * 1024, 30
DEFAULT_SECONDS = 3600
STATUS = {"AccessDenied": 403, "IDPRejectedClaim": 403}
NOT_AUTHORIZED = f"Not authorized to perform sts:{ACTION}"

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII).fullmatch
_TRUST_UID = re.compile(r"[0-9A-Z]{26}").fullmatch


async def answer(exchange: Exchange) -> None:
    """A key for a token, or STS's words for why there is none."""
    try:
        document = await _assumed(exchange, await _fields(exchange))
    except TokenError as error:
        await _refuse(exchange, STATUS.get(error.code, 400), error.code, str(error))
    except FetchError as error:
        await _refuse(exchange, 400, "IDPCommunicationError", str(error))
    except (S3Error, Problem) as error:
        said = as_s3(error)
        await _refuse(exchange, said.status, said.code, said.message)
    else:
        await exchange.answer(200, [XML, (b"cache-control", b"no-store")], document)


async def _fields(exchange: Exchange) -> dict[str, str]:
    """The parameters. What is said twice, or in query and form, is not guessed at."""
    if exchange.request.method not in {"GET", "POST"}:
        raise S3Error("MethodNotAllowed", Method=exchange.request.method)
    body = exchange.request.query_string
    async for piece in raw_pieces(exchange):
        body += (b"&" if piece and body == exchange.request.query_string else b"") + piece
        if len(body) > MAX_FORM_BYTES:
            raise TokenError("InvalidIdentityToken", "The request is too long.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise TokenError("MalformedQueryString", "The parameters cannot be read.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise TokenError("MalformedQueryString", "A parameter is there twice.")
    return fields


async def _assumed(exchange: Exchange, fields: dict[str, str]) -> bytes:
    if fields.get("Action") != ACTION:
        raise TokenError("InvalidAction", f"The one action here is {ACTION}.")
    for name in ("RoleArn", "RoleSessionName", "WebIdentityToken"):
        if not fields.get(name):
            raise TokenError("MissingParameter", f"{name} is missing.")
    if not _SESSION_NAME(fields["RoleSessionName"]):
        raise TokenError(
            "ValidationError", "RoleSessionName is 2 to 64 of A-Z a-z 0-9 + = , . @ - _"
        )
    if fields.keys() & {"Policy", "PolicyArns.member.1.arn", "ProviderId"}:
        raise TokenError("ValidationError", "Policies and ProviderId are not known here.")
    held = exchange.held
    trust = await _trust(exchange, fields["RoleArn"])
    seconds = _seconds(fields.get("DurationSeconds", ""), trust)
    identity = await identify(held.issuers, trust, fields["WebIdentityToken"])
    session, token = held.sessions.make(trust.trust_uid, now() + timedelta(seconds=seconds))
    secret = held.sessions.secret_of(session.access_key_id)
    return _document(
        exchange, (trust, fields["RoleSessionName"]), identity, (session, secret, token)
    )


async def _trust(exchange: Exchange, role: str) -> Trust:
    """The trust that is meant, if it and its account still are. Raises AccessDenied."""
    held, trust_uid = exchange.held, role.rpartition("/")[2]
    refuse_when_stale(held)
    trust = await held.projection.trust(trust_uid) if _TRUST_UID(trust_uid) else None
    account = await held.projection.account(trust.account_uid) if trust else None
    if trust is None or account is None or account.disabled:
        raise TokenError("AccessDenied", NOT_AUTHORIZED)
    return trust


def _seconds(text: str, trust: Trust) -> int:
    longest = trust.duration_seconds
    if not text:
        return min(DEFAULT_SECONDS, longest)
    is_number = text.isascii() and text.isdigit() and len(text) < 8
    if not is_number or not SHORTEST_SECONDS <= int(text) <= longest:
        raise TokenError(
            "ValidationError", f"DurationSeconds is {SHORTEST_SECONDS} to {longest} for this role."
        )
    return int(text)


def _document(
    exchange: Exchange,
    role: tuple[Trust, str],
    identity: Identity,
    key: tuple[Session, str, str],
) -> bytes:
    (trust, name), (session, secret, token) = role, key
    arn = f"arn:aws:sts::{trust.account_id}:assumed-role/{trust.trust_uid}/{name}"
    return _xml(
        f"{ACTION}Response",
        f"<{ACTION}Result>"
        f"{_tag('SubjectFromWebIdentityToken', identity.subject)}"
        f"{_tag('Audience', identity.audience)}"
        f"<AssumedRoleUser>{_tag('Arn', arn)}"
        f"{_tag('AssumedRoleId', f'{trust.trust_uid}:{name}')}</AssumedRoleUser>"
        f"<Credentials>{_tag('AccessKeyId', session.access_key_id)}"
        f"{_tag('SecretAccessKey', secret)}{_tag('SessionToken', token)}"
        f"{_tag('Expiration', f'{session.expires_at:%Y-%m-%dT%H:%M:%SZ}')}</Credentials>"
        f"{_tag('Provider', identity.issuer)}</{ACTION}Result>"
        f"<ResponseMetadata>{_tag('RequestId', exchange.request_id)}</ResponseMetadata>",
    )


async def _refuse(exchange: Exchange, status: int, code: str, message: str) -> None:
    await drain(exchange)
    kind = "Sender" if status < 500 else "Receiver"
    error = f"{_tag('Type', kind)}{_tag('Code', code)}{_tag('Message', message)}"
    body = f"<Error>{error}</Error>{_tag('RequestId', exchange.request_id)}"
    await exchange.answer(status, [XML], _xml("ErrorResponse", body))


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _xml(root: str, content: str) -> bytes:
    return f'<{root} xmlns="{XMLNS}">{content}</{root}>'.encode()
