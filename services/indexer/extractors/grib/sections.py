"""Sections of a message, and their numbers: those below nothing have a sign, not a complement."""

from dataclasses import dataclass

from services.indexer.extractors.facts import Malformed

MISSING = 0xFF


@dataclass(slots=True, frozen=True)
class Section:
    """One section. Octets are counted from 1, as the WMO's manual on codes counts them."""

    data: bytes

    def unsigned(self, first: int, last: int = 0) -> int:
        """The octets from first to last, or the one. Raises Malformed beyond its end."""
        octets = self.data[first - 1 : last or first]
        if len(octets) < (last or first) - first + 1:
            raise Malformed("One of its sections is shorter than what it should hold.")
        return int.from_bytes(octets)

    def signed(self, first: int, last: int = 0) -> int:
        """The same, where the first bit is a minus."""
        number, bits = self.unsigned(first, last), 8 * ((last or first) - first + 1)
        least = 1 << (bits - 1)
        return least - number if number & least else number

    def scaled(self, first: int) -> float | None:
        """An octet with a power of ten and four with a value; None where it is missing."""
        if self.unsigned(first) == MISSING:
            return None
        return float(self.unsigned(first + 1, first + 4) / 10.0 ** self.signed(first))
