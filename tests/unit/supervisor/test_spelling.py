"""A slip in the name of a setting is told with the name that was meant."""

import re
from pathlib import Path

import pytest

from services.supervisor.refusal import StartRefused
from services.supervisor.spelling import OF_THE_CLIENT, check_names

CLIENT = Path(__file__).parents[3] / "client" / "coop"


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("COOP_STORGE__PORT", "COOP_STORAGE__PORT"),
        ("COOP_STORAGE_PORT", "COOP_STORAGE__PORT"),
        ("COOP_WEB__EVEN_SECOND", "COOP_WEB__EVEN_SECONDS"),
        ("coop_kratos__timeout_second", "COOP_KRATOS__TIMEOUT_SECONDS"),
        ("COOP_HOM", "COOP_HOME"),
    ],
)
def test_a_slip_refuses_the_start(slip: str, meant: str) -> None:
    with pytest.raises(StartRefused, match=f"no setting {slip.upper()}; did you mean {meant}"):
        check_names(["PATH", "COOP_HOME", slip])


def test_what_is_read_is_passed_over() -> None:
    names = ["PATH", "COOP_WEB", "coop_home", "COOP_MAIL__SMTP_URL", "COOP_SECRET_ACCESS_KEY"]
    assert check_names(names) == []


def test_what_looks_like_no_setting_is_named_alone() -> None:
    assert check_names(["COOP_XYZZY", "COOP_HOME"]) == ["COOP_XYZZY"]


def test_the_names_of_the_client_are_those_that_it_reads() -> None:
    sources = "".join(path.read_text() for path in CLIENT.rglob("*.py"))
    assert set(re.findall(r"\bCOOP_[A-Z_]+\b", sources)) == OF_THE_CLIENT
