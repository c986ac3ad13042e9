"""Geohashes as everybody has them."""

import pytest

from services.indexer.models.geohash import geohash


@pytest.mark.parametrize(
    ("longitude", "latitude", "expected"),
    [
        (10.40744, 57.64911, "u4pruydqqvj"),
        (-5.6, 42.6, "ezs42"),
        (-180, -90, "000"),
        (180, 90, "zzz"),
        (0, 0, "s"),
    ],
)
def test_known_places(longitude: float, latitude: float, expected: str) -> None:
    assert geohash(longitude, latitude, len(expected)) == expected


def test_a_longer_one_lies_within() -> None:
    assert geohash(7.58, 47.56, 6).startswith(geohash(7.58, 47.56, 2))
