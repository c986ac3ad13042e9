"""What one process tells Prometheus of itself. Labels are few and bounded: never a name of data."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

http_requests = Counter(
    "coop_http_requests_total",
    "Requests answered, by door, method and status",
    ("door", "method", "status"),
)
http_seconds = Histogram(
    "coop_http_seconds", "Time from a request to the end of its answer", ("door",), buckets=SECONDS
)
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


def exposition() -> tuple[bytes, str]:
    """The metrics of this process and their media type (Prometheus text format)."""
    return generate_latest(), CONTENT_TYPE_LATEST
