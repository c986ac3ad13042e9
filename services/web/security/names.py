"""What those are called whose tries and requests are counted: no address can be read out of it."""

from hashlib import blake2b

BYTES = 16
# Kratos lowers it to one letter, as Go does, where Python makes two of it.
DOTTED_I = "\u0130"


def nameless(key: bytes, name: str) -> str:
    """The same for one name however it is written, and for all who have the key."""
    folded = name.strip().replace(DOTTED_I, "i").casefold()
    return blake2b(folded.encode(), key=key, digest_size=BYTES).hexdigest()
