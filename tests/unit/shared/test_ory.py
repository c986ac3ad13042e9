import subprocess
import sys

import pytest

from shared.errors import Unavailable
from shared.ory import Api


async def test_a_server_that_is_not_there_is_unavailable_in_the_words_given() -> None:
    api = Api("IdentityApi", "http://127.0.0.1:1", threads=1, timeout=0.5, away="Come back.")
    try:
        with pytest.raises(Unavailable, match="Come back"):
            await api.ask("get_identity", "x")
    finally:
        api.close()


@pytest.mark.parametrize("service", ["accounts", "web"])
def test_a_start_does_not_wait_for_the_library(service: str) -> None:
    said = f"import sys, services.{service}.app; print('ory_kratos_client' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
