"""The API asked by schemathesis: requests made from its own document, right ones and wrong ones.

No answer is a failure of ours, and each is as the document says.
"""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.edge import Edge, Person

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
# A URL that is too long is a right refusal of wrong data too.
REFUSALS = [400, 401, 403, 404, 405, 406, 409, 414, 415, 422, 428, 429, "5xx"]
SETTINGS = f"[checks.negative_data_rejection]\nexpected-statuses = {REFUSALS}\n"
QUICK_SECONDS, LONG_SECONDS = 4, 240


@pytest.fixture(params=["stranger", "member"])
def credential(request: pytest.FixtureRequest, ada: Person) -> str:
    """What is sent as Authorization: nothing, or a key of somebody."""
    if request.param == "stranger":
        return ""
    access_key_id, secret = ada.new_key()
    return f"Bearer {access_key_id}.{secret}"


def test_a_short_while(edge: Edge, credential: str, tmp_path: Path) -> None:
    generate(edge, credential, tmp_path, QUICK_SECONDS)


@pytest.mark.slow
@pytest.mark.timeout(LONG_SECONDS + 120)
def test_a_long_while(edge: Edge, credential: str, tmp_path: Path) -> None:
    generate(edge, credential, tmp_path, LONG_SECONDS)


def generate(edge: Edge, credential: str, folder: Path, seconds: int) -> None:
    """Send what is generated for so long; fails with what was found and how to repeat it."""
    document = f"{edge.web}/api/v1/openapi.json"
    assert len(httpx.get(document).json()["paths"]) > 30
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", document),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
        *("--max-time", str(seconds), "--continue-on-failure", "--generation-database", "none"),
        *("--header", f"Authorization: {credential}") * bool(credential),
        *("--no-color", "--no-shrink", "--warnings", "off"),
    ]
    (folder / "schemathesis.toml").write_text(SETTINGS)
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=seconds + 90, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Test cases:" in done.stdout, done.stdout
