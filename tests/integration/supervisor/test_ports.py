import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from socket import socket

import pytest

from infra.settings import PlatformSettings
from services.supervisor.addresses import Addresses, choose_addresses
from services.supervisor.ports import FREE_PORTS, take_ports
from services.supervisor.refusal import StartRefused

FREE = {"port": 0}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_refused_by_the_name_of_its_setting(taken: int) -> None:
    with pytest.raises(StartRefused) as refusal:
        take_ports({"COOP_WEB__PORT": ("127.0.0.1", taken)})

    assert str(refusal.value) == (
        f"Port {taken} on 127.0.0.1 is taken; set COOP_WEB__PORT to another one, or to 0 for a "
        "free one."
    )


def test_free_ports_differ_and_lie_below_those_of_outgoing_connections() -> None:
    ports = take_ports({f"COOP_{number}": ("127.0.0.1", 0) for number in range(50)})

    assert len(set(ports.values())) == 50
    assert set(ports.values()) <= set(FREE_PORTS)


def test_two_settings_with_the_same_port_are_refused() -> None:
    with pytest.raises(StartRefused, match="is taken; set"):
        take_ports(
            {"COOP_WEB__PORT": ("127.0.0.1", 19_999), "COOP_STORAGE__PORT": ("127.0.0.1", 19_999)}
        )


def test_an_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(StartRefused, match=r"192\.0\.2\.1"):
        take_ports({"COOP_WEB__PORT": ("192.0.2.1", 0)})


def platform(**settings: object) -> PlatformSettings:
    ports = {"nats": FREE, "kratos": {"public_port": 0, "admin_port": 0}, "web": FREE}
    return PlatformSettings(_env_file=None, **{**ports, "storage": FREE, **settings})


def all_ports(chosen: Addresses) -> list[int]:
    doors = [chosen.web_port, chosen.storage_port, chosen.mail_port, chosen.mail_smtp_port]
    inner = [chosen.nats_port, chosen.kratos_public_port, chosen.kratos_admin_port]
    return [*doors, *inner, *(one.ops_port for one in chosen.processes)]


def test_no_port_is_given_twice_wherever_is_listened() -> None:
    ports = all_ports(choose_addresses(platform(mail=FREE | {"smtp_port": 0})))

    assert len(set(ports)) == len(ports) == 12


def test_platforms_that_start_at_once_look_at_different_places() -> None:
    """All choose before any listens."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("forkserver")) as pool:
        both = [pool.submit(chosen_ports) for _ in range(2)]
        first, second = (set(one.result()) for one in both)

    assert not first & second


def chosen_ports() -> list[int]:
    ports = all_ports(choose_addresses(platform()))
    time.sleep(0.3)  # so that the other process of the pool is taken for the other one
    return ports


def test_a_door_with_a_certificate_is_public_by_tls_and_near_without() -> None:
    chosen = choose_addresses(platform(storage={"port": 0, "tls_cert": "door.pem"}))
    assert chosen.storage_url == f"https://127.0.0.1:{chosen.storage_port}"
    assert chosen.storage_near_url == f"http://127.0.0.1:{chosen.storage_near_port}"
    assert chosen.storage_near_port != chosen.storage_port

    plain = choose_addresses(platform())
    assert plain.storage_near_port == 0
    assert plain.storage_near_url == plain.storage_url


def test_public_addresses_follow_the_ports_unless_they_were_set() -> None:
    chosen = choose_addresses(platform())
    assert chosen.web_url == f"http://localhost:{chosen.web_port}"
    assert chosen.storage_url == f"http://127.0.0.1:{chosen.storage_port}"

    given = choose_addresses(platform(web={"port": 0, "public_url": "https://data.example.org"}))
    assert given.web_url == "https://data.example.org"


def test_each_process_has_its_own_ops_port_and_name() -> None:
    chosen = choose_addresses(platform(storage={"port": 0, "processes": 3}, services="storage"))

    assert [one.name for one in chosen.processes] == ["storage", "storage-2", "storage-3"]
    assert len({one.ops_port for one in chosen.processes}) == 3
    assert (chosen.web_port, chosen.kratos_admin_port) == (0, 0)


def test_what_runs_elsewhere_is_not_started_here() -> None:
    chosen = choose_addresses(
        platform(
            nats={"url": "nats://bus:4222"}, services="storage", kratos={"admin_url": "http://k"}
        )
    )

    assert chosen.nats_port == 0
    assert chosen.nats_url == "nats://bus:4222"
