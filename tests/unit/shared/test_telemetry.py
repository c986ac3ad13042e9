"""What Prometheus reads of the HTTP doors."""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from shared.telemetry import Doors


def told(doors: Doors) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    registry = CollectorRegistry()
    registry.register(doors)
    families = text_string_to_metric_families(generate_latest(registry).decode())
    samples = [one for family in families for one in family.samples]
    return {(one.name, *one.labels.values()): one.value for one in samples}


def test_answers_by_door_method_and_status() -> None:
    doors = Doors()
    doors["s3"].note("GET", 200, 0.0001)
    doors["s3"].note("GET", 200, 0.0001)
    doors["s3"].note("GET", 404, 0.0001)
    doors["web"].note("GET", 200, 0.0001)
    samples = told(doors)
    assert samples["coop_http_requests_total", "s3", "GET", "200"] == 2
    assert samples["coop_http_requests_total", "s3", "GET", "404"] == 1
    assert samples["coop_http_requests_total", "web", "GET", "200"] == 1


def test_a_made_up_method_makes_no_label_of_its_own() -> None:
    doors = Doors()
    doors["web"].note("BREW", 405, 0.1)
    doors["web"].note("WHEN", 405, 0.1)
    assert told(doors)["coop_http_requests_total", "web", "other", "405"] == 2


def test_buckets_add_up() -> None:
    doors = Doors()
    for seconds in (0.0005, 0.001, 0.002, 60.0):
        doors["s3"].note("GET", 200, seconds)
    samples = told(doors)
    assert samples["coop_http_seconds_bucket", "s3", "0.001"] == 2
    assert samples["coop_http_seconds_bucket", "s3", "0.0025"] == 3
    assert samples["coop_http_seconds_bucket", "s3", "10.0"] == 3
    assert samples["coop_http_seconds_bucket", "s3", "+Inf"] == 4
    assert samples["coop_http_seconds_count", "s3"] == 4
    assert abs(samples["coop_http_seconds_sum", "s3"] - 60.0035) < 1e-9
