from datetime import UTC, datetime, timedelta

import pytest

from services.storage.s3.addressing import object_path
from services.storage.s3.claims import read_claim
from services.storage.s3.presign import Signer, presign
from services.storage.s3.sigv4 import verify
from tests.signed_requests import ACCESS_KEY_ID, SECRET, request_of, sign_query

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SIGNER = Signer(ACCESS_KEY_ID, SECRET)
KEYS = ["plain", "a b+c%é", "a//../b", "\0\r\n", "dir/", "~!$&'()*,;=:@"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_botocore_makes_the_same_url(method: str, key: str) -> None:
    url = "http://localhost:9000" + object_path("acct", "repo", key)
    ours = request_of(method, presign(SIGNER, method, url, now=NOW))
    theirs = sign_query(method, url, now=NOW)
    assert sorted(ours.query.items()) == sorted(theirs.query.items())
    claim = read_claim(ours)
    assert claim is not None
    assert verify(ours, claim, SECRET, now=NOW).access_key_id == ACCESS_KEY_ID


def test_a_query_is_signed_too() -> None:
    url = "http://localhost:9000/acct/repo/key?response-content-type=text%2Fplain&uploads"
    made = request_of("GET", presign(SIGNER, "GET", url, now=NOW, lifetime=timedelta(hours=1)))
    claim = read_claim(made)
    assert claim is not None
    assert claim.expires_seconds == 3600
    assert made.query["response-content-type"] == "text/plain"
    verify(made, claim, SECRET, now=NOW)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=7, seconds=1)])
def test_a_week_is_the_longest(lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="seven days"):
        presign(SIGNER, "GET", "http://h/a/r/k", now=NOW, lifetime=lifetime)
