"""What an address that a person typed can make this host do: nothing in its own network."""

import asyncio

import pytest

from shared.fetching import Fetcher, FetchError
from tests.issuer import issuing


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://[::1]/x",
        "https://[::ffff:169.254.169.254]/x",
        "http://example.com/x",
        "file:///etc/passwd",
        "gopher://example.com/x",
        "https://",
        "https:///x",
        "https://exa mple/x",
        "https://[/x",
        "https://a:99999/x",
        "",
        "x",
    ],
)
async def test_addresses_that_are_not_asked(url: str) -> None:
    fetcher = Fetcher()
    with pytest.raises(FetchError):
        await fetcher.fetch(url)
    await fetcher.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
async def test_nobody_in_our_own_network_is_spoken_to(host: str) -> None:
    calls: list[object] = []
    async with await asyncio.start_server(lambda *call: calls.append(call), "127.0.0.1", 0) as door:
        port = door.sockets[0].getsockname()[1]
        fetcher = Fetcher()
        with pytest.raises(FetchError, match="is not a public host"):
            await fetcher.read(f"https://{host}:{port}/x")
        await fetcher.close()
    assert calls == []


async def test_a_private_issuer_is_asked_only_where_that_is_allowed() -> None:
    careful, careless = Fetcher(), Fetcher(allow_private=True)
    with issuing() as issuer:
        url = f"{issuer.url}/keys"
        with pytest.raises(FetchError):
            await careful.fetch(url)
        assert issuer.asked == 0
        assert len((await careless.fetch(url))["keys"]) == 2
    await careful.close()
    await careless.close()
