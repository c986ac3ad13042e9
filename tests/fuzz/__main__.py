"""`make fuzz`: a million misspelt requests, spread over the cores; ends with 1 at a finding.

python -m tests.fuzz [cases] [seed]
"""

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from tests.fuzz.targets import TARGETS, Finding, run

CASES = 1_000_000
BATCH = 5_000


def main(cases: int = CASES, seed: int = 0) -> None:
    """Every target gets its share."""
    began, counts = time.monotonic(), Counter[tuple[str, str]]()
    total = sum(target.share for target in TARGETS.values())
    batches = [
        (name, start, min(BATCH, wanted - start))
        for name, target in TARGETS.items()
        for wanted in [-(-cases * target.share // total)]
        for start in range(0, wanted, BATCH)
    ]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for (name, _, _), seen in zip(
            batches, pool.map(run_batch, batches, repeat(seed)), strict=True
        ):
            counts.update({(name, end): count for end, count in seen.items()})
    for (name, end), count in sorted(counts.items()):
        sys.stdout.write(f"{name:10} {end:8} {count:8}\n")
    seconds = time.monotonic() - began
    sys.stdout.write(f"{counts.total():,} cases of seed {seed} in {seconds:.0f} s\n")


def run_batch(batch: tuple[str, int, int], seed: int) -> Counter[str]:
    """How many ended how."""
    name, start, count = batch
    return run(name, seed, range(start, start + count))


if __name__ == "__main__":
    try:
        main(*map(int, sys.argv[1:]))
    except Finding as finding:
        sys.exit(f"found: {finding}\n{finding.trace}")
