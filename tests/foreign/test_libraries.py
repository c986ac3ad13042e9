"""What only one library does: folders, sets of tables, rasters read in part."""

from pathlib import Path

import pytest

from tests.door import ACCOUNT, HIDDEN, Door
from tests.foreign.library import Gdal, GdalCurl, PythonLibrary

SAMPLE = Path(__file__).parents[2] / "infra" / "sample" / "data"
EUROPE = SAMPLE / "noaa" / "globe-land-mask" / "europe.tif"


@pytest.mark.slow
@pytest.mark.parametrize("package", ["s3fs", "obstore", "pyarrow", "duckdb"])
def test_what_is_its_own(door: Door, package: str) -> None:
    library = PythonLibrary(door, door.repository().repository_id, package)
    library.ask("own")
    library.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Gdal, GdalCurl])
def test_a_part_of_a_raster(door: Door, kind: type[Gdal]) -> None:
    name = door.repository().repository_id
    door.client().put_object(Bucket=ACCOUNT, Key=f"{name}/a b/é.tif", Body=EUROPE.read_bytes())
    library = kind(door, name)
    assert library.ask("window", key="a b/é.tif") == [5040, 3000, 256, 256]
    library.close()


@pytest.mark.slow
def test_a_part_of_a_hidden_raster(door: Door) -> None:
    key = "tiles/europe.tif"
    door.client().put_object(Bucket=ACCOUNT, Key=f"{HIDDEN}/{key}", Body=EUROPE.read_bytes())
    library = Gdal(door, HIDDEN)
    assert library.ask("window", key=key) == [5040, 3000, 256, 256]
    library.close()
    stranger = GdalCurl(door, HIDDEN)
    with pytest.raises(AssertionError, match="HTTP response code: 404"):
        stranger.ask("window", key=key)
    stranger.close()
