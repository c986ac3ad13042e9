"""What is fuzzed, and how a case is run again: its name, the seed and its number are all of it."""

import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from tests.fuzz.chunks import chunked
from tests.fuzz.documents import complete, delete, policy
from tests.fuzz.heads import address, headers, ranges
from tests.fuzz.searches import search
from tests.fuzz.signatures import signature
from tests.fuzz.wires import http


@dataclass(frozen=True)
class Target:
    """`case` says how it ended, and raises at a finding; `share` is how often it is run."""

    case: Callable[[Random], str]
    share: int


# What is misspelt is refused, mostly.
MISSPELT = {
    "address": Target(address, 15),
    "chunked": Target(chunked, 20),
    "complete": Target(complete, 10),
    "delete": Target(delete, 10),
    "headers": Target(headers, 15),
    "http": Target(http, 2),
    "policy": Target(policy, 5),
    "ranges": Target(ranges, 8),
    "signature": Target(signature, 20),
}
TARGETS = {**MISSPELT, "search": Target(search, 2)}


class Finding(Exception):
    """A case that did not end as it ought to."""

    def __init__(self, case: str, trace: str) -> None:
        super().__init__(case, trace)
        self.trace = trace

    def __str__(self) -> str:
        return f"{self.args[0]}"


def run(name: str, seed: int, numbers: Iterable[int]) -> Counter[str]:
    """How many ended how. Raises Finding."""
    ends: Counter[str] = Counter()
    for number in numbers:
        case = f"{name} {seed} {number}"
        try:
            ends[TARGETS[name].case(Random(case))] += 1
        except Exception as error:
            raise Finding(case, "".join(traceback.format_exception(error))) from error
    return ends
