"""AWS Signature Version 4 of a GET without a body (S3 API reference, "Authenticating requests")."""

from datetime import datetime
from hashlib import sha256
from hmac import digest

# The data door has no regions; a signature must name one.
REGION = "us-east-1"
UNSIGNED = "UNSIGNED-PAYLOAD"
SIGNED_HEADERS = "host;x-amz-content-sha256;x-amz-date"


class Signer:
    """Signs requests to one host with one access key."""

    def __init__(self, host: str, access_key_id: str, secret_access_key: str) -> None:
        self.host = host
        self.access_key_id = access_key_id
        self._secret = secret_access_key
        self._day = ("", b"")

    def headers(self, path: str, moment: datetime) -> dict[str, str]:
        """The headers that make a GET of this path (as it will be sent) ours."""
        timestamp, date = f"{moment:%Y%m%dT%H%M%SZ}", f"{moment:%Y%m%d}"
        lines = f"host:{self.host}\nx-amz-content-sha256:{UNSIGNED}\nx-amz-date:{timestamp}\n"
        canonical = f"GET\n{path}\n\n{lines}\n{SIGNED_HEADERS}\n{UNSIGNED}"
        scope = f"{date}/{REGION}/s3/aws4_request"
        hashed = sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{hashed}"
        signature = digest(self._key(date), text.encode(), "sha256").hex()
        return {
            "host": self.host,
            "x-amz-date": timestamp,
            "x-amz-content-sha256": UNSIGNED,
            "authorization": f"AWS4-HMAC-SHA256 Credential={self.access_key_id}/{scope}, "
            f"SignedHeaders={SIGNED_HEADERS}, Signature={signature}",
        }

    def _key(self, date: str) -> bytes:
        """The signing key of a day, kept until the next."""
        if self._day[0] != date:
            key = f"AWS4{self._secret}".encode()
            for part in (date, REGION, "s3", "aws4_request"):
                key = digest(key, part.encode(), "sha256")
            self._day = (date, key)
        return self._day[1]
