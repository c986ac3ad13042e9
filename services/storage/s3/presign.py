"""Presigned URLs: a GET or PUT of one address that whoever holds it may do for a while."""

from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from services.storage.s3.claims import ALGORITHM, MAX_EXPIRES_SECONDS, UNSIGNED_PAYLOAD
from services.storage.s3.sigv4 import sign, signing_key

DEFAULT_LIFETIME = timedelta(minutes=15)


class Signer(NamedTuple):
    """In whose name something is signed."""

    access_key_id: str
    secret_access_key: str
    region: str = "us-east-1"

    def scope(self, now: datetime) -> str:
        """The credential scope of today; `now` is in UTC."""
        return f"{now:%Y%m%d}/{self.region}/s3/aws4_request"

    def key(self, now: datetime) -> bytes:
        """The signing key of today."""
        return signing_key(self.secret_access_key, f"{now:%Y%m%d}", self.region)


def presign(
    signer: Signer,
    method: str,
    url: str,
    *,
    now: datetime,
    lifetime: timedelta = DEFAULT_LIFETIME,
) -> str:
    """The URL with a signature for `method`.

    `url` is encoded already (`addressing.object_path`), its query too (for instance
    `response-content-disposition=...`). `now` is in UTC, `lifetime` a week at most: ValueError.
    """
    seconds = int(lifetime.total_seconds())
    if not 1 <= seconds <= MAX_EXPIRES_SECONDS:
        raise ValueError("A presigned URL lives from one second to seven days.")
    parts, timestamp, scope = urlsplit(url), f"{now:%Y%m%dT%H%M%SZ}", signer.scope(now)
    pairs = [pair if "=" in pair else f"{pair}=" for pair in parts.query.split("&") if pair]
    pairs += [
        f"X-Amz-Algorithm={ALGORITHM}",
        f"X-Amz-Credential={quote(f'{signer.access_key_id}/{scope}', safe='')}",
        f"X-Amz-Date={timestamp}",
        f"X-Amz-Expires={seconds}",
        "X-Amz-SignedHeaders=host",
    ]
    query = "&".join(sorted(pairs, key=lambda pair: pair.split("=", 1)))
    canonical = f"{method}\n{parts.path}\n{query}\nhost:{parts.netloc}\n\nhost\n{UNSIGNED_PAYLOAD}"
    signature = sign(signer.key(now), timestamp, scope, canonical.encode())
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{query}&X-Amz-Signature={signature}"
