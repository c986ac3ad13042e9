"""Regions: coarse, but each place is in one, and no one would look for it elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.indexer.stac.regions import GLOBAL, regions_of

Box = list[float]


@pytest.mark.parametrize(
    ("bbox", "names"),
    [
        ([7.5, 47.5, 7.5, 47.5], ["Europe"]),
        ([-12, 35, 30, 60], ["Atlantic Ocean", "Europe"]),
        ([60.5, 55, 100, 65], ["Asia"]),
        ([30, 55, 55, 65], ["Europe"]),
        ([-54, 3, -53, 5], ["South America"]),
        ([-5.4, 35.9, -5.3, 36.2], ["Africa", "Europe"]),
        ([36, -5, 38, 0], ["Africa"]),
        ([-85, 58, -84, 60], ["Atlantic Ocean"]),
        ([80, -20, 82, -18], ["Indian Ocean"]),
        ([-130, -10, -129, -9], ["Pacific Ocean"]),
        ([177, -20, -178, -15], ["Oceania", "Pacific Ocean"]),
        ([179, 0, 0, -179, 1, 100], ["Pacific Ocean"]),
        ([0, 80, 10, 89], ["Arctic Ocean"]),
        ([-60, -89, -20, -80], ["Antarctica"]),
        ([-180, -90, 180, 84], [GLOBAL]),
        ([-180, -60, 179.9, 85], [GLOBAL]),
    ],
)
def test_where_a_box_lies(bbox: Box, names: list[str]) -> None:
    assert regions_of([bbox]) == names


def test_of_several_boxes_each_is_told_and_the_way_between_them_is_not() -> None:
    assert regions_of([[7, 47, 8, 48], [139, 35, 140, 36]]) == ["Asia", "Europe"]
    assert regions_of([]) == []


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_place_is_somewhere(longitude: float, latitude: float) -> None:
    assert regions_of([[longitude, latitude, longitude, latitude]])
