"""What a hostile input may cost, whatever else the machine does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def costing(at_most: float = 2.0) -> Iterator[None]:
    """Fails if what is done within takes more CPU seconds: a guard against work that explodes.

    Only for what could cost minutes, so that a slow machine never comes near it; what something
    costs is measured by the benchmarks.
    """
    began = time.process_time()
    try:
        yield
    finally:
        assert time.process_time() - began < at_most
