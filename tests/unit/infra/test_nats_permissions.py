import json
from pathlib import Path

import pytest

from infra.nats.config import render_config
from infra.nats.permissions import of_operator, of_service
from shared.keyfile import nats_seed
from shared.topology import CONSUMERS, PRIVATE_READERS, SERVICES

KEY = bytes(range(32))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_announces_only_its_own_facts(service: str) -> None:
    announced = [one for one in of_service(service).publish if one.startswith("coop.v1.")]

    assert announced == [f"coop.v1.{service}.>"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_only_its_own_requests(service: str) -> None:
    answered = [one for one in of_service(service).subscribe if one.startswith("coop.rpc.")]

    assert answered == [f"coop.rpc.{service}.>"]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_may_declare_or_delete_streams(service: str) -> None:
    managing = ("STREAM.CREATE", "STREAM.UPDATE", "STREAM.DELETE", "CONSUMER.CREATE", "DURABLE")

    assert not [one for one in of_service(service).publish if any(word in one for word in managing)]
    assert not [one for one in of_service(service).publish if one in (">", "$JS.>", "$JS.API.>")]


def test_only_storage_hears_all_credentials() -> None:
    hearing = [
        service for service in SERVICES if "coop.private.v1.>" in of_service(service).subscribe
    ]

    assert tuple(hearing) == PRIVATE_READERS


def test_a_durable_is_drained_only_by_its_service() -> None:
    for consumer in CONSUMERS:
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{consumer.stream}.{consumer.durable}"
        draining = [service for service in SERVICES if subject in of_service(service).publish]
        assert draining == [consumer.service]
        assert subject in of_operator().deny_publish


def test_the_operator_cannot_read_credentials() -> None:
    role = of_operator()

    assert not [one for one in (*role.publish, *role.subscribe) if "private" in one.lower()]


def test_the_configuration_holds_public_keys_only() -> None:
    text = render_config(KEY, Path("/data"), "127.0.0.1", 4222)

    assert json.loads(text)["jetstream"]["sync_interval"] == "always"
    for name in (*SERVICES, "admin", "operator"):
        assert nats_seed(KEY, name) not in text
