"""The generator writes all of it, and refuses to forget what others know."""

import json
from pathlib import Path

import pytest

from infra.documents.__main__ import main
from infra.documents.snapshots import FOLDER, committed, snapshots

NAME = "coop.rpc.accounts.get_account.json"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def know_more() -> str:
    """Let the snapshot of a request have a field that the code has not; its text."""
    known = json.loads((FOLDER / NAME).read_text())
    known["request"]["properties"]["nickname"] = {"type": "string"}
    (FOLDER / NAME).write_text(json.dumps(known))
    return (FOLDER / NAME).read_text()


def test_everything_is_written_and_what_is_no_more_is_removed() -> None:
    FOLDER.mkdir(parents=True)
    assert main([]) == 0
    assert committed() == snapshots()
    assert Path("docs/asyncapi.json").exists()
    assert Path("docs/openapi.json").exists()


def test_a_field_that_others_know_is_not_forgotten_by_accident(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main([])
    text = know_more()
    assert main([]) == 1
    assert "coop.rpc.accounts.get_account, request: nickname was removed" in capsys.readouterr().err
    assert (FOLDER / NAME).read_text() == text


def test_it_is_forgotten_where_that_is_wanted() -> None:
    main([])
    know_more()
    assert main(["--breaking"]) == 0
    assert committed() == snapshots()
