"""What the pieces of a request to the data door cost, each on its own: CPU."""

import time
from collections.abc import Callable

from services.storage.s3.claims import read_claim
from services.storage.s3.listings import Entry, Listing, list_objects_v2
from services.storage.s3.sigv4 import verify
from tests.aws_chunks import TRAILER, UNSIGNED_TRAILER, decoder, frame
from tests.benchmarks.report import Table
from tests.signed_requests import SECRET, sign_header

RUNS, TIMES = 5, 20
CHUNK, CHUNKS = 65_536, 256
URL = "http://localhost:9000/acct/repo/"


def measure() -> Table:
    """One row for each piece."""
    table = Table("Pieces of the data door", ("what", "CPU", "aim"))
    table.rows.append(("verifying a signature", f"{best(signature) * 1e6:.0f} µs", "10 µs"))
    table.rows.append(("writing a page of 1,000 keys", f"{best(page) * 1e3:.2f} ms", "1.5 ms"))
    gigabytes = CHUNK * CHUNKS / 1e9
    chunks = f"{best(chunked) / gigabytes:.3f} s/GB"
    table.rows.append(("decoding aws-chunked, 64 KiB a chunk", chunks, "0.08 s/GB"))
    return table


def best(made: Callable[[], Callable[[], object]]) -> float:
    """CPU seconds of one call, in the best of several runs."""
    return min(once(made()) for _ in range(RUNS))


def once(work: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - start) / TIMES


def signature() -> Callable[[], object]:
    request = sign_header("GET", URL + "key", {})
    claim = read_claim(request)
    assert claim is not None
    return lambda: verify(request, claim, SECRET, now=claim.signed_at)


def page() -> Callable[[], object]:
    keys = (f"data/2026/part-{number:06d}.parquet" for number in range(1000))
    listing = Listing("acct", [Entry(key, 5, "etag", 1_795_435_200_123) for key in keys])
    return lambda: list_objects_v2(listing)


def chunked() -> Callable[[], object]:
    body = frame([b"x" * CHUNK] * CHUNKS, f"{TRAILER}\r\n".encode())

    def work() -> None:
        made = decoder(UNSIGNED_TRAILER, CHUNK * CHUNKS, TRAILER)
        made.feed(body)
        made.finish()

    return work
