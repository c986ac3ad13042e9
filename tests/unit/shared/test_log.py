"""One correlation id on every line, and nothing that hides where work came from."""

import json
import logging

import pytest

from shared.log import configure, correlated, correlation_id, logger
from shared.settings import LogSettings


def test_work_inside_work_has_its_own_id_and_gives_the_outer_one_back() -> None:
    assert correlation_id() == ""
    with correlated("outer"):
        with correlated() as inner:
            assert inner not in ("", "outer")
        assert correlation_id() == "outer"


def test_a_line_is_json_with_the_id(capsys: pytest.CaptureFixture[str]) -> None:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    configure(LogSettings(format="json"), service="storage")
    try:
        with correlated("c-1"):
            logger("test").info("stored", size=3)
    finally:
        logging.getLogger().handlers[:], logging.getLogger().level = handlers, level
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "stored"
    assert (line["size"], line["correlation"], line["service"]) == (3, "c-1", "storage")
