"""What an authenticator app shows (RFC 6238: HMAC-SHA-1, six figures, half a minute)."""

import base64
import hashlib
import hmac
import struct
import time


def shown_code(secret: str) -> str:
    """The code of this moment."""
    count = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), count, hashlib.sha1).digest()
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"
