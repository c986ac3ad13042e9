"""What those are called whose tries and requests are counted: no address can be read out of it."""

from hashlib import blake2b

BYTES = 16


def nameless(key: bytes, name: str) -> str:
    """The same for one name however it is written, and for all who have the key."""
    return blake2b(name.strip().casefold().encode(), key=key, digest_size=BYTES).hexdigest()
