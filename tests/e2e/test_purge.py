"""Deleted for good on a running platform: the page, the bytes, the index, the records."""

from pathlib import Path

import pytest

from tests.edge import registered, starting
from tests.kept_rows import rows_with
from tests.waiting import until


@pytest.mark.slow
def test_a_purged_repository_leaves_nothing(tmp_path: Path) -> None:
    settings = {
        "COOP_REPOSITORIES__UNDELETE_DAYS": "0",
        "COOP_REPOSITORIES__PURGE_SECONDS": "0.2",
    }
    with starting(tmp_path / "home", **settings) as edge, registered(edge, "ada") as ada:
        ada.new_repository("mask", title="A title to be forgotten")
        for number in range(20):
            ada.s3(edge).put_object(Bucket="ada", Key=f"mask/{number}.csv", Body=b"lat,lon\n1,2\n")
        until(lambda: "19.csv" in ada.client.get("/ada/mask").text)
        home = tmp_path / "home"
        for service in ("storage", "indexer"):
            assert rows_with(home, "19.csv", service)
        place = "/-/ada/mask"
        form = ada.visitor.go(f"{place}/settings").form(f"{place}/delete")
        ada.visitor.send(form, confirm="ada/mask")
        assert ada.client.get("/ada/mask").status_code == 404
        until(lambda: not (home / "storage/ada/mask").exists(), seconds=30)

        def left() -> list[str]:
            services = ("repositories", "storage", "indexer")
            words = ("A title to be forgotten", "19.csv")
            return [row for word in words for row in rows_with(home, word, *services)]

        until(lambda: not left(), seconds=20)
