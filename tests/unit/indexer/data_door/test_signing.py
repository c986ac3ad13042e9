"""Our signature is the one botocore makes."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import Config
from botocore.credentials import Credentials

from services.indexer.data_door.signing import REGION, Signer

MOMENT = datetime(2026, 11, 23, 10, 20, 30, tzinfo=UTC)
HOST = "127.0.0.1:9000"


def of_botocore(path: str) -> str:
    """The authorization botocore gives a GET of this path at that moment."""
    request = AWSRequest("GET", f"http://{HOST}{path}")
    request.context["client_config"] = Config(s3={"payload_signing_enabled": False})
    with patch("botocore.auth.get_current_datetime", lambda **_: MOMENT.replace(tzinfo=None)):
        S3SigV4Auth(Credentials("COOPSERVICEINDEXER", "secret"), "s3", REGION).add_auth(request)
    return str(request.headers["Authorization"])


@pytest.mark.parametrize(
    "path", ["/noaa/mask/europe.tif", "/noaa/mask/a/../b", "/noaa/mask/%20%C3%A9%00~-_.", "/a/b//"]
)
def test_signature(path: str) -> None:
    headers = Signer(HOST, "COOPSERVICEINDEXER", "secret").headers(path, MOMENT)
    assert headers["authorization"] == of_botocore(path)
    assert headers["x-amz-date"] == "20261123T102030Z"


def test_the_key_is_that_of_the_day() -> None:
    signer = Signer(HOST, "A", "secret")
    first = signer.headers("/a", MOMENT)
    signer.headers("/a", MOMENT.replace(day=24))
    assert signer.headers("/a", MOMENT) == first
