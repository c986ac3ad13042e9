"""Identity tokens: JSON Web Tokens of an issuer that is trusted (RFC 7519; RFC 8725 is heeded)."""

from dataclasses import dataclass
from typing import Any

import jwt

from services.storage.issuers.keys import ALGORITHMS, IssuerKeys
from shared.contracts.accounts import Trust

MAX_TOKEN_BYTES = 20_000
LEEWAY_SECONDS = 30
LONGEST_SUBJECT = 1024


class TokenError(Exception):
    """The token is not taken; `code` is STS's word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token is about, proved."""

    issuer: str
    subject: str
    audience: str


async def identify(keys: IssuerKeys, trust: Trust, token: str) -> Identity:
    """Whom a token is about, if this trust covers it. Raises TokenError, FetchError.

    The issuer is asked for keys only if it is the one that is trusted: a token alone makes nobody
    fetch anything.
    """
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise TokenError("InvalidIdentityToken", "The token is too long, or no token at all.")
    header, claims = _unproved(token)
    if claims.get("iss") != trust.issuer:
        raise TokenError("AccessDenied", "This issuer is not trusted.")
    if header.get("alg") not in ALGORITHMS.values():
        raise TokenError("InvalidIdentityToken", "The token is not signed with RS256 or ES256.")
    key_id = header.get("kid", "")
    key = await keys.find(trust.issuer, key_id) if isinstance(key_id, str) else None
    if key is None or key.algorithm_name != header["alg"]:
        raise TokenError("InvalidIdentityToken", "The issuer has no such key.")
    return _covered(trust, _proved(trust, token, key))


def _unproved(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        read = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenError("InvalidIdentityToken", "This is no JSON Web Token.") from None
    return read["header"], read["payload"]


def _proved(trust: Trust, token: str, key: jwt.PyJWK) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=trust.audience,
            issuer=trust.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise TokenError("ExpiredTokenException", "The token has expired.") from None
    except jwt.InvalidAudienceError:
        raise TokenError("IDPRejectedClaim", "The token is for another audience.") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise TokenError("InvalidIdentityToken", f"The token is not valid: {error}.") from None
    return claims


def _covered(trust: Trust, claims: dict[str, Any]) -> Identity:
    subject = claims["sub"]
    is_text = subject.isprintable() and 0 < len(subject) <= LONGEST_SUBJECT
    if not is_text or not matches(trust.subject, subject):
        raise TokenError("AccessDenied", "This subject is not trusted.")
    return Identity(trust.issuer, subject, trust.audience)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is as the pattern says; `*` stands for anything, also for nothing.

    In time linear in both: piece after piece is looked for, the first at the beginning, the last
    at the end.
    """
    first, *pieces = pattern.split("*")
    if not pieces:
        return text == pattern
    last, at = pieces.pop(), len(first)
    if not text.startswith(first):
        return False
    for piece in pieces:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(text) - at >= len(last) and text.endswith(last)
