"""The libraries by which people read and write: s3fs, obstore, pyarrow, GDAL; and plain curl."""

import sys
from pathlib import Path

import pytest
import rasterio  # type: ignore[import-untyped]
from rasterio.session import AWSSession  # type: ignore[import-untyped]

from tests.door import ACCOUNT, HIDDEN, Door, body_of
from tests.foreign_clients import program, run, signing

HERE = Path(__file__).parent
EUROPE = HERE.parents[1] / "infra" / "sample" / "data" / "noaa" / "globe-land-mask" / "europe.tif"


@pytest.fixture
def name(door: Door) -> str:
    return door.repository().repository_id


@pytest.mark.slow
@pytest.mark.parametrize("library", ["s3fs", "obstore"])
def test_in_their_own_environment(door: Door, name: str, library: str) -> None:
    run(program("python"), HERE / f"with_{library}.py", ACCOUNT, name, **signing(door))


def test_pyarrow(door: Door, name: str) -> None:
    host = ":".join(map(str, door.host))
    run(sys.executable, HERE / "with_pyarrow.py", ACCOUNT, name, host, **signing(door))


@pytest.mark.parametrize("where", ["open", "restricted"])
def test_gdal_reads_by_s3_and_by_http(door: Door, name: str, where: str) -> None:
    name = HIDDEN if where == "restricted" else name
    key = f"{name}/tiles/europe.tif"
    door.client().put_object(Bucket=ACCOUNT, Key=key, Body=EUROPE.read_bytes())
    person = door.people["reader"]
    session = AWSSession(
        aws_access_key_id=person.access_key_id,
        aws_secret_access_key=str(person.credentials.secret_key),
        region_name="us-east-1",
        endpoint_url=":".join(map(str, door.host)),
    )
    with rasterio.Env(session, AWS_HTTPS="NO", AWS_VIRTUAL_HOSTING="FALSE"):
        with rasterio.open(f"/vsis3/{ACCOUNT}/{key}") as raster:
            assert (raster.width, raster.height) == (5040, 3000)
            assert raster.read(1, window=((0, 256), (0, 256))).shape == (256, 256)
        if where == "open":
            with rasterio.open(f"/vsicurl/{door.url}/{ACCOUNT}/{key}") as raster:
                assert raster.crs.to_epsg() == 4326


def test_curl_signs_by_itself(door: Door, name: str, tmp_path: Path) -> None:
    person, path = door.people["owner"], tmp_path / "a.csv"
    path.write_bytes(b"n\n1\n")
    key = f"{person.access_key_id}:{person.credentials.secret_key}"
    curl = ["curl", "--silent", "--show-error", "--fail", "--user", key]
    curl += ["--aws-sigv4", "aws:amz:us-east-1:s3"]
    url = f"{door.url}/{ACCOUNT}/{name}/a.csv"
    unsigned = ["--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
    run(*curl, *unsigned, "--upload-file", path, url)
    assert body_of(door.client(), ACCOUNT, f"{name}/a.csv") == b"n\n1\n"
    assert run(*curl, f"{door.url}/{ACCOUNT}/{HIDDEN}/README.md") == "# Embargoed\n"
