"""One correlation id on every line, and nothing that hides where work came from."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import pytest

from shared.log import configure, correlated, correlation_id, logger
from shared.settings import LogSettings


def test_work_inside_work_has_its_own_id_and_gives_the_outer_one_back() -> None:
    assert correlation_id() == ""
    with correlated("outer"):
        with correlated() as inner:
            assert inner not in ("", "outer")
        assert correlation_id() == "outer"


@contextmanager
def configured(form: Literal["auto", "json", "pretty"]) -> Iterator[None]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    configure(LogSettings(format=form), service="storage")
    try:
        yield
    finally:
        logging.getLogger().handlers[:], logging.getLogger().level = handlers, level


def sign_in(password: str) -> None:
    raise ValueError(str(len(password)))


@pytest.mark.parametrize("form", ["json", "pretty"])
def test_no_variable_of_a_traceback_is_told(
    capsys: pytest.CaptureFixture[str], form: Literal["json", "pretty"]
) -> None:
    with configured(form):
        try:
            sign_in("secret of ada")
        except ValueError:
            logger("test").exception("it failed")
    told = capsys.readouterr().err
    assert "sign_in" in told
    assert "ValueError" in told
    assert "secret of ada" not in told.replace('sign_in("secret of ada")', "")


def test_a_line_is_json_with_the_id(capsys: pytest.CaptureFixture[str]) -> None:
    with configured("json"), correlated("c-1"):
        logger("test").info("stored", size=3)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "stored"
    assert (line["size"], line["correlation"], line["service"]) == (3, "c-1", "storage")


@pytest.mark.parametrize(("opened", "first"), [(os.openpty, "20"), (os.pipe, "{")])
def test_on_a_terminal_it_is_for_people_and_elsewhere_for_programs(
    monkeypatch: pytest.MonkeyPatch, opened: Callable[[], tuple[int, int]], first: str
) -> None:
    reading, writing = opened()
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "w") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        with configured("auto"):
            logger("test").info("stored", size=3)
        line = os.read(reader.fileno(), 4096).decode()
    assert "stored" in line
    assert line.removeprefix("\x1b[2m").startswith(first)
