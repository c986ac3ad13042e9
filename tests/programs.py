"""Programs of others that tests start, got before the clock of any test runs.

`python -m tests.programs` builds or fetches what the cache has not yet, one after another: two
builds at once take the memory of three. What cannot be had is left to the tests that need it: they
are skipped, or fail under CI.
"""

import sys
from collections.abc import Callable

import pytest

from infra.kratos.acquire import KratosMissing, find_kratos
from infra.settings import cache_folder
from tests import dynamodb_local, kms_server, s3_server

NEEDED: dict[str, Callable[[], object]] = {
    "Ory Kratos": lambda: find_kratos("", cache_folder(), lambda _: None),
    "versitygw": s3_server.program,
    "local-kms": kms_server.program,
    "DynamoDB Local": dynamodb_local.fetched,
}


def main() -> None:
    """Get each; say what could not be had."""
    for name, get in NEEDED.items():
        try:
            get()
        except (KratosMissing, OSError, pytest.skip.Exception, pytest.fail.Exception) as missing:
            sys.stderr.write(f"{name} cannot be had: {missing}\n")


if __name__ == "__main__":
    main()
