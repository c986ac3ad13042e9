"""Which published keys are used: of the kinds we accept, strong enough, for signing."""

from typing import Any

import pytest

from services.storage.issuers.keys import IssuerKeys, usable_keys
from shared.fetching import Fetcher
from tests.issuer import Issuer, ec_key, issuing, public, rsa_key

RSA, EC = public("r", rsa_key()), public("e", ec_key())


def test_keys_of_both_kinds() -> None:
    found = usable_keys([RSA, EC])
    assert {name: key.algorithm_name for name, key in found.items()} == {"r": "RS256", "e": "ES256"}


@pytest.mark.parametrize(
    "key",
    [
        {},
        None,
        "RSA",
        {"kty": "oct", "k": "c2VjcmV0", "kid": "h"},
        RSA | {"alg": "HS256"},
        RSA | {"use": "enc"},
        RSA | {"n": "!"},
        RSA | {"d": "AQAB"},
        EC | {"crv": "P-521"},
        EC | {"x": "AA"},
        EC | {"kty": ["EC"]},
        public("weak", rsa_key(1024)),
    ],
)
def test_keys_that_are_passed_over(key: Any) -> None:
    assert usable_keys([key]) == {}


async def found(keys: IssuerKeys, issuer: Issuer, key_id: str) -> bool:
    return await keys.find(issuer.url, key_id) is not None


async def test_an_issuer_that_changes_its_keys() -> None:
    fetcher = Fetcher(allow_private=True)
    keys, careful = IssuerKeys(fetcher, again_seconds=0), IssuerKeys(fetcher)
    with issuing() as issuer:
        assert await found(keys, issuer, "rsa")
        assert await found(careful, issuer, "rsa")
        issuer.publish(new=ec_key())
        assert await found(keys, issuer, "rsa"), "it is still remembered"
        assert await found(keys, issuer, "new")
        assert not await found(keys, issuer, "rsa")
        asked = issuer.asked
        assert not await found(careful, issuer, "new"), "asked a moment ago"
        assert issuer.asked == asked
    await fetcher.close()


async def test_a_token_may_leave_out_the_id_of_an_only_key() -> None:
    fetcher = Fetcher(allow_private=True)
    keys = IssuerKeys(fetcher, again_seconds=0)
    with issuing() as issuer:
        assert not await found(keys, issuer, "")
        issuer.publish(only=ec_key())
        assert not await found(keys, issuer, "other")
        assert await found(keys, issuer, "")
    await fetcher.close()
