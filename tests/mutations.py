"""Bytes as they never should be: flipped, overwritten, cut off, doubled."""

from collections.abc import Sequence
from random import Random

FILLERS = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00")
# Where headers are: most mutations go there, since pixels are never read.
HEADER_BYTES = 2048


def mutated(data: bytes, randomness: Random) -> bytes:
    """The same bytes with up to eight things wrong."""
    wrong = bytearray(data)
    for _ in range(randomness.randint(1, 8)):
        reach = min(len(wrong), HEADER_BYTES) if randomness.random() < 0.8 else len(wrong)
        if reach < 8:
            break
        place = randomness.randrange(reach - 4)
        match randomness.randrange(5):
            case 0 | 1:
                wrong[place] ^= 1 << randomness.randrange(8)
            case 2:
                wrong[place : place + 4] = randomness.choice(FILLERS)
            case 3:
                wrong[place : place + 4] = randomness.randbytes(4)
            case _:
                start = randomness.randrange(reach - 4)
                wrong[place : place + 4] = wrong[start : start + 4]
    if randomness.random() < 0.15:
        del wrong[randomness.randrange(len(wrong)) :]
    return bytes(wrong)


def misspelt(text: bytes, words: Sequence[bytes], randomness: Random) -> bytes:
    """The same text with one to four things wrong; `words` are what its readers look out for."""
    for _ in range(randomness.randint(1, 4)):
        start = randomness.randint(0, len(text))
        end = min(len(text), start + randomness.choice((0, 1, 1, 2, 8, 40)))
        match randomness.randrange(6):
            case 0 if start < len(text):
                flipped = text[start] ^ 1 << randomness.randrange(8)
                text = text[:start] + bytes([flipped]) + text[start + 1 :]
            case 1:
                text = text[:start] + text[end:]
            case 2:
                text = text[:end] + text[start:end] * randomness.choice((1, 1, 1, 50)) + text[end:]
            case 3:
                text = text[:start] + randomness.randbytes(randomness.randint(1, 4)) + text[end:]
            case 4 if randomness.random() < 0.3:
                text = text[:start]
            case _:
                text = text[:start] + randomness.choice(words) + text[end:]
    return text
