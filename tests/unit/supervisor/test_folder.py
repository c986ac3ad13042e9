from pathlib import Path

import pytest

from services.supervisor.folder import own_folder
from services.supervisor.refusal import StartRefused


def test_a_folder_is_made_and_may_be_used_again_after_its_release(tmp_path: Path) -> None:
    for _ in range(2):
        with own_folder(tmp_path / "new" / "home"):
            assert (tmp_path / "new" / "home").is_dir()


def test_a_new_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    with own_folder(tmp_path / "home"):
        assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_second_start_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        own_folder(tmp_path),
        pytest.raises(StartRefused, match=r"already runs .* \(process \d+\); .* COOP_HOME"),
        own_folder(tmp_path),
    ):
        pass


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")

    with (
        pytest.raises(StartRefused, match=r"cannot be made .* set COOP_HOME"),
        own_folder(tmp_path / "home"),
    ):
        pass


def test_a_lost_key_file_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "accounts").mkdir()

    with (
        pytest.raises(StartRefused, match=r"key is gone .* put its backup back"),
        own_folder(tmp_path),
    ):
        pass


def test_a_restore_that_was_cut_short_is_told(tmp_path: Path) -> None:
    (tmp_path / ".restoring").mkdir()

    with pytest.raises(StartRefused, match="begun and not finished"), own_folder(tmp_path):
        pass
