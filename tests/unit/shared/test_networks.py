"""Which addresses are the world's."""

import pytest

from shared.networks import is_host, is_private_host, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 (an address to refuse)
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
    ],
)
def test_addresses_of_our_own_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "140.82.112.3", "2606:4700::1111"])
def test_addresses_of_the_world(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["10.0.0.1", "::1", "fe80::1%eth0", "::ffff:169.254.169.254"])
def test_a_host_that_is_an_address_of_our_own_network(host: str) -> None:
    assert is_private_host(host)


@pytest.mark.parametrize("host", ["localhost", "8.8.8.8", "s3.example.org", ""])
def test_a_name_has_to_be_looked_up(host: str) -> None:
    assert not is_private_host(host)


@pytest.mark.parametrize(
    "host", ["localhost", "s3.example.org.", "xn--bcket-kva.de", "8.8.8.8", "::1"]
)
def test_hosts(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize(
    "host", ["", ".", "a..b", "a_b", "bücket.de", "-a", "a-", "::x", "fe80::1%x"]
)
def test_what_is_no_host(host: str) -> None:
    assert not is_host(host)
