"""What one process tells Prometheus of itself. Labels are few and bounded: never a name of data."""

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset(("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"))
BOUNDS = (*map(str, map(float, SECONDS)), "+Inf")


class Answers:
    """The answers of one HTTP door, counted by its event loop alone: so without a lock."""

    def __init__(self) -> None:
        self.by_outcome: Tally[tuple[str, int]] = Tally()
        self.by_bucket = [0] * len(BOUNDS)
        self.seconds = 0.0

    def note(self, method: str, status: int, seconds: float) -> None:
        """An answer has ended that took so long; of a method that is none, `other` is told."""
        self.by_outcome[method if method in METHODS else "other", status] += 1
        self.by_bucket[bisect_left(SECONDS, seconds)] += 1
        self.seconds += seconds


class Doors(Collector):
    """The HTTP doors of this process, told when Prometheus asks."""

    def __init__(self) -> None:
        self._answers: dict[str, Answers] = {}

    def __getitem__(self, door: str) -> Answers:
        return self._answers.setdefault(door, Answers())

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        requests = CounterMetricFamily(
            "coop_http_requests",
            "Requests answered, by door, method and status",
            labels=("door", "method", "status"),
        )
        took = HistogramMetricFamily(
            "coop_http_seconds",
            "Time from a request to the end of its answer",
            labels=("door",),
        )
        for door, answers in list(self._answers.items()):
            for (method, status), count in list(answers.by_outcome.items()):
                requests.add_metric((door, method, str(status)), count)
            up_to = list(zip(BOUNDS, accumulate(answers.by_bucket), strict=True))
            took.add_metric((door,), up_to, answers.seconds)
        yield requests
        yield took


doors = Doors()
REGISTRY.register(doors)
events_handled = Counter(
    "coop_events_handled_total", "Events taken from a durable, by outcome", ("durable", "outcome")
)
events_published = Counter("coop_events_published_total", "Events put on a stream", ("service",))
events_waiting = Gauge(
    "coop_events_waiting", "Events that the relay saw waiting at its last look", ("service",)
)
requests_answered = Counter(
    "coop_rpc_requests_total", "Requests answered on the bus, by outcome", ("operation", "outcome")
)
scrub_objects = Counter(
    "coop_scrub_objects_total", "Objects and versions read again, by outcome", ("outcome",)
)
scrub_bytes = Counter("coop_scrub_bytes_total", "Bytes read again")
scrub_faults = Gauge(
    "coop_scrub_faults", "Objects and versions whose bytes are not what was stored", ("kind",)
)
scrub_ended = Gauge(
    "coop_scrub_ended_seconds", "When all bytes had been read again, since 1970; 0 for never"
)
mirror_waiting = Gauge(
    "coop_mirror_waiting",
    "Changes that a mirror does not have yet, a thousand at most",
    ("mirror",),
)
mirror_lag = Gauge(
    "coop_mirror_lag_seconds", "How long ago the oldest of these was made", ("mirror",)
)
mirror_compared = Gauge(
    "coop_mirror_compared_seconds",
    "When a mirror had been compared with all records, since 1970; 0 for never",
    ("mirror",),
)
mirror_bytes = Counter("coop_mirror_bytes_total", "Bytes copied to a mirror", ("mirror",))
mirror_reads = Counter(
    "coop_mirror_reads_total",
    "Objects wanted of a mirror since the primary failed, by outcome",
    ("mirror", "outcome"),
)


def exposition() -> tuple[bytes, str]:
    """The metrics of this process and their media type (Prometheus text format)."""
    return generate_latest(), CONTENT_TYPE_LATEST
