"""GPX, held against GDAL."""

from pathlib import Path

import pyogrio
import pytest

from services.indexer.extractors.facts import Malformed
from tests.extraction import facts_of, line
from tests.formats import TRACK


def test_as_gdal_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a.gpx").write_text(TRACK)
    facts = facts_of("a.gpx", TRACK.encode())
    asked = {"force_total_bounds": True, "force_feature_count": True}
    said = pyogrio.read_info(tmp_path / "a.gpx", layer="track_points", **asked)
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx(said["total_bounds"])
    assert facts.summary == "GPX, 1 track, 1 waypoint"
    assert int(line(facts, "Points")) == said["features"] + 1


def test_what_it_says() -> None:
    facts = facts_of("track", TRACK.encode())
    assert facts.moment is not None
    assert (facts.moment.start, facts.moment.end) == (
        "2020-05-01T06:00:00Z", "2020-05-01T09:30:00Z",
    )  # fmt: skip
    assert (line(facts, "Name"), line(facts, "Written by")) == ("Morning", "Watch")


def test_across_the_antimeridian() -> None:
    data = TRACK.replace('lon="7.0"', 'lon="179.5"').replace('lon="8.0"', 'lon="-179"')
    facts = facts_of("a.gpx", data.replace('lon="7.5"', 'lon="180"').encode())
    assert facts.place is not None
    assert facts.place.bbox == (179.5, 46, -179, 47)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (TRACK.replace('lat="46.0"', 'lat="x"'), "not where numbers say"),
        (TRACK.replace('lat="46.0"', ""), "not where numbers say"),
        (TRACK.replace('lat="46.0"', 'lat="inf"'), "not where numbers say"),
        (TRACK.replace('lat="46.0"', 'lat="460"'), "beyond the poles"),
        (TRACK[:300], "not XML as it should be"),
        ("<!DOCTYPE gpx><gpx/>", "document type"),
        ("<html/>", "Its name says GPX"),
    ],
)
def test_broken(data: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.gpx", data.encode())


def test_an_empty_one_is_nowhere() -> None:
    facts = facts_of("a.gpx", b"<gpx/>")
    assert (facts.place, facts.moment, facts.summary) == (None, None, "GPX")
